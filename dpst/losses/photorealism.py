"""Photorealism loss: how far an image is from a local affine recolouring of the content image.

Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, eq. 2.
"""

from typing import Any

import keras
import tensorflow as tf

from dpst.losses.image_loss import ImageLoss
from matting import DEFAULT_EPSILON, MattingLaplacian, local_affine_energy


def photorealism_loss(laplacian: MattingLaplacian, image: tf.Tensor) -> tf.Tensor:
    """Sum V^T L V over the channels V, divided by the number of pixels.

    Deviation: a mean over pixels, so that one weight serves all sizes.

    Args:
        laplacian: matting Laplacian of the content image.
        image: float32 [height, width, channels], at the content image's size.

    Returns:
        float32 scalar.
    """
    num_pixels = tf.reduce_prod(tf.shape(laplacian.stencil)[1:])
    return laplacian.quadratic_form(image) / tf.cast(num_pixels, image.dtype)


def photorealism_losses(
    content_images: tf.Tensor, images: tf.Tensor, epsilon: float = DEFAULT_EPSILON
) -> tf.Tensor:
    """Return the `photorealism_loss` of a batch, without building the Laplacians.

    Args:
        content_images: float32 [batch, height, width, 3], RGB in [0, 1]; they get no gradient.
        images: float32 [batch, height, width, channels].
        epsilon: regularisation of the Laplacian, see `MattingLaplacian.from_image`.

    Returns:
        float32 [batch].
    """
    shape = tf.shape(images)
    num_pixels = tf.cast(shape[1] * shape[2], tf.float32)
    return local_affine_energy(content_images, images, epsilon) / num_pixels


@keras.saving.register_keras_serializable(package="dpst")
class PhotorealismLoss(ImageLoss):
    """`PhotorealismLoss()(content_images, output_images)`, float32 [batch].

    Both are [batch, height, width, 3], RGB in [0, 1]. In a loop over one content image it is faster
    to keep a `matting.MattingLaplacian` and to call `photorealism_loss`.
    """

    default_name = "photorealism_loss"
    option_names = ("epsilon",)

    def __init__(
        self, epsilon: float = DEFAULT_EPSILON, name: str | None = None, **options: object
    ) -> None:
        """Create the loss.

        Args:
            epsilon: regularisation of the Laplacian, see `MattingLaplacian.from_image`.
            name: name of the loss.
            options: further options of `keras.losses.Loss`.
        """
        super().__init__(name, **options)
        self.epsilon = epsilon

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `photorealism_losses`."""
        return photorealism_losses(
            tf.convert_to_tensor(y_true), tf.convert_to_tensor(y_pred), self.epsilon
        )


@keras.saving.register_keras_serializable(package="dpst")
class PhotorealismRegularization(keras.layers.Layer):
    """A layer that adds the photorealism loss to a model's losses and passes the images on.

    Example:
        ```python
        images = PhotorealismRegularization(weight=100.0)([content_images, images])
        ```

    Its inputs are content images and output images, float [batch, height, width, 3], RGB in [0, 1].
    It adds the mean over the batch times the weight, in float32 even under mixed precision.
    """

    def __init__(
        self, weight: float = 1.0, epsilon: float = DEFAULT_EPSILON, **options: Any
    ) -> None:
        """Create the layer.

        Args:
            weight: factor of the loss, at least 0.
            epsilon: regularisation of the Laplacian, see `MattingLaplacian.from_image`.
            options: further options of `keras.layers.Layer`.

        Raises:
            ValueError: the weight is negative.
        """
        # Half precision would round the content image by more than epsilon allows.
        super().__init__(**{"autocast": False, **options})
        if weight < 0:
            raise ValueError(f"weight is {weight}, must be at least 0; 0 adds nothing.")
        self.weight = weight
        self.epsilon = epsilon

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        """Add the loss and return the second input."""
        content_images, images = inputs
        self.add_loss(
            self.weight * tf.reduce_mean(photorealism_losses(content_images, images, self.epsilon))
        )
        return images

    def compute_output_spec(self, inputs: Any) -> Any:
        """Return the spec of the second input."""
        return keras.KerasTensor(inputs[1].shape, inputs[1].dtype)

    def get_config(self) -> dict:
        """Return the options, for saving."""
        return {**super().get_config(), "weight": self.weight, "epsilon": self.epsilon}
