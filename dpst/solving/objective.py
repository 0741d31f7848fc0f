"""Objectives: weighted terms bound to their targets, as one value and gradient."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import tensorflow as tf

from dpst.images import ColorSubspace

RGB = "rgb"  # the name of the raw colours as a layer
FOLLOWING_CHUNKS = 2  # chunks between two updates of a moving objective's targets


class _Nest:
    """A term as a nest of tensors; what else it holds is static."""

    def __tf_flatten__(self) -> tuple[tuple, tuple]:
        """Split into static metadata and tensors, for `tf.nest` and `tf.function`."""
        *metadata, target, weight = (getattr(self, f.name) for f in dataclasses.fields(self))  # type: ignore[arg-type]
        return tuple(metadata), (target, _tensor(weight, tf.float32))

    @classmethod
    def __tf_unflatten__(cls, metadata: tuple, components: tuple) -> Any:
        """Invert `__tf_flatten__`."""
        return cls(*metadata, *components)


@dataclass(frozen=True, eq=False)
class FeatureTerm(_Nest):
    """A weighted loss on the features of one layer.

    Attributes:
        name: what the term is called in reports.
        layer_name: a layer of the extractor, or "rgb" for the image itself.
        function: maps (target, features [1, h, w, channels]) to a scalar, [1], or [1, K], a part
            for each segment, whose sum is the loss. Terms whose functions are the same object
            share traces.
        target: tensors that the function compares with, in any nest.
        weight: factor of the loss.
    """

    name: str
    layer_name: str
    function: Callable[[Any, tf.Tensor], tf.Tensor]
    target: Any
    weight: float | tf.Tensor = 1.0


@dataclass(frozen=True, eq=False)
class ImageTerm(_Nest):
    """A weighted loss on the image itself.

    Attributes:
        name: what the term is called in reports.
        function: maps (target, image [height, width, 3]) to a scalar.
        target: tensors that the function compares with, in any nest.
        weight: factor of the loss.
    """

    name: str
    function: Callable[[Any, tf.Tensor], tf.Tensor]
    target: Any
    weight: float | tf.Tensor = 1.0


Term = FeatureTerm | ImageTerm


@dataclass(frozen=True, eq=False)
class Objective:
    """Weighted sum of terms, a function of the output image.

    Call it for (value, gradient); it may be the argument of a `tf.function`, which it then shares
    with all objectives of its structure: the same extractor, layers, functions, and kinds of
    targets. The solvers' trace also serves all sizes.

    Attributes:
        extractor: maps images [1, height, width, 3] and layer names to a dict of features; None
            where no term asks for any.
        terms: the terms of the sum.
        reported: numbers by name that are reported alongside the terms; not part of the sum.
        colors: what images are projected onto first, so that none leaves it; None for all of RGB.
    """

    extractor: Callable[..., dict[str, tf.Tensor]] | None
    terms: tuple[Term, ...] = ()
    reported: Mapping[str, float] = dataclasses.field(default_factory=dict)
    colors: ColorSubspace | None = None

    def with_terms(self, *terms: Term) -> "Objective":
        """Return the objective with further terms."""
        return dataclasses.replace(self, terms=self.terms + terms)

    def within(self, colors: ColorSubspace | None) -> "Objective":
        """Return the objective for images whose colours are of a subspace."""
        return dataclasses.replace(self, colors=colors)

    def at(self, image: tf.Tensor, chunk: int) -> "Objective":
        """Return the objective itself: its targets do not depend on the image."""
        return self

    def is_resumable_at(self, chunk: int) -> bool:
        """Return True: a run can go on after any chunk."""
        return True

    def term_values(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the weighted value of each name's terms.

        Args:
            image: float32 [height, width, 3], RGB in [0, 1].

        Returns:
            Scalars by name; terms of one name are summed.
        """
        parts = self.term_parts(image)
        return {name: tf.add_n(list(map(_total, each))) for name, each in parts.items()}

    def term_parts(self, image: tf.Tensor) -> dict[str, list[tf.Tensor]]:
        """Return the weighted values of each name's terms, segment by segment where they have any.

        Args:
            image: float32 [height, width, 3], RGB in [0, 1].

        Returns:
            A list for each name with a scalar, [1] or [1, K] for each of its terms.
        """
        if self.colors is not None:
            image = tf.ensure_shape(self.colors.project(image), image.shape)
        layers = {term.layer_name for term in self.terms if isinstance(term, FeatureTerm)}
        features = {RGB: image[None]}
        if layers - {RGB} and self.extractor is not None:
            features.update(self.extractor(image[None], tuple(sorted(layers - {RGB}))))
        parts: dict[str, list[tf.Tensor]] = {}
        for term in self.terms:
            subject = features[term.layer_name] if isinstance(term, FeatureTerm) else image
            part = term.weight * term.function(term.target, subject)
            parts.setdefault(term.name, []).append(part)
        return parts

    def value(self, image: tf.Tensor) -> tf.Tensor:
        """Return the weighted sum of all terms, a float32 scalar."""
        return tf.add_n(list(self.term_values(image).values()))

    def __call__(self, image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return (value, gradient) at an image, float32 [height, width, 3]."""
        with tf.GradientTape() as tape:
            tape.watch(image)
            value = self.value(image)
        return value, tape.gradient(value, image)

    def __tf_flatten__(self) -> tuple[tuple, tuple]:
        """Split into static metadata and tensors, for `tf.nest` and `tf.function`.

        The metadata holds the structure of all below: `tf.function` takes objects with equal
        metadata to differ in the sizes of their tensors alone.
        """
        colors = () if self.colors is None else tuple(map(_tensor, self.colors))
        return (self.extractor, self._structure, len(colors)), (self.terms, colors)

    @functools.cached_property
    def _structure(self) -> Any:
        return _structure(self.terms)

    @classmethod
    def __tf_unflatten__(cls, metadata: tuple, components: tuple) -> "Objective":
        """Invert `__tf_flatten__`."""
        terms, colors = components
        return cls(metadata[0], terms, colors=ColorSubspace(*colors) if colors else None)


class LevelObjective(Protocol):
    """What is minimised at one level: an objective, or one whose targets move with the image."""

    def within(self, colors: ColorSubspace | None) -> "LevelObjective":
        """Return the same for images whose colours are of a subspace, or of all of RGB."""

    def at(self, image: tf.Tensor, chunk: int) -> Objective:
        """Return what a chunk minimises; the same object as before if nothing has moved.

        Args:
            image: float32 [height, width, 3], the best position so far.
            chunk: how many chunks there were at this level.
        """

    def is_resumable_at(self, chunk: int) -> bool:
        """Return whether a run that ended after so many chunks can go on as if it had not."""


class MovingObjective:
    """An objective some of whose targets depend on the output image, such as its nearest patches.

    Between two updates the targets stay, so that a minimiser has a fixed objective.
    """

    def __init__(self, fixed: Objective, follow: Callable[[tf.Tensor], tuple[Term, ...]]) -> None:
        """Keep both; nothing is followed yet.

        Args:
            fixed: the terms whose targets stay.
            follow: makes the other terms for an image, float32 [height, width, 3]; always of the
                same structure, so that they share a trace.
        """
        self.fixed = fixed
        self._follow = follow
        self._current: Objective | None = None

    def within(self, colors: ColorSubspace | None) -> "MovingObjective":
        """Return the objective for images whose colours are of a subspace."""
        return MovingObjective(self.fixed.within(colors), self._follow)

    def at(self, image: tf.Tensor, chunk: int = 0) -> Objective:
        """Return the objective with targets of this image, or of that of an earlier chunk."""
        if self._current is None or self.is_resumable_at(chunk):
            self._current = self.fixed.with_terms(*self._follow(image))
        return self._current

    def is_resumable_at(self, chunk: int) -> bool:
        """Return whether the targets are updated before this chunk, whatever was before."""
        return chunk % FOLLOWING_CHUNKS == 0


def _total(part: tf.Tensor) -> tf.Tensor:
    """Return the sum of a term's parts."""
    return tf.reduce_sum(part) if part.shape.rank else part


def _structure(value: Any) -> Any:
    """Return what must be the same in two nests for one trace to serve both."""
    if hasattr(value, "__tf_flatten__"):
        metadata, components = value.__tf_flatten__()
        return type(value), metadata, _structure(components)
    if isinstance(value, tuple | list):
        return type(value), tuple(map(_structure, value))
    if isinstance(value, tf.RaggedTensor | tf.RaggedTensorSpec):
        return tf.RaggedTensor, value.dtype, value.shape.rank
    tensor = _tensor(value)
    return tensor.dtype, tensor.shape.rank


def _tensor(value: Any, dtype: tf.DType | None = None) -> tf.Tensor | tf.TensorSpec:
    """Return a tensor; a `tf.TensorSpec`, by which a function is traced, stays as it is."""
    return value if isinstance(value, tf.TensorSpec) else tf.convert_to_tensor(value, dtype)
