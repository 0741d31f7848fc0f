"""Structure loss: are the edges those of the content image, whatever its colours have become.

Source: Chen, Yang and Xie, "Gradient-Based Structural Similarity for Image Quality Assessment",
2006; structural similarity by Wang, Bovik, Sheikh and Simoncelli, 2004, eq. 13.
"""

from typing import NamedTuple

import keras
import tensorflow as tf

from matting.guided_filter import tent_weights

LUMA = (0.299, 0.587, 0.114)  # of ITU-R BT.601
CHROMA_WEIGHT = 0.1  # of the squared gradients of R - Y and B - Y, against 1 for luma Y
SMOOTHING = 0.03  # Sobel units, 4 or 8 a unit of RGB: rounds the magnitude's kink at flat pixels
SPACING = 3.0  # of the windows in pixels
STABILIZERS = (1e-4, 9e-4)  # (K1 range)^2 and (K2 range)^2, for edges as strong as the strongest


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
    red, green, blue = tf.unstack(image, axis=-1)
    luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
    squares = SMOOTHING**2
    for plane, weight in ((luma, 1.0), (red - luma, CHROMA_WEIGHT), (blue - luma, CHROMA_WEIGHT)):
        rows = plane[:-2] + 2 * plane[1:-1] + plane[2:]
        columns = plane[:, :-2] + 2 * plane[:, 1:-1] + plane[:, 2:]
        along_x, along_y = rows[:, 2:] - rows[:, :-2], columns[2:] - columns[:-2]
        squares += weight * (tf.square(along_x) + tf.square(along_y))
    return tf.sqrt(squares) - SMOOTHING


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


@tf.function(jit_compile=True, autograph=False)
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
