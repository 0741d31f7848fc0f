"""Features of the small networks, in float64 NumPy, straight from kernels and window views."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Features = dict[str, np.ndarray]


def convolve(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int = 1) -> np.ndarray:
    """Correlates [height, width, channels] with a kernel, unpadded, and applies ReLU."""
    windows = sliding_window_view(x, kernel.shape[:2], axis=(0, 1))[::stride, ::stride]
    return np.maximum(np.einsum("hwcij,ijco->hwo", windows, kernel, optimize=True) + bias, 0)


def pool(x: np.ndarray, size: int, stride: int, reduce: str) -> np.ndarray:
    """Pools [height, width, channels], unpadded, by "max" or "mean"."""
    windows = sliding_window_view(x, (size, size), axis=(0, 1))[::stride, ::stride]
    return getattr(windows, reduce)(axis=(-1, -2))


def layer_weights(path: Path) -> Callable[[str], tuple[np.ndarray, np.ndarray]]:
    """Returns what finds the kernel and the bias of a layer in a weight file, float64."""
    weights: dict[str, np.ndarray] = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: (
                weights.update({name: np.asarray(item, np.float64)})
                if isinstance(item, h5py.Dataset)
                else None
            )
        )

    def kernel_and_bias(layer: str) -> tuple[np.ndarray, np.ndarray]:
        found = [weight for key, weight in weights.items() if key.startswith(layer + "/")]
        bias, kernel = sorted(found, key=np.ndim)
        return kernel, bias

    return kernel_and_bias


def squeezenet_features(image: np.ndarray, path: Path, reduce: str = "max") -> Features:
    """SqueezeNet v1.1 of an image [height, width, 3] in [0, 1] (Iandola et al. 2016, figure 2)."""
    weights = layer_weights(path)

    def layer(x: np.ndarray, name: str, stride: int = 1, padding: int = 0) -> np.ndarray:
        x = np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
        return convolve(x, *weights(name), stride)

    blue_green_red = 255 * image[..., ::-1].astype(np.float64)
    x = layer(blue_green_red - [103.939, 116.779, 123.68], "conv1", stride=2)
    features = {"conv1": x}
    for i in range(2, 10):
        if i in (2, 4, 6):
            x = pool(x, 3, 2, reduce)
        squeezed = layer(x, f"fire{i}/squeeze1x1")
        narrow = layer(squeezed, f"fire{i}/expand1x1")
        wide = layer(squeezed, f"fire{i}/expand3x3", padding=1)
        features[f"fire{i}"] = x = np.concatenate([narrow, wide], -1)
    return features


def embedded_features(image: np.ndarray, weights: dict[str, np.ndarray]) -> Features:
    """The embedded network's features of an image [height, width, 3] in [0, 1]."""
    weights = {name: array.astype(np.float64) for name, array in weights.items()}

    def padded(x: np.ndarray, before: int, after: int) -> np.ndarray:
        return np.pad(x, ((before, after), (before, after), (0, 0)), mode="reflect")

    def layer(x: np.ndarray, name: str, stride: int = 1) -> np.ndarray:
        return convolve(x, weights[f"{name}/kernel"], weights[f"{name}/bias"], stride)

    x = image = image.astype(np.float64) - 0.5
    features: Features = {}
    for name in ("1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3", "3_4", "4_1"):
        x = layer(padded(x, 1, 1), f"conv{name}")
        features[f"relu{name}"] = x
        if name in ("1_2", "2_2", "3_4"):
            x = pool(x, 2, 2, "max")
    features["conv1"] = x = layer(padded(image, 0, 1), "conv1", stride=2)
    for i in range(2, 8):
        if i in (2, 4, 6):
            before = 0 if i == 4 else 1
            x = pool(padded(x, before, 1 - before), 3, 2, "max")
        squeezed = layer(x, f"fire{i}_squeeze")
        expanded = [
            layer(squeezed, f"fire{i}_expand1x1"),
            layer(padded(squeezed, 1, 1), f"fire{i}_expand3x3"),
        ]
        features[f"fire{i}"] = x = np.concatenate(expanded, -1)
    return features
