"""How the weights of `dpst.segmentation.parsing.parser.SceneParser` were made."""
