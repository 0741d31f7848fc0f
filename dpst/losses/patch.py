"""Patch loss: how far each patch of the features is from the style patch most like it.

Source: Li and Wand, "Combining Markov Random Fields and Convolutional Neural Networks for Image
Synthesis", 2016, eq. 2; Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles into Fine
Artworks", 2016, section 3, for the semantic maps.
"""

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.losses.image_loss import ImageLoss
from dpst.losses.patch_matching import PatchBank, nearest_patches, patch_bank
from dpst.shared_trace import shared_trace

EQUAL_WEIGHT = 25.0  # with this gamma a channel of the map counts as much as all features
_ROUNDING_FLOOR = 1e-6  # share of the style features' energy, for a style image of one colour


class PatchTarget(NamedTuple):
    """What the chosen style patches ask of each position of a layer.

    Attributes:
        mean: float32 [1, height, width, channels], mean over the patches that cover a position.
        spread: float32 scalar, squared distances of what the patches ask from its mean; averaged
            over the patches of a position, summed over the positions.
        scale: float32 scalar, divisor of the sum over all positions.
    """

    mean: tf.Tensor
    spread: tf.Tensor
    scale: tf.Tensor


def patch_loss(target: PatchTarget, features: tf.Tensor) -> tf.Tensor:
    """Sum |Psi_i(x) - Psi_NN(i)(x_s)|^2 over patches, relative to the spread of the style.

    Where c patches cover a position x and ask for s_1 ... s_c there, the sum contains
    sum_j |x - s_j|^2 = c |x - mean s|^2 + sum_j |s_j - mean s|^2. The right-hand side needs no copy
    of any patch.

    Deviation: each position counts once, whether k^2 patches cover it or, at the border, fewer;
    with the paper's sum, colour noise stayed along the borders of pictures. And the sum is divided
    by the number of positions and the variance of the style's features, so that the loss depends
    neither on the network nor on the image's size.

    Args:
        target: from `patch_target`.
        features: float32 [1, height, width, channels].

    Returns:
        float32 [1]; 1 if patches are as far off as the style's features are from their mean.
    """
    distance = tf.reduce_sum(tf.math.squared_difference(features, target.mean), [1, 2, 3])
    return (distance + target.spread) / target.scale


def patch_target(
    style: PatchBank, indices: tf.Tensor, size: tuple[int, int], patch_size: int
) -> PatchTarget:
    """Return the target of `patch_loss`, given the nearest patches.

    Args:
        style: features of the style's patches, without a map.
        indices: int32 [patches], the style patch of each output patch, row by row.
        size: (height, width) of the output's features.
        patch_size: side of a patch in positions.

    Returns:
        The target; no gradient flows to it.
    """
    return _mean_target(style, indices, tf.constant(size), patch_size)


def with_semantic_map(
    features: tf.Tensor, semantic_map: tf.Tensor, length: tf.Tensor, semantic_weight: float
) -> tf.Tensor:
    """Join features and map into one vector for each position: x / length, gamma m / 25.

    Deviation: the paper leaves it to the user to choose gamma so that the map and the activations
    have the same range. Here features are divided by `length`, the root mean square of the style's
    feature vectors, so that they are about 1 long, and the map's channels are in [0, 1]. With a
    gamma of 25 a channel weighs as much as all features together; with the default of 50 labels
    decide, and features choose among the patches that remain. A much larger gamma only costs
    float32 digits.

    Args:
        features: float32 [..., channels].
        semantic_map: float32 [..., M] in [0, 1].
        length: scalar, from `feature_length` of the style's features.
        semantic_weight: gamma, at least 0.

    Returns:
        float32 [..., channels + M].
    """
    weighted = semantic_map * (semantic_weight / EQUAL_WEIGHT)
    return tf.concat([tf.math.divide_no_nan(features, length), weighted], -1)


def feature_length(features: tf.Tensor) -> tf.Tensor:
    """Return the root mean square length of feature vectors [..., channels], float32 scalar."""
    return tf.sqrt(tf.reduce_mean(tf.reduce_sum(tf.square(features), -1)))


