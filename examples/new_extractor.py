"""A new extractor: edges of eight directions at three scales, without any training.

Source: Daugman 1985, "Uncertainty relation for resolution in space, spatial frequency, and
orientation optimized by two-dimensional visual cortical filters".
"""

import keras
import numpy as np

from dpst.extractors import Extractor, LayerChoice

SIDE, NUM_DIRECTIONS = 7, 8


def gabor_kernels() -> np.ndarray:
    """Return waves under a Gaussian, of mean 0; float32 [SIDE, SIDE, 3, 2 * directions]."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    angles = np.pi * np.arange(NUM_DIRECTIONS) / NUM_DIRECTIONS
    phases = np.pi / 2 * (x[..., None] * np.cos(angles) + y[..., None] * np.sin(angles))
    waves = np.concatenate([np.cos(phases), np.sin(phases)], -1)
    waves *= np.exp(-(x**2 + y**2) / 8)[..., None]
    waves -= waves.mean((0, 1))
    return np.repeat(waves[:, :, None] / 3, 3, 2).astype(np.float32)


class GaborExtractor(Extractor):
    """Gabor filters and ReLU: `scale0`, `scale1` and `scale2`, each of half the size."""

    def __init__(self) -> None:
        """Build the network."""
        x = inputs = keras.Input((None, None, 3), dtype="float32")
        feature_maps = {}
        for scale in range(3):
            layer = keras.layers.Conv2D(16, SIDE, padding="same", activation="relu")
            feature_maps[f"scale{scale}"] = layer(x)
            layer.set_weights([gabor_kernels(), np.zeros(2 * NUM_DIRECTIONS, np.float32)])
            x = keras.layers.AveragePooling2D(2)(x)
        layers = LayerChoice(style=tuple(feature_maps), content=("scale2",))
        super().__init__(inputs, feature_maps, name="gabor", minimum_side=8, default_layers=layers)
