"""A small network that paints photos in one pass, trained with the losses of dpst."""
