"""A method that is not of the library: it paints the content image upside down."""

DESCRIPTION = "turn it upside down"
IS_BY_SEGMENT = False
NEEDS_CONTENT = True
