"""Finding segments in images: together, by what looks alike, or by the classes of a model."""
