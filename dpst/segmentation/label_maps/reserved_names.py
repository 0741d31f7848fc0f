"""Names of labels that have a meaning of their own, so that no mask may bear them."""

KEPT_NAME = "none"
"""What the user writes where a style label is due, for a segment kept as photographed."""

REST = "rest"
"""The segment that no mask claims."""
