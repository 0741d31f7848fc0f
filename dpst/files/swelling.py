"""Files that are small and grow large when they are read."""

_MAX_RATIO = 100  # what is stored over what it takes; arrays of numbers hardly shrink
_ALWAYS_FITS = 1 << 24  # bytes


def check_swelling(num_bytes: int, stored: int, what: str) -> None:
    """Check that data take about the space that they declare, as arrays of numbers do.

    Args:
        num_bytes: size once they are read.
        stored: size in the file.
        what: they are, for the message.

    Raises:
        ValueError: they would swell.
    """
    if num_bytes > max(_ALWAYS_FITS, _MAX_RATIO * stored):
        raise ValueError(f"{what} would swell from {stored} to {num_bytes} bytes")
