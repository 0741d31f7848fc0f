"""The terms on the image itself."""

import numpy as np
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.methods.image_terms import image_terms


def _photorealism(content_image, output_image):
    config = TransferConfig(photorealism_weight=1.0)
    (term,) = (t for t in image_terms(content_image, config) if t.name == "photorealism")
    return float(term.weight * term.function(term.target, tf.constant(output_image, tf.float32)))


def _step(height):
    """A grey image whose right half is lighter."""
    image = np.full((32, 32, 3), 0.5, np.float32)
    image[:, 16:] += height
    return image


def test_recoloring_across_an_edge_is_free():
    assert _photorealism(_step(0.2), _step(0.4)) < 1e-5


def test_step_of_one_grey_level_may_not_become_an_edge():
    faint, clear = _step(1 / 255), _step(20 / 255)
    assert _photorealism(faint, _step(0.2)) > 100 * _photorealism(clear, _step(0.2))
    assert _photorealism(faint, faint) < 1e-5
