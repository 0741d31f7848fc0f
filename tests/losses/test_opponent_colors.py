import numpy as np
import tensorflow as tf

from dpst.losses.opponent_colors import CHROMA_GAIN, opponent_colors


def test_axes_are_orthogonal_and_chroma_is_enlarged():
    axes = opponent_colors(tf.constant(np.eye(3)[None, None])).numpy()[0, 0].T
    np.testing.assert_allclose(
        axes @ axes.T, np.diag([1, CHROMA_GAIN**2, CHROMA_GAIN**2]), atol=1e-9
    )


def test_grey_has_no_chroma():
    grey = np.linspace(0, 1, 5)[None, None, :, None] * np.ones(3)
    colors = opponent_colors(tf.constant(grey)).numpy()
    np.testing.assert_allclose(colors[..., 1:], 0, atol=1e-12)
    np.testing.assert_allclose(colors[..., 0], grey[..., 0] * 3**0.5)


def test_colors_stay_within_the_stated_range():
    corners = np.stack(np.meshgrid([0, 1], [0, 1], [0, 1]), -1).reshape(1, 2, 4, 3) * 1.0
    colors = opponent_colors(tf.constant(corners)).numpy()
    assert 0 <= colors[..., 0].min() and colors[..., 0].max() <= 1.733
    assert np.abs(colors[..., 1:]).max() <= 2.45
