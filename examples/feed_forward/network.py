"""The network: dilated convolutions, which see far and keep the size of the image.

Source: Chen, Xu and Koltun 2017, "Fast image processing with fully-convolutional networks".
"""

import keras

from dpst.losses import PhotorealismRegularization, TotalVariationRegularizer

CHANNELS = 24
DILATIONS = (1, 2, 4, 8)


def stylizer_network(tv_weight: float = 0.0, photorealism_weight: float = 0.0) -> keras.Model:
    """Build the network.

    Args:
        tv_weight: weight of the total variation of its output while it is trained.
        photorealism_weight: weight of the photorealism loss of its output, likewise.

    Returns:
        A model from images [batch, height, width, 3], RGB in [0, 1], to images of the same shape.
    """
    x = images = keras.Input((None, None, 3), name="images")
    for dilation in DILATIONS:
        x = keras.layers.Conv2D(CHANNELS, 3, padding="same", dilation_rate=dilation)(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    output = keras.layers.Conv2D(
        3,
        1,
        activation="sigmoid",
        activity_regularizer=TotalVariationRegularizer(tv_weight),
        dtype="float32",
    )(x)
    if photorealism_weight:
        output = PhotorealismRegularization(photorealism_weight)([images, output])
    return keras.Model(images, output, name="stylizer")
