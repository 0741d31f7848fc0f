"""Structure loss: are the edges those of the content image, whatever its colours have become.

Source: Chen, Yang and Xie, "Gradient-Based Structural Similarity for Image Quality Assessment",
2006; structural similarity by Wang, Bovik, Sheikh and Simoncelli, 2004, eq. 13.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from matting.guided_filter import tent_weights

CHROMA_WEIGHT = 0.1  # of the squared gradients of R - Y and B - Y, against 1 for luma Y
SMOOTHING = 0.03  # Sobel units, 4 or 8 a unit of RGB: rounds the magnitude's kink at flat pixels
SPACING = 3.0  # of the windows in pixels
STABILIZERS = (1e-4, 9e-4)  # (K1 range)^2 and (K2 range)^2, for edges as strong as the strongest

# One convolution, [3, 3, 3, 6]: Sobel along x and y of Y (ITU-R BT.601), and of R - Y and B - Y.
_ALONG_X = np.outer([1, 2, 1], [-1, 0, 1])
_LUMA = np.array([0.299, 0.587, 0.114])
_CHROMA = np.sqrt(CHROMA_WEIGHT) * (np.eye(3)[[0, 2]] - _LUMA)
_PLANES = np.vstack([_LUMA, _CHROMA]).T
_SOBEL = np.concatenate([np.multiply.outer(k, _PLANES) for k in (_ALONG_X, _ALONG_X.T)], -1)


class StructureTarget(NamedTuple):
    """Edges of a content image, relative to its strongest one, and their moments over windows.

    Attributes:
        edges: float32 [height - 2, width - 2], in [0, 1].
        rows: float32 [num_rows, height - 2], window weights along y; each row sums to 1.
        columns: float32 [num_columns, width - 2], window weights along x; each row sums to 1.
        mean: float32 [num_rows, num_columns], of the edges in each window.
        variance: the same shape.
    """

    edges: tf.Tensor
    rows: tf.Tensor
    columns: tf.Tensor
    mean: tf.Tensor
    variance: tf.Tensor

    def window_means(self, plane: tf.Tensor) -> tf.Tensor:
        """Weighted means of a plane of the edges' size, [num_rows, num_columns]."""
        return tf.matmul(tf.matmul(self.rows, plane), self.columns, transpose_b=True)


def edge_magnitude(image: tf.Tensor) -> tf.Tensor:
    """Length of the Sobel gradient of luma and, with less weight, chroma; smoothed at zero.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        float32 [height - 2, width - 2], at least 0: the pixels whose neighbours are all inside.
    """
    gradients = tf.nn.conv2d(image[None], tf.constant(_SOBEL, image.dtype), 1, "VALID")[0]
    squares = tf.reduce_sum(tf.square(gradients), -1)
    return tf.sqrt(squares + SMOOTHING**2) - SMOOTHING


def structure_target(content_image: tf.Tensor) -> StructureTarget:
    """Target of `structure_loss`.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1], at least 4 px a side.

    Returns:
        The target.
    """
    edges = edge_magnitude(content_image)
    edges = tf.math.divide_no_nan(edges, tf.reduce_max(edges))
    windows = (tent_weights(side, SPACING) for side in edges.shape)
    rows, columns = (tf.constant(w / w.sum(1, keepdims=True), edges.dtype) for w in windows)
    target = StructureTarget(edges, rows, columns, edges, edges)
    mean = target.window_means(edges)
    variance = target.window_means(tf.square(edges)) - tf.square(mean)
    return target._replace(mean=mean, variance=variance)


def structure_loss(target: StructureTarget, image: tf.Tensor) -> tf.Tensor:
    """1 - the mean structural similarity of an image's edges to the content image's.

    Deviation from Chen et al.: edges of chroma count a little, since those of luma alone leave
    colour noise free; the output's edges are scaled to the content's mean, so that overall contrast
    is free; the magnitude is smooth, since a solver stalls at its kinks; and the windows are tents
    on a grid, which cost two small matrix products.

    Args:
        target: from `structure_target`.
        image: float32 [height, width, 3], of the content image's size.

    Returns:
        float32 scalar in [0, 2]; 0 for any image whose edges are the content's times a factor.
    """
    return _dissimilarity(target, image)


def _dissimilarity(target: StructureTarget, image: tf.Tensor) -> tf.Tensor:
    edges = edge_magnitude(image)
    scale = tf.math.divide_no_nan(tf.reduce_mean(target.edges), tf.reduce_mean(edges))
    edges = scale * edges
    mean = target.window_means(edges)
    variance = target.window_means(tf.square(edges)) - tf.square(mean)
    covariance = target.window_means(edges * target.edges) - mean * target.mean
    of_means, of_variances = STABILIZERS
    similarity = (2 * mean * target.mean + of_means) * (2 * covariance + of_variances)
    similarity /= tf.square(mean) + tf.square(target.mean) + of_means
    similarity /= variance + target.variance + of_variances
    return 1 - tf.reduce_mean(similarity)


@keras.saving.register_keras_serializable(package="dpst")
class StructureLoss(keras.losses.Loss):
    """`StructureLoss()(content_images, output_images)`, float32 [batch].

    Both are float32 [batch, height, width, 3], RGB in [0, 1], of known size.
    """

    def __init__(self, name: str = "structure_loss", **options: object) -> None:
        """Create the loss; the default reduction is None, one value an image."""
        super().__init__(name=name, **{"reduction": None, **options})

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `structure_loss`."""
        pairs = tf.convert_to_tensor(y_true), tf.convert_to_tensor(y_pred)
        return tf.map_fn(
            lambda pair: structure_loss(structure_target(pair[0]), pair[1]),
            pairs,
            fn_output_signature=tf.float32,
        )
