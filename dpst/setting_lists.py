"""Lists as a user writes them: weights of layers, "relu1_1,relu2_1=0.5", shares, numbers, sizes."""

import math
from collections.abc import Sequence


def parse_layers(text: str, defaults: Sequence[str], name: str) -> dict[str, float]:
    """Read names of layers and their weights.

    Args:
        text: layer or layer=weight, separated by commas; empty takes the defaults.
        defaults: the layers that an empty text stands for.
        name: what the text is called in messages, e.g. "style_layers".

    Returns:
        Weight of each layer, 1 where none is given, in the order of the text.

    Raises:
        ValueError: an entry is not of that form, a layer occurs twice, a weight is negative or not
            finite, or all are 0.
    """
    if not text.strip():
        return dict.fromkeys(defaults, 1.0)
    weights: dict[str, float] = {}
    for entry in text.split(","):
        layer, _, number = (part.strip() for part in entry.partition("="))
        weight = _number(number) if number or "=" in entry else 1.0
        if not layer or not 0 <= weight < math.inf:
            raise ValueError(
                f"{name} has the entry {entry.strip()!r}, each must be a layer or layer=weight "
                "with a weight of at least 0, e.g. relu1_1,relu2_1=0.5."
            )
        if layer in weights:
            raise ValueError(f"{name} names the layer {layer!r} twice, it must do so once.")
        weights[layer] = weight
    if not any(weights.values()):
        raise ValueError(
            f"{name} is {text!r}, at least one weight must be above 0: to leave the term out, set "
            f"{name.removesuffix('_layers')}_weight to 0."
        )
    return weights


def parse_shares(text: str, num_styles: int) -> tuple[float, ...]:
    """Read the shares of several style images in their blend.

    Args:
        text: a number for each image, separated by commas; empty for equal shares.
        num_styles: how many there are.

    Returns:
        The shares, with a sum of 1.

    Raises:
        ValueError: the numbers are not as many, one is negative or not finite, or all are 0.
    """
    if not text.strip():
        return (1 / num_styles,) * num_styles
    shares = [_number(entry.strip()) for entry in text.split(",")]
    if len(shares) != num_styles:
        raise ValueError(
            f"style_blend is {text!r}, {len(shares)} numbers, it must have {num_styles}, one for "
            "each style image."
        )
    if not all(0 <= share < math.inf for share in shares) or not sum(shares):
        raise ValueError(
            f"style_blend is {text!r}, its numbers must be at least 0 with a sum above 0, e.g. "
            "0.7,0.3."
        )
    return tuple(share / sum(shares) for share in shares)


def parse_numbers(text: str, name: str, minimum: float, maximum: float) -> tuple[float, ...]:
    """Read a list of numbers, such as the degrees of rotations.

    Args:
        text: numbers separated by commas; empty for no numbers.
        name: what the text is called in messages.
        minimum: least number that is allowed.
        maximum: greatest number that is allowed.

    Returns:
        The numbers.

    Raises:
        ValueError: an entry is not a number, or is out of range.
    """
    numbers = tuple(_number(entry.strip()) for entry in text.split(",")) if text.strip() else ()
    if not all(minimum <= number <= maximum for number in numbers):
        raise ValueError(
            f"{name} is {text!r}, it must hold numbers from {minimum:g} to {maximum:g}, separated "
            "by commas."
        )
    return numbers


def parse_size(text: str, name: str) -> tuple[int, int] | None:
    """Read a size as it is usually written, WIDTHxHEIGHT.

    Args:
        text: such as "512x384"; empty for no size.
        name: what the text is called in messages.

    Returns:
        (height, width); None for an empty text.

    Raises:
        ValueError: it is not of that form.
    """
    if not text.strip():
        return None
    width, _, height = text.lower().partition("x")
    if not (width.strip().isdecimal() and height.strip().isdecimal()):
        raise ValueError(f"{name} is {text!r}, it must be width x height in pixels, e.g. 512x384.")
    return int(height), int(width)


def _number(text: str) -> float:
    """Return the number in a text, or NaN if it is not a number."""
    try:
        return float(text)
    except ValueError:
        return math.nan
