"""Label maps and semantic maps: pictures, masks and arrays that say where the segments are."""