@keras.saving.register_keras_serializable(package="dpst")
class PatchLoss(ImageLoss):
    """Patch loss of one layer: `PatchLoss()(style_features, features)`, float32 [batch].

    Each may be a pair (features, semantic map), with the map float32 [batch, height, width, M] in
    [0, 1] at the features' size. The two may differ in height and width, which must be known when a
    graph is traced. The nearest patches are found anew at each call; only the features of the
    second argument get a gradient.
    """

    default_name = "patch_loss"
    option_names = ("patch_size", "semantic_weight", "variety", "memory")

    def __init__(
        self,
        patch_size: int = TransferConfig.patch_size,
        semantic_weight: float = TransferConfig.semantic_weight,
        variety: float = TransferConfig.variety,
        memory: int = TransferConfig.matching_memory,
        name: str | None = None,
        **options: object,
    ) -> None:
        """Create the loss.

        Args:
            patch_size: side of a patch in positions.
            semantic_weight: gamma, see `with_semantic_map`; not used without maps.
            variety: against repeated patches, see `nearest_patches`.
            memory: largest memory that matching takes at a time, in MB.
            name: name of the loss.
            options: further options of `keras.losses.Loss`.

        Raises:
            ValueError: patch_size is below 1.
        """
        super().__init__(name, **options)
        if patch_size < 1:
            raise ValueError(f"patch_size is {patch_size}, must be at least 1.")
        self.patch_size = patch_size
        self.semantic_weight = semantic_weight
        self.variety = variety
        self.memory = memory

    def call(self, y_true: Any, y_pred: Any) -> tf.Tensor:
        """See `patch_loss`."""
        style_features, style_map = _features_and_map(y_true)
        features, semantic_map = _features_and_map(y_pred)
        pairs = (features, semantic_map, style_features, style_map)
        if features.shape[0] is None:
            return tf.map_fn(lambda pair: self._loss(*pair), pairs, fn_output_signature=tf.float32)
        return tf.stack([self._loss(*pair) for pair in zip(*map(tf.unstack, pairs), strict=True)])

    def _loss(
        self,
        features: tf.Tensor,
        semantic_map: tf.Tensor,
        style_features: tf.Tensor,
        style_map: tf.Tensor,
    ) -> tf.Tensor:
        """Return the loss of one image, scalar."""
        bank = patch_bank([style_features], self.patch_size)
        length = feature_length(style_features)
        output, style = (
            patch_bank([with_semantic_map(*pair, length, self.semantic_weight)], self.patch_size)
            for pair in (
                (tf.stop_gradient(features), semantic_map),
                (style_features, style_map),
            )
        )
        indices, _ = nearest_patches(output, style, self.patch_size, self.variety, self.memory)
        target = patch_target(bank, indices, tuple(features.shape[:2]), self.patch_size)
        return patch_loss(target, features[None])[0]


def _features_and_map(value: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a layer's features and its map, which has no channels if none is given."""
    if isinstance(value, list | tuple):
        features, semantic_map = map(tf.convert_to_tensor, value)
        return features, semantic_map
    features = tf.convert_to_tensor(value)
    return features, features[..., :0]


@shared_trace
def _mean_target(
    style: PatchBank, indices: tf.Tensor, size: tf.Tensor, patch_size: int
) -> PatchTarget:
    """Average what the chosen patches ask of each position; the arguments of `patch_target`."""
    corners, widths = tf.gather(style.corners, indices), tf.gather(style.widths, indices)
    inner, num_channels = size - patch_size + 1, tf.shape(style.features)[1]

    def asked(dy: int, dx: int) -> tuple[tf.Tensor, list[list[int]]]:
        """Return what the patches ask of their position (dy, dx), and its place in the map."""
        values = tf.gather(style.features, corners + dy * widths + dx)
        rest = patch_size - 1
        return (
            tf.reshape(values, [inner[0], inner[1], num_channels]),
            [[dy, rest - dy], [dx, rest - dx], [0, 0]],
        )

    offsets = [(dy, dx) for dy in range(patch_size) for dx in range(patch_size)]
    ones = tf.ones([inner[0], inner[1], 1])
    count = tf.add_n([tf.pad(ones, asked(*offset)[1]) for offset in offsets])
    mean = tf.add_n([tf.pad(*asked(*offset)) for offset in offsets]) / count
    spread = tf.constant(0.0)
    for dy, dx in offsets:
        values, _ = asked(dy, dx)
        place = (slice(dy, dy + inner[0]), slice(dx, dx + inner[1]))
        spread += tf.reduce_sum(tf.math.squared_difference(values, mean[place]) / count[place])
    variance = tf.reduce_sum(tf.math.reduce_variance(style.features, 0))
    floor = _ROUNDING_FLOOR * tf.reduce_mean(tf.reduce_sum(tf.square(style.features), 1))
    scale = tf.cast(tf.reduce_prod(size), tf.float32) * (variance + floor)
    return PatchTarget(mean[None], spread, tf.maximum(scale, 1e-12))
