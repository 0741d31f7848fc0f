"""Tone curves: give colours the lightness of others by a monotone curve with bounded slopes."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from dpst.images.luma import LUMA

MIN_SLOPE, MAX_SLOPE = 0.5, 2.0  # what keeps the modelling of things, and does not tear it
_NUM_QUANTILES = 65
_NUM_STEPS = 128  # of the curve, over [0, 1]
_SMOOTHING = 4.0  # standard deviation in steps: quantiles of a few colours are stairs


def match_tones(colors: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Give colours the distribution of lightness of a reference, as far as the slopes allow.

    The curve is the map between the quantiles of luma, smoothed, its slopes held in
    [`MIN_SLOPE`, `MAX_SLOPE`], and moved so that the mean luma is the reference's. Lightness is
    never turned over, and no range of it is flattened. Chroma stays.

    Args:
        colors: float64 [n, 3], RGB, n at least 1.
        reference: float64 [m, 3], RGB, m at least 1.

    Returns:
        float64 [n, 3], not clipped.
    """
    luma, reference_luma = colors @ LUMA, reference @ LUMA
    shares = np.linspace(0, 1, _NUM_QUANTILES)
    quantiles = np.quantile(luma, shares)
    tones = np.linspace(0, 1, _NUM_STEPS + 1)
    # Equal quantiles would leave the map undefined where many colours are one.
    rising = quantiles + 1e-6 * np.arange(_NUM_QUANTILES)
    curve = np.interp(tones, rising, np.quantile(reference_luma, shares))
    smooth = gaussian_filter1d(curve, _SMOOTHING, mode="nearest")
    steps = np.clip(np.diff(smooth) * _NUM_STEPS, MIN_SLOPE, MAX_SLOPE) / _NUM_STEPS
    matched = np.interp(luma, tones, np.concatenate([[0.0], np.cumsum(steps)]))
    change = matched - matched.mean() + reference_luma.mean() - luma
    return colors + change[:, None]
