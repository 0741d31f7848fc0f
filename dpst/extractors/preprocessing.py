"""Preprocessing: from images in [0, 1] to what a network was trained on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

# Mean of the ImageNet training images in the order and range of these networks: BGR in [0, 255].
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)


@keras.saving.register_keras_serializable(package="dpst")
class Preprocessing(keras.layers.Layer):
    """A preprocessing function as the first layer of a model, in float32 whatever the policy.

    Args:
        function: maps float32 [batch, height, width, 3], sRGB in [0, 1], to the same shape. A model
            with a function that is not registered with Keras loads where the function can be
            imported.
        **options: further options of `keras.layers.Layer`.
    """

    def __init__(self, function: Callable[[tf.Tensor], tf.Tensor], **options: Any) -> None:
        """Keep the function."""
        super().__init__(**{"dtype": "float32", **options})
        self.function = function

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Apply the function."""
        return self.function(images)

    def compute_output_spec(self, images: Any) -> Any:
        """Return the spec of the output: the images' shape."""
        return keras.KerasTensor(images.shape, "float32")

    def get_config(self) -> dict[str, Any]:
        """Return the options, for saving."""
        function = keras.saving.serialize_keras_object(self.function)
        return {**super().get_config(), "function": function}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Preprocessing:
        """Build the layer from what `get_config` returned."""
        function = keras.saving.deserialize_keras_object(config["function"])
        return cls(**{**config, "function": function})


@keras.saving.register_keras_serializable(package="dpst")
def caffe_preprocess(images: tf.Tensor) -> tf.Tensor:
    """Turn images into what a network converted from Caffe was trained on.

    Source: Simonyan and Zisserman 2015, section 2.1; `mode="caffe"` of `keras.applications`, which
    writes into the array it is given and starts from [0, 255].

    Args:
        images: float32 [batch, height, width, 3], sRGB in [0, 1]. Not written to.

    Returns:
        float32 [batch, height, width, 3], BGR in [0, 255] minus the ImageNet mean.
    """
    return 255.0 * tf.reverse(images, axis=[-1]) - tf.constant(IMAGENET_MEAN_BGR, images.dtype)
