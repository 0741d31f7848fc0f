"""The content terms, which all methods share: features as they are in the content image."""

from collections.abc import Callable, Mapping

import tensorflow as tf

from dpst.losses import content_loss
from dpst.solving.objective import FeatureTerm, Term


def content_terms(
    features: Mapping[str, tf.Tensor],
    layers: Mapping[str, float],
    weight: float,
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] = content_loss,
) -> tuple[Term, ...]:
    """Make a term for each content layer.

    Args:
        features: float32 [1, h, w, channels] by layer, of the content image.
        layers: weights of the layers; they share the content weight in proportion.
        weight: the content weight; 0 makes no terms.
        loss: of (features of the content image, features of the output).

    Returns:
        The terms.
    """
    if not weight:
        return ()
    unit = sum(layers.values())
    return tuple(
        FeatureTerm("content", name, loss, features[name], weight * layer_weight / unit)
        for name, layer_weight in layers.items()
    )
