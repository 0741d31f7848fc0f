"""Structure loss: are the edges still those of the content image, whatever the colours are now.

Source: Chen, Yang and Xie, "Gradient-Based Structural Similarity for Image Quality Assessment",
2006; structural similarity: Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From
Error Visibility to Structural Similarity", 2004, eq. 13.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from dpst.images.luma import LUMA
from dpst.losses.image_loss import ImageLoss

CHROMA_WEIGHT = 0.1  # of the squared gradients of R - Y and B - Y, against 1 for luma Y
SMOOTHING = 0.03  # Sobel units, 4 or 8 per unit of RGB: rounds the magnitude's kink at flat pixels
SPACING = 3.0  # between windows, in pixels
STABILIZERS = (1e-4, 9e-4)  # (K1 range)^2 and (K2 range)^2, with a range of [0, 1]

# One convolution, [3, 3, 3, 6]: Sobel along x and y of luma Y, and of R - Y and B - Y.
_ALONG_X = np.outer([1, 2, 1], [-1, 0, 1])
_CHROMA = np.sqrt(CHROMA_WEIGHT) * (np.eye(3)[[0, 2]] - LUMA)
_PLANES = np.vstack([LUMA, _CHROMA]).T
_SOBEL = np.concatenate([np.multiply.outer(k, _PLANES) for k in (_ALONG_X, _ALONG_X.T)], -1)


class StructureTarget(NamedTuple):
    """Edges of content images, relative to their strongest ones, and their moments over windows.

    Attributes:
        edges: float32 [..., height - 2, width - 2], in [0, 1].
        rows: float32 [num_rows, height - 2], window weights along y; each row sums to 1.
        columns: float32 [num_columns, width - 2], window weights along x; each row sums to 1.
        mean: float32 [..., num_rows, num_columns], of the edges in each window.
        variance: the same shape.
    """

    edges: tf.Tensor
    rows: tf.Tensor
    columns: tf.Tensor
    mean: tf.Tensor
    variance: tf.Tensor

    def window_means(self, plane: tf.Tensor) -> tf.Tensor:
        """Average planes over each window.

        Args:
            plane: float32 [..., height - 2, width - 2].

        Returns:
            float32 [..., num_rows, num_columns].
        """
        return tf.matmul(tf.matmul(self.rows, plane), self.columns, transpose_b=True)


def edge_magnitude(image: tf.Tensor) -> tf.Tensor:
    """Return the length of the Sobel gradient of luma and, with less weight, chroma.

    It is smooth at zero.

    Args:
        image: float32 [height, width, 3] or [batch, height, width, 3], RGB in [0, 1].

    Returns:
        float32 [..., height - 2, width - 2], at least 0: pixels whose neighbours are all inside.
    """
    is_batch = image.shape.rank == 4
    images = image if is_batch else image[None]
    gradients = tf.nn.conv2d(images, tf.constant(_SOBEL, image.dtype), 1, "VALID")
    squares = tf.reduce_sum(tf.square(gradients if is_batch else gradients[0]), -1)
    return tf.sqrt(squares + SMOOTHING**2) - SMOOTHING


def structure_target(content_image: tf.Tensor) -> StructureTarget:
    """Return the target of `structure_loss`.

    Args:
        content_image: float32 [height, width, 3] or [batch, height, width, 3], RGB in [0, 1], at
            least 4x4 px.

    Returns:
        The target.
    """
    edges = edge_magnitude(content_image)
    edges = tf.math.divide_no_nan(edges, tf.reduce_max(edges, [-2, -1], keepdims=True))
    sides = tf.unstack(tf.shape(edges)[-2:])
    rows, columns = (tf.cast(_window_weights(side), edges.dtype) for side in sides)
    target = StructureTarget(edges, rows, columns, edges, edges)
    mean = target.window_means(edges)
    variance = target.window_means(tf.square(edges)) - tf.square(mean)
    return target._replace(mean=mean, variance=variance)


def structure_loss(target: StructureTarget, image: tf.Tensor) -> tf.Tensor:
    """Return 1 - the mean structural similarity of an image's edges to the content image's.

    Deviation: unlike in Chen et al., edges of chroma count a little, since luma alone does not see
    colour noise; the output's edges are scaled to the content's mean, so that overall contrast is
    free; the magnitude is smooth, since a solver stalls at kinks; and the windows are tents on a
    grid, which cost two small matrix products.

    Args:
        target: from `structure_target`.
        image: float32, of the content image's shape.

    Returns:
        float32, a scalar or [batch], in [0, 2]; 0 if the edges are the content's times any factor.
    """
    edges = edge_magnitude(image)
    means = (tf.reduce_mean(e, [-2, -1], keepdims=True) for e in (target.edges, edges))
    scale = tf.math.divide_no_nan(*means)
    edges = scale * edges
    mean = target.window_means(edges)
    variance = target.window_means(tf.square(edges)) - tf.square(mean)
    covariance = target.window_means(edges * target.edges) - mean * target.mean
    of_means, of_variances = STABILIZERS
    similarity = (2 * mean * target.mean + of_means) * (2 * covariance + of_variances)
    similarity /= tf.square(mean) + tf.square(target.mean) + of_means
    similarity /= variance + target.variance + of_variances
    return 1 - tf.reduce_mean(similarity, [-2, -1])


@keras.saving.register_keras_serializable(package="dpst")
class StructureLoss(ImageLoss):
    """`StructureLoss()(content_images, output_images)`, float32 [batch].

    Both are float32 [batch, height, width, 3], RGB in [0, 1].
    """

    default_name = "structure_loss"

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `structure_loss`."""
        target = structure_target(tf.convert_to_tensor(y_true))
        return structure_loss(target, tf.convert_to_tensor(y_pred))


def _window_weights(side: tf.Tensor) -> tf.Tensor:
    """Return `matting.guided_filter.tent_weights` as a tensor, with a sum of 1 for each window.

    Args:
        side: int32 scalar, number of pixels, at least 2.

    Returns:
        float64 [num_windows, side].
    """
    last = tf.cast(side - 1, tf.float64)
    num_windows = tf.cast(tf.maximum(tf.round(last / SPACING), 1), tf.int32) + 1
    num_windows = tf.minimum(num_windows, side)
    gap = last / tf.cast(num_windows - 1, tf.float64)
    centres = gap * tf.cast(tf.range(num_windows), tf.float64)
    distances = tf.abs(tf.cast(tf.range(side), tf.float64) - centres[:, None])
    weights = tf.maximum(1 - distances / gap, 0)
    return weights / tf.reduce_sum(weights, 1, keepdims=True)
