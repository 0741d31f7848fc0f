"""`Extractor`: a frozen network that turns images into a dict of named feature maps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from dpst.extractors.layer_choice import LayerChoice
from dpst.extractors.preprocessing import Preprocessing
from dpst.messages import did_you_mean
from dpst.shared_trace import shared_trace

REACH_PROBE = 768  # Pixels: width of the strips that receptive fields are measured on.
MINIMUM_PROBE_HEIGHT = 32


class Extractor:
    """A frozen Keras network, read at named layers.

    Only the part of the network that the requested layers need is computed. A call works in eager
    mode, inside a `tf.function` and under `jit_compile=True`, and passes gradients to the images.
    Extractors compare and hash by identity.

    Example:
        ```python
        extractor = dpst.extractors.EmbeddedExtractor()
        features = extractor(images, ["relu1_1", "fire3"])
        features["fire3"].shape  # [batch, height / 4, width / 4, 128]
        ```

    Args:
        inputs: symbolic input of the network, [batch, height, width, 3] with height and width free.
        feature_maps: symbolic outputs [batch, h, w, channels] computed from `inputs`, keyed by
            layer name, in network order. Their layers become untrainable.
        name: name of the extractor, for messages and reports.
        minimum_side: smallest image side in pixels that every default layer survives.
        default_layers: the layers to read where no others are asked for.
        style_factor: factor of the layers' style losses, above 0; less than 1 where their
            statistics are matched more easily than SqueezeNet's, so that one weight suits all
            extractors.
        preprocess: function from float32 [batch, height, width, 3], sRGB in [0, 1], to what the
            network was trained on, without writing to its argument. None feeds the images as they
            are.
        **former: for one release more, the arguments `style_layers`, `content_layers`,
            `painting_content_layers` and `patch_layers`, now in `default_layers`, and
            `style_scale`, now `style_factor`.

    Attributes:
        name: as given.
        minimum_side: as given.
        default_layers: as given, all of them known.
        style_factor: as given.

    Raises:
        TypeError: no default layers are given, or are given twice, or an argument is unknown.
        ValueError: a default layer is not among `feature_maps`.
    """

    def __init__(
        self,
        inputs: keras.KerasTensor,
        feature_maps: Mapping[str, keras.KerasTensor],
        *,
        name: str,
        minimum_side: int,
        default_layers: LayerChoice | None = None,
        style_factor: float = 1.0,
        preprocess: Callable[[tf.Tensor], tf.Tensor] | None = None,
        **former: Any,
    ) -> None:
        """Freeze the network and check the names of the default layers."""
        self._inputs = inputs
        self._feature_maps = dict(feature_maps)
        self._preprocess = preprocess
        self._models: dict[tuple[str, ...], keras.Model] = {}
        self._graphs: dict[tuple[str, ...], Callable[..., dict[str, tf.Tensor]]] = {}
        self._reaches: dict[str, float] = {}
        self.name = name
        self.minimum_side = minimum_side
        self.style_factor = former.pop("style_scale", style_factor)
        if default_layers is None and former:
            default_layers = _former_choice(**former)
        elif default_layers is None or former:
            raise TypeError(
                f"extractor '{name}' needs default_layers and no other arguments for layers, got "
                f"{', '.join(former) or 'none'}; pass default_layers=LayerChoice(style, content)"
            )
        fields = dataclasses.fields(LayerChoice)
        self.default_layers = LayerChoice(
            *(self._known(getattr(default_layers, field.name)) for field in fields)
        )
        keras.Model(inputs, self._feature_maps).trainable = False

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Names of all available layers, in network order."""
        return tuple(self._feature_maps)

    @property
    def style_layers(self) -> tuple[str, ...]:
        """Names of the layers whose statistics describe a style by default."""
        return self.default_layers.style

    @property
    def content_layers(self) -> tuple[str, ...]:
        """Names of the layers that describe a content by default."""
        return self.default_layers.content

    @property
    def painting_content_layers(self) -> tuple[str, ...]:
        """Names of the layers that describe a content by default where a painting is made."""
        return self.default_layers.painting_content

    @property
    def patch_layers(self) -> tuple[str, ...]:
        """Names of the layers whose patches are matched by default."""
        return self.default_layers.patch

    @property
    def style_scale(self) -> float:
        """The former name of `style_factor`, for one release more."""
        return self.style_factor

    def __call__(
        self, images: tf.Tensor | npt.ArrayLike, layer_names: Sequence[str] | None = None
    ) -> dict[str, tf.Tensor]:
        """Compute feature maps.

        Args:
            images: floating point [batch, height, width, 3], sRGB in [0, 1]. Not written to.
            layer_names: the layers to read. None reads the default style and content layers, in
                network order.

        Returns:
            float32 [batch, h, w, channels] per layer, keyed and ordered as `layer_names`.

        Raises:
            TypeError: the images are not of a floating point type, or `layer_names` is a string.
            ValueError: the images have another rank or number of channels, the default layers are
                asked of an image with a side below `minimum_side`, or a layer is unknown.
        """
        images = self._checked(images)
        if layer_names is None:
            self._check_size(images)
            layer_names = self._default_names()
        names = self._known(layer_names)
        compute = self._compiled(names) if tf.executing_eagerly() else self._features(names)
        features = compute(images)
        return {name: features[name] for name in names}

    def _features(self, names: tuple[str, ...]) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
        """Return the function from images to the feature maps of known layers."""
        model = self.select(names)

        def features(images: tf.Tensor) -> dict[str, tf.Tensor]:
            preprocessed = images if self._preprocess is None else self._preprocess(images)
            maps = model(preprocessed, training=False)
            return {name: tf.cast(maps[name], tf.float32) for name in names}

        return features

    def _compiled(self, names: tuple[str, ...]) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
        """Return the same as one graph for all sizes, which calls Keras once for a selection."""
        if names not in self._graphs:
            self._graphs[names] = shared_trace(self._features(names))
        return self._graphs[names]

    def arrays(
        self, image: npt.ArrayLike, layer_names: Sequence[str] | None = None
    ) -> dict[str, np.ndarray]:
        """Compute the feature maps of one image as NumPy arrays.

        Args:
            image: floating point [height, width, 3], sRGB in [0, 1]. Not written to.
            layer_names: the layers to read. None reads the default style and content layers, in
                network order.

        Returns:
            float32 [h, w, channels] per layer, keyed and ordered as `layer_names`.

        Raises:
            TypeError: as in a call of the extractor.
            ValueError: likewise.
        """
        features = self(np.asarray(image)[np.newaxis], layer_names)
        return {name: layer.numpy()[0] for name, layer in features.items()}

    def select(self, layer_names: Sequence[str]) -> keras.Model:
        """Return the part of the network that computes some layers, without the preprocessing.

        Args:
            layer_names: the layers to read.

        Returns:
            A Keras model from preprocessed images to a dict of feature maps. It is built once per
            selection and shares its weights with all others of this extractor.

        Raises:
            TypeError: `layer_names` is a string.
            ValueError: a layer is unknown or none is given.
        """
        key = self._known(layer_names)
        if key not in self._models:
            # A first call may happen while a tf.function is traced; the model outlives that trace.
            with tf.init_scope():
                outputs = {name: self._feature_maps[name] for name in key}
                self._models[key] = keras.Model(self._inputs, outputs, trainable=False)
        return self._models[key]

    def as_model(self, layer_names: Sequence[str] | None = None) -> keras.Model:
        """Return the extractor as a Keras model, to be built into others, compiled and saved.

        Saved as `.keras`, it loads without this library's weight files. Only the layer that
        preprocesses comes from this library: `import dpst.extractors` before loading.

        Args:
            layer_names: the layers to read. None reads the default style and content layers.

        Returns:
            A frozen Functional model from images [batch, height, width, 3], sRGB in [0, 1], to a
            dict of feature maps [batch, h, w, channels], keyed as `layer_names`. It shares its
            weights with this extractor.

        Raises:
            TypeError: `layer_names` is a string.
            ValueError: a layer is unknown or none is given.
        """
        names = self._known(self._default_names() if layer_names is None else layer_names)
        x = images = keras.Input((None, None, 3), dtype="float32", name="images")
        if self._preprocess is not None:
            x = Preprocessing(self._preprocess, name="preprocessing")(images)
        features = self.select(names)(x)
        return keras.Model(images, features, name=self.name, trainable=False)

    def reach(self, layer_name: str) -> float:
        """Measure how far around its centre a feature of a layer sees.

        Two strips of noise differ in their right half; what changes left of it shows the reach.

        Args:
            layer_name: the layer.

        Returns:
            Half the side of the receptive field in pixels, to half the layer's stride; at most
            `REACH_PROBE` / 2.

        Raises:
            ValueError: the layer is unknown.
        """
        if layer_name not in self._reaches:
            half = REACH_PROBE // 2
            height = max(self.minimum_side, MINIMUM_PROBE_HEIGHT)
            strips = np.random.default_rng(0).random((2, height, REACH_PROBE, 3), np.float32)
            strips[1, :, :half] = strips[0, :, :half]
            features = self(strips, [layer_name])[layer_name].numpy()
            width = features.shape[2]
            first = np.flatnonzero((features[0] != features[1]).any((0, 2)))[0]
            self._reaches[layer_name] = half - first * REACH_PROBE / width
        return self._reaches[layer_name]

    def _default_names(self) -> tuple[str, ...]:
        """Return the names of the default style and content layers, in network order."""
        defaults = {*self.style_layers, *self.content_layers}
        return tuple(name for name in self.layer_names if name in defaults)

    def _known(self, layer_names: Sequence[str]) -> tuple[str, ...]:
        """Return the names as a tuple, or raise an error for one that is not available."""
        if isinstance(layer_names, str):
            raise TypeError(
                f"layer_names must be a list of names, got the string '{layer_names}'; "
                f"pass ['{layer_names}']"
            )
        if not layer_names:
            raise ValueError(
                f"layer_names must name at least one layer of extractor '{self.name}', got none; "
                f"available: {', '.join(self.layer_names)}"
            )
        for name in layer_names:
            if name not in self._feature_maps:
                raise ValueError(
                    f"extractor '{self.name}' has no layer '{name}'"
                    f"{did_you_mean(name, self.layer_names)}; "
                    f"available: {', '.join(self.layer_names)}"
                )
        return tuple(layer_names)

    def _checked(self, images: Any) -> tf.Tensor:
        """Return the images as a float32 tensor, or raise an error for a wrong type or shape."""
        images = tf.convert_to_tensor(images)
        if not images.dtype.is_floating:
            raise TypeError(
                f"images must be floating point, sRGB in [0, 1], got {images.dtype.name}; "
                f"divide 8-bit values by 255"
            )
        if images.shape.rank != 4 or images.shape[-1] != 3:
            raise ValueError(
                f"images must have the shape [batch, height, width, 3], got {images.shape}; "
                f"add a batch axis to a single image with images[None]"
            )
        return tf.cast(images, tf.float32)

    def _check_size(self, images: tf.Tensor) -> None:
        """Check that images, where their size is known, suit the default layers."""
        height, width = images.shape[1:3]
        if any(side is not None and side < self.minimum_side for side in (height, width)):
            raise ValueError(
                f"images must be at least {self.minimum_side} px high and wide for the default "
                f"layers of extractor '{self.name}', got {height} x {width}; "
                f"use larger images or name shallower layers"
            )

    def __repr__(self) -> str:
        """Return the class, the name and the layers."""
        return f"{type(self).__name__}(name={self.name!r}, layer_names={self.layer_names})"


def _former_choice(
    style_layers: Sequence[str],
    content_layers: Sequence[str],
    painting_content_layers: Sequence[str] | None = None,
    patch_layers: Sequence[str] | None = None,
) -> LayerChoice:
    """Return the layers from `Extractor`'s arguments of before, for one release more."""
    given = (style_layers, content_layers, painting_content_layers or (), patch_layers or ())
    return LayerChoice(*given)  # type: ignore[arg-type]  # `Extractor` makes tuples of them.
