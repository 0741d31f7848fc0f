"""`VGG19Extractor`: features of VGG19, the network of Gatys et al. and Luan et al."""

from __future__ import annotations

import os

import keras

from dpst.extractors.extractor import Extractor
from dpst.extractors.layer_choice import LayerChoice
from dpst.extractors.layers import pooling_layer_class
from dpst.extractors.preprocessing import caffe_preprocess
from dpst.extractors.weight_files import WeightsSource, find_weights
from dpst.extractors.weight_loading import load_layer_weights

# The same address and hash as in `keras.applications.VGG19`, so that both share the cached file.
VGG19_WEIGHTS = WeightsSource(
    filename="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
    url="https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
    hash="253f8cb515780f3b799900260a226db6",
)

_CONVOLUTIONS_PER_BLOCK = (2, 2, 4, 4, 4)


class VGG19Extractor(Extractor):
    """VGG19 with ImageNet weights: `relu1_1`, `relu1_2`, `relu2_1` ... `relu5_4`.

    Source: Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image
    recognition"; the layers by default are those of Gatys et al. 2016 and Luan et al. 2017.

    Args:
        weights_path: weight file with or without the classifier, or a folder that holds the
            published one. None looks for it and downloads it (80 MB) if it is not found, see
            `find_weights`. A file given here need not be the published one.
        pooling: "average", as Gatys et al. 2016 recommend for images to be synthesised, or "max",
            as the network was trained.

    Raises:
        FileNotFoundError: the weights are not found and cannot be downloaded.
        ValueError: `pooling` is unknown, or the weight file has a wrong hash or does not fit.
    """

    def __init__(
        self, weights_path: str | os.PathLike[str] | None = None, pooling: str = "average"
    ) -> None:
        """Build the network and load its weights."""
        pooling_layer = pooling_layer_class(pooling)
        path = find_weights(VGG19_WEIGHTS, weights_path, verify_path=False)
        model = _replace_pooling(
            keras.applications.VGG19(include_top=False, weights=None), pooling_layer
        )
        load_layer_weights(model, path)
        super().__init__(
            model.inputs[0],
            {
                f"relu{block}_{i}": model.get_layer(f"block{block}_conv{i}").output
                for block, count in enumerate(_CONVOLUTIONS_PER_BLOCK, start=1)
                for i in range(1, count + 1)
            },
            name="vgg19",
            default_layers=LayerChoice(
                style=("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
                content=("relu4_2",),
            ),
            minimum_side=2 ** (len(_CONVOLUTIONS_PER_BLOCK) - 1),
            preprocess=caffe_preprocess,
        )


def _replace_pooling(model: keras.Model, pooling_layer: type[keras.layers.Layer]) -> keras.Model:
    """Return a copy of a model, its weights still to be loaded, with another 2x2 pooling."""

    def clone(layer: keras.layers.Layer) -> keras.layers.Layer:
        if isinstance(layer, keras.layers.MaxPooling2D):
            return pooling_layer(2, name=layer.name)
        # Zeros: the file's values follow, so initial ones need not be drawn a second time.
        return type(layer).from_config({**layer.get_config(), "kernel_initializer": "zeros"})

    return keras.models.clone_model(model, clone_function=clone)
