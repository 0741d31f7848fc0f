"""How the weights of `dpst.extractors.EmbeddedExtractor` were made."""
