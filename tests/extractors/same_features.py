"""Images for extractors, and the comparison of their features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def random_images(batch: int = 1, height: int = 33, width: int = 47, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((batch, height, width, 3), np.float32)


def assert_same_features(
    actual: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float = 1e-5
) -> None:
    """Compare feature maps relative to the largest feature of each layer."""
    assert list(actual) == list(expected)
    for name, features in expected.items():
        scale = np.abs(features).max()
        np.testing.assert_allclose(actual[name] / scale, features / scale, atol=tolerance)
