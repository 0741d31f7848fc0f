"""The parser's network in float64 NumPy, straight from kernels and window views."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Channels do not matter here: the weights tell them. Strides and dilations of the 16 blocks:
STRIDES = (2, 1, 2, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1)
DILATIONS = (1,) * 13 + (2,) * 3


def parser_scores(image: np.ndarray, weights: dict[str, np.ndarray]) -> np.ndarray:
    """The scores [height / 4, width / 4, 16] of an image, before the softmax."""
    arrays = {name: array.astype(np.float64) for name, array in weights.items()}

    def pointwise(x: np.ndarray, name: str, relu: bool = True) -> np.ndarray:
        y = x @ arrays[f"{name}/kernel"][0, 0] + arrays[f"{name}/bias"]
        return np.maximum(y, 0) if relu else y

    def windows(x: np.ndarray, stride: int, dilation: int) -> np.ndarray:
        """3x3 windows, zeros around; at stride 2 below and right only."""
        before, after = (0, 1) if stride == 2 else (dilation, dilation)
        x = np.pad(x, ((before, after), (before, after), (0, 0)))
        side = 2 * dilation + 1
        view = sliding_window_view(x, (side, side), axis=(0, 1))
        return view[::stride, ::stride, :, ::dilation, ::dilation]

    def depthwise(x: np.ndarray, name: str, stride: int = 1, dilation: int = 1) -> np.ndarray:
        kernel = arrays[f"{name}/kernel"][..., 0]
        y = np.einsum("hwcij,ijc->hwc", windows(x, stride, dilation), kernel)
        return np.maximum(y + arrays[f"{name}/bias"], 0)

    x = np.einsum(
        "hwcij,ijco->hwo", windows(2 * image.astype(np.float64) - 1, 2, 1), arrays["stem/kernel"]
    )
    x = np.maximum(x + arrays["stem/bias"], 0)
    stages = []
    for i, (stride, dilation) in enumerate(zip(STRIDES, DILATIONS, strict=True)):
        y = depthwise(pointwise(x, f"block{i}_expand"), f"block{i}_depthwise", stride, dilation)
        y = pointwise(y, f"block{i}_project", relu=False)
        x = x + y if x.shape == y.shape else y
        stages.append(x)

    parts = [pointwise(x, "pixels")]
    for size in (8, 4, 2):
        height, width, channels = x.shape
        means = x.reshape(height // size, size, width // size, size, channels).mean((1, 3))
        y = depthwise(pointwise(means, f"window{size}"), f"window{size}_depthwise")
        parts.append(enlarged(y, size))
    parts.append(np.broadcast_to(pointwise(x.mean((0, 1)), "whole"), parts[-1].shape))
    x = pointwise(np.concatenate(parts, -1), "context")
    for name, finer in (("8", stages[5]), ("4", stages[1])):
        x = enlarged(pointwise(x, f"up{name}"), 2) + pointwise(finer, f"skip{name}")
        x = pointwise(depthwise(x, f"fuse{name}_depthwise"), f"fuse{name}")
    return pointwise(x, "scores", relu=False)


def enlarged(x: np.ndarray, factor: int) -> np.ndarray:
    """Bilinear between the positions' centres, the borders repeated."""
    for axis in (0, 1):
        count = x.shape[axis]
        place = np.clip((np.arange(count * factor) + 0.5) / factor - 0.5, 0, count - 1)
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, count - 1)
        share = (place - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        x = x.take(low, axis) * (1 - share) + x.take(high, axis) * share
    return x
