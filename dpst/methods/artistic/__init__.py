"""Artistic transfer, after Gatys, Ecker and Bethge, 2016, with one style image or several."""
