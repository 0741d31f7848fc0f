"""`EmbeddedExtractor`: seeded random features at four scales; nothing to download."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from dpst.extractors.extractor import Extractor

_CHANNELS = (32, 64, 128, 128)


class EmbeddedExtractor(Extractor):
    """Random convolutional features that need no weight file.

    Each scale is a 3x3 convolution with fixed He-normal kernels and no bias, then ReLU; 2x2 average
    pooling lies between scales, so `scale1` has the size of the image and `scale4` an eighth of it,
    with 32, 64, 128 and 128 channels. The kernels depend on the seed only.

    Statistics of random features carry texture well enough to transfer it: Ustyuzhaninov et al.
    2017, "What does it take to generate natural textures?"; initialisation: He et al. 2015.
    Deviation: borders are padded by reflection, so that a photo gets no frame.

    Args:
        seed: Seed of the kernels, a non-negative int.

    Raises:
        TypeError: If the seed is not an int.
        ValueError: If the seed is negative.
    """

    def __init__(self, seed: int = 0) -> None:
        """Builds the network and draws its kernels."""
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise TypeError(f"seed must be an int, got {seed!r}; pass 0 for the default features")
        if seed < 0:
            raise ValueError(f"seed must not be negative, got {seed}; pass 0 or more")
        self.seed = int(seed)
        inputs = keras.Input((None, None, 3), dtype="float32")
        layer_names = tuple(f"scale{i}" for i in range(1, len(_CHANNELS) + 1))
        feature_maps: dict[str, keras.KerasTensor] = {}
        x = inputs
        for name, channels in zip(layer_names, _CHANNELS, strict=True):
            if feature_maps:
                x = keras.layers.AveragePooling2D(2, data_format="channels_last")(x)
            x = _reflection_padded_convolution(x, channels, name)
            feature_maps[name] = x
        _set_kernels(keras.Model(inputs, x), layer_names, self.seed)
        super().__init__(
            inputs,
            feature_maps,
            name="embedded",
            style_layers=layer_names,
            content_layers=layer_names[2:3],
            # Reflection needs two pixels a side at the coarsest scale.
            minimum_side=2 ** len(_CHANNELS),
            preprocess=_centre,
        )


def _centre(images: tf.Tensor) -> tf.Tensor:
    """Moves the middle of [0, 1] to zero, where the kinks of a ReLU without bias lie."""
    return images - 0.5


def _reflection_padded_convolution(
    x: keras.KerasTensor, channels: int, name: str
) -> keras.KerasTensor:
    """Applies a 3x3 convolution and ReLU that keep height and width."""
    x = keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    return keras.layers.Conv2D(
        channels,
        3,
        activation="relu",
        use_bias=False,
        kernel_initializer="zeros",  # Set by `_set_kernels`: Keras's own generator stays untouched.
        data_format="channels_last",
        dtype="float32",
        name=name,
    )(x)


def _set_kernels(model: keras.Model, layer_names: tuple[str, ...], seed: int) -> None:
    """Draws He-normal kernels, layer by layer, from one NumPy generator."""
    generator = np.random.default_rng(seed)
    for name in layer_names:
        kernel = model.get_layer(name).kernel
        fan_in = np.prod(kernel.shape[:3])
        # Drawn in float64 and rounded, so that the last bits of a machine's libm do not show.
        kernel.assign(generator.standard_normal(kernel.shape) * np.sqrt(2.0 / fan_in))
