"""`SqueezeNetExtractor`: features of SqueezeNet v1.1, small and fast."""

from __future__ import annotations

import os

import keras

from dpst.extractors.extractor import Extractor
from dpst.extractors.layer_choice import LayerChoice
from dpst.extractors.layers import pooling_layer_class, relu_convolution
from dpst.extractors.preprocessing import caffe_preprocess
from dpst.extractors.weight_files import WeightsSource, find_weights
from dpst.extractors.weight_loading import load_layer_weights

SQUEEZENET_WEIGHTS = WeightsSource(
    filename="squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5",
    url="https://raw.githubusercontent.com/rcmalli/keras-squeezenet/"
    "62b3f05869108b7e6b0510739473bf6ccfbf1073/weights/"
    "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5",
    hash="2d935d8c102ad1232484a77da8e6fbdf3ff4ab608974a0d8b6283115ffff204f",
    aliases=("squeezenet_v1.1_imagenet_notop.h5",),
)

# Fire modules: channels of the squeezing and of each of the two expanding convolutions.
_FIRE_CHANNELS = {
    "fire2": (16, 64),
    "fire3": (16, 64),
    "fire4": (32, 128),
    "fire5": (32, 128),
    "fire6": (48, 192),
    "fire7": (48, 192),
    "fire8": (64, 256),
    "fire9": (64, 256),
}
_POOLED_LAYERS = ("conv1", "fire3", "fire5")


class SqueezeNetExtractor(Extractor):
    """SqueezeNet v1.1 with ImageNet weights: `conv1`, then the outputs of `fire2` ... `fire9`.

    Source: Iandola et al. 2016, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters
    and <0.5MB model size", in its version 1.1; weights converted to Keras by Refik Can Malli.

    Args:
        weights_path: weight file, or a folder that holds it. None looks for it and downloads it if
            it is not found, see `find_weights`.
        pooling: "max", as the network was trained, or "average", which spreads gradients over all
            pixels (Gatys et al. 2016).
        verify_hash: whether a file given as `weights_path` must be the published one. False admits
            weights of your own training.

    Raises:
        FileNotFoundError: the weights are not found and cannot be downloaded.
        ValueError: `pooling` is unknown, or the weight file has a wrong hash or does not fit.
    """

    def __init__(
        self,
        weights_path: str | os.PathLike[str] | None = None,
        pooling: str = "max",
        verify_hash: bool = True,
    ) -> None:
        """Build the network and load its weights."""
        pooling_layer = pooling_layer_class(pooling)
        path = find_weights(SQUEEZENET_WEIGHTS, weights_path, verify_path=verify_hash)
        inputs = keras.Input((None, None, 3), dtype="float32")
        x = relu_convolution(64, 3, "conv1", strides=2)(inputs)
        feature_maps = {"conv1": x}
        for name, (squeeze_channels, expand_channels) in _FIRE_CHANNELS.items():
            if next(reversed(feature_maps)) in _POOLED_LAYERS:
                x = pooling_layer(3, strides=2, data_format="channels_last", dtype="float32")(x)
            x = _fire_module(x, squeeze_channels, expand_channels, name)
            feature_maps[name] = x
        load_layer_weights(keras.Model(inputs, x), path)
        super().__init__(
            inputs,
            feature_maps,
            name="squeezenet",
            default_layers=LayerChoice(
                style=("conv1", "fire2", "fire3", "fire5", "fire7"), content=("fire5",)
            ),
            # Unpadded 3x3 windows at stride 2, four times: 1 <- 3 <- 7 <- 15 <- 31.
            minimum_side=31,
            preprocess=caffe_preprocess,
        )


def _fire_module(
    x: keras.KerasTensor, squeeze_channels: int, expand_channels: int, name: str
) -> keras.KerasTensor:
    """Return a fire module of x: squeezed by 1x1, expanded by 1x1 and 3x3 side by side."""
    squeezed = relu_convolution(squeeze_channels, 1, f"{name}_squeeze1x1")(x)
    narrow = relu_convolution(expand_channels, 1, f"{name}_expand1x1")(squeezed)
    wide = relu_convolution(expand_channels, 3, f"{name}_expand3x3", padding="same")(squeezed)
    return keras.layers.Concatenate(axis=-1, name=name)([narrow, wide])
