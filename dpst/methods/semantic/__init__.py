"""Semantic transfer and doodles, after Champandard, 2016."""

DESCRIPTION = "paint its segments out of patches of the style"
IS_BY_SEGMENT = True
NEEDS_CONTENT = False
