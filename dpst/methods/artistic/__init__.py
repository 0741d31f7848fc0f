"""Artistic transfer, after Gatys, Ecker and Bethge, 2016, with one style image or several."""

DESCRIPTION = "paint it anew, as a painting"
IS_BY_SEGMENT = False
NEEDS_CONTENT = True
