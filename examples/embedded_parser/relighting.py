"""Photos in another light: night, fog, sunset, casts, grey, another photo's colours."""

from __future__ import annotations

import torch
import torch.nn.functional as F

_LUMA = (0.299, 0.587, 0.114)


def relight(images: torch.Tensor, kept: float = 0.2) -> torch.Tensor:
    """Return photos in random other light; each change happens to some of them.

    Args:
        images: float32 [batch, 3, height, width] in [0, 1].
        kept: the share that stays as it is.

    Returns:
        float32 of the same shape, in [0, 1].
    """
    changed = images
    for change, share in (
        (_colors_of_another, 0.3),
        (_gamma, 0.5),
        (_exposure, 0.4),
        (_contrast, 0.4),
        (_saturation, 0.5),
        (_duotone, 0.15),
        (_cast, 0.4),
        (_cast_along_height, 0.25),
        (_spots, 0.3),
        (_night, 0.14),
        (_fog, 0.15),
        (_blur, 0.2),
        (_noise, 0.4),
    ):
        chosen = _uniform(changed, 0, 1) < share
        changed = torch.where(chosen, change(changed), changed).clamp(0, 1)
    return torch.where(_uniform(images, 0, 1) < kept, images, changed)


def _uniform(like: torch.Tensor, low: float, high: float, channels: int = 1) -> torch.Tensor:
    """Return a random number for each image, or for each of its channels."""
    draw = torch.rand(len(like), channels, 1, 1, device=like.device)
    return low + (high - low) * draw


def _luma(x: torch.Tensor) -> torch.Tensor:
    return (x * x.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


def _field(like: torch.Tensor, cells: int) -> torch.Tensor:
    """Return smooth noise of deviation 1."""
    coarse = torch.randn(len(like), 1, cells, cells, device=like.device)
    return F.interpolate(coarse, size=like.shape[2:], mode="bicubic", align_corners=False)


def _heights(like: torch.Tensor) -> torch.Tensor:
    return torch.linspace(0, 1, like.shape[2], device=like.device).view(1, 1, -1, 1)


def _colors_of_another(x: torch.Tensor) -> torch.Tensor:
    other = torch.randperm(len(x), device=x.device)
    mean, deviation = x.mean((2, 3), keepdim=True), x.std((2, 3), keepdim=True) + 0.03
    share = _uniform(x, 0.3, 1)
    new_mean = mean[other] * share + mean * (1 - share)
    new_deviation = deviation[other] * share + deviation * (1 - share)
    return (x - mean) / deviation * torch.minimum(new_deviation, 4 * deviation) + new_mean


def _gamma(x: torch.Tensor) -> torch.Tensor:
    return x.clamp(1e-4, 1) ** torch.exp(_uniform(x, -0.9, 0.9))


def _exposure(x: torch.Tensor) -> torch.Tensor:
    return x * torch.exp(_uniform(x, -1.3, 0.6))


def _contrast(x: torch.Tensor) -> torch.Tensor:
    mean = x.mean((1, 2, 3), keepdim=True)
    return (x - mean) * torch.exp(_uniform(x, -0.9, 0.5)) + mean


def _saturation(x: torch.Tensor) -> torch.Tensor:
    saturation = _uniform(x, 0, 1.9) * (_uniform(x, 0, 1) > 0.2)
    luma = _luma(x)
    return luma + (x - luma) * saturation


def _duotone(x: torch.Tensor) -> torch.Tensor:
    dark, light = _uniform(x, 0, 0.5, 3), _uniform(x, 0.5, 1.2, 3)
    share = _uniform(x, 0.3, 1)
    return (dark + (light - dark) * _luma(x)) * share + x * (1 - share)


def _cast(x: torch.Tensor) -> torch.Tensor:
    return x * torch.exp(_uniform(x, -0.55, 0.55, 3))


def _cast_along_height(x: torch.Tensor) -> torch.Tensor:
    gains = torch.exp(_uniform(x, -0.65, 0.65, 3))
    slope = torch.exp(_uniform(x, 0.7, 2.5)) * torch.sign(_uniform(x, -1, 1))
    share = torch.sigmoid((_heights(x) - _uniform(x, 0.1, 0.9)) * slope)
    return x * (share * gains + 1 - share)


def _spots(x: torch.Tensor) -> torch.Tensor:
    return x * torch.exp(_field(x, 4) * _uniform(x, 0, 0.55))


def _night(x: torch.Tensor) -> torch.Tensor:
    blue = torch.cat([_uniform(x, 0.5, 1), _uniform(x, 0.7, 1), _uniform(x, 1, 1.7)], 1)
    return x * _uniform(x, 0.08, 0.35) * blue + x**3 * _uniform(x, 0, 0.8)  # lamps stay light


def _fog(x: torch.Tensor) -> torch.Tensor:
    fog = _uniform(x, 0.45, 1) + _uniform(x, -0.125, 0.125, 3)
    rising = (0.5 - _heights(x)) * _uniform(x, -0.2, 1)  # what is higher up is mostly farther away
    density = (_uniform(x, 0.1, 0.75) + rising + 0.1 * _field(x, 3)).clamp(0, 0.9)
    return x * (1 - density) + fog * density


def _blur(x: torch.Tensor) -> torch.Tensor:
    weights = x.new_tensor([1, 4, 6, 4, 1]) / 16
    padded = F.pad(x.flatten(0, 1)[:, None], (2, 2, 2, 2), mode="reflect")
    return F.conv2d(padded, torch.outer(weights, weights)[None, None]).view_as(x)


def _noise(x: torch.Tensor) -> torch.Tensor:
    return x + torch.randn_like(x) * _uniform(x, 0, 0.06)
