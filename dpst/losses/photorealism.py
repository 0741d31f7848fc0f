"""Photorealism loss: how far an image is from a local affine recolouring of the content image.

Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, eq. 3.
"""

import keras
import numpy as np
import tensorflow as tf

from matting import MattingLaplacian


def photorealism_loss(laplacian: MattingLaplacian, image: tf.Tensor) -> tf.Tensor:
    """Sum over channels of V^T L V, divided by the number of pixels.

    Deviation: the mean over pixels, so that one weight serves all sizes.

    Args:
        laplacian: matting Laplacian of the content image.
        image: float32 [height, width, channels], of the content image's size.

    Returns:
        float32 scalar.
    """
    height, width = laplacian.size
    return laplacian.quadratic_form(image) / (height * width)


@keras.saving.register_keras_serializable(package="dpst")
class PhotorealismLoss(keras.losses.Loss):
    """`PhotorealismLoss()(content_image, output_image)`, float32 [batch].

    Both are [batch, height, width, 3], RGB in [0, 1]. The Laplacian of each content image is
    built on the host at every call; for a loop over one content image, hold a
    `matting.MattingLaplacian` and call `photorealism_loss`.
    """

    def __init__(
        self, epsilon: float = 1e-7, name: str = "photorealism_loss", **options: object
    ) -> None:
        """Create the loss; the default reduction is None, one value an image.

        Args:
            epsilon: regularisation of the Laplacian, see `MattingLaplacian.from_image`.
            name: name of the loss.
            options: further options of `keras.losses.Loss`.
        """
        super().__init__(name=name, **{"reduction": None, **options})
        self.epsilon = epsilon

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `photorealism_loss`."""
        content_images = tf.convert_to_tensor(y_true)
        images = tf.convert_to_tensor(y_pred)
        _, height, width, _ = images.shape

        def energy(pair: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
            content_image, image = pair
            stencil = tf.numpy_function(self._stencil, [content_image], tf.float32)
            stencil = tf.ensure_shape(stencil, [24, height, width])
            return photorealism_loss(MattingLaplacian(stencil), image)

        return tf.map_fn(energy, (content_images, images), fn_output_signature=tf.float32)

    def _stencil(self, content_image: np.ndarray) -> np.ndarray:
        return MattingLaplacian.from_image(content_image, self.epsilon).stencil.numpy()

    def get_config(self) -> dict:
        """Options, for saving."""
        return {**super().get_config(), "epsilon": self.epsilon}
