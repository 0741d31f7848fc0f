"""Luma: how much each channel of an sRGB image counts towards its lightness."""

import numpy as np

# ITU-R BT.601, as in the YIQ space; float64, for `image @ LUMA`.
LUMA = np.array([0.299, 0.587, 0.114])
