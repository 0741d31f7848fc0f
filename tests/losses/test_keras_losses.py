"""The losses as parts of Keras models: compiled, fitted, saved, in batches and half precision."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from dpst.losses import (
    LOSSES,
    PhotorealismRegularization,
    SegmentStyleLoss,
    TotalVariationRegularizer,
    photorealism_losses,
    total_variation_loss,
)

LOSS_NAMES = [name for name in LOSSES if name != "segment_gram"]
SIZE = (16, 18)


def random_images(seed: int = 0, batch: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).random((batch, *SIZE, 3), np.float32)


def random_masks(batch: int = 4, num_segments: int = 2) -> np.ndarray:
    masks = np.random.default_rng(7).random((batch, *SIZE, num_segments), np.float32)
    return masks / masks.sum(-1, keepdims=True)


def known_size(name: str) -> tuple[int | None, int | None]:
    """The size that a loss must know while it is traced; only the patch loss must."""
    return SIZE if name == "patch" else (None, None)


def small_network(
    size: tuple[int | None, int | None] = (None, None), **options: object
) -> keras.Model:
    images = keras.Input((*size, 3))
    keras.utils.set_random_seed(0)
    return keras.Model(images, keras.layers.Conv2D(3, 3, padding="same", **options)(images))


@pytest.fixture
def half_precision() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


def arguments(name: str) -> tuple:
    """(y_true, y_pred) of a loss, for a batch of 2."""
    images, others = random_images(batch=2), random_images(1, batch=2)
    if name == "segment_gram":
        return (images, random_masks(2)), (others, random_masks(2))
    return images, others


@pytest.mark.parametrize("name", LOSSES)
def test_batch_equals_its_images_one_by_one(name: str) -> None:
    loss, pair = LOSSES[name](), arguments(name)
    values = loss(*pair)
    assert values.shape == (2,) and values.dtype == tf.float32
    for i in range(2):
        single = keras.tree.map_structure(lambda x, i=i: x[i : i + 1], pair)
        np.testing.assert_allclose(loss(*single)[0], values[i], rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("name", LOSSES)
def test_compiled_values_and_gradients_equal_eager_ones(name: str, jit_compile: bool) -> None:
    loss = LOSSES[name]()
    y_true, y_pred = keras.tree.map_structure(tf.constant, arguments(name))

    def value_and_gradient(y_true: tf.Tensor, y_pred: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images = y_pred[0] if isinstance(y_pred, tuple) else y_pred
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = loss(y_true, y_pred)
        return value, tape.gradient(value, images)

    expected = value_and_gradient(y_true, y_pred)
    size = known_size(name)
    specs = keras.tree.map_structure(
        lambda x: tf.TensorSpec([None, *size, x.shape[-1]]), (y_true, y_pred)
    )
    for signature in (None, specs):  # sizes known while tracing, and unknown ones
        compiled = tf.function(
            value_and_gradient, jit_compile=jit_compile, input_signature=signature
        )
        for result, reference in zip(compiled(y_true, y_pred), expected, strict=True):
            np.testing.assert_allclose(result, reference, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", LOSS_NAMES)
def test_compiled_model_trains_saves_loads_and_gives_the_same_loss(
    name: str, tmp_path: Path
) -> None:
    images = random_images()
    data = tf.data.Dataset.from_tensor_slices((images, images[..., ::-1])).batch(2)
    options = {"bias_initializer": keras.initializers.Constant(0.9)}
    model = small_network(known_size(name), **options)
    model.compile(keras.optimizers.Adam(0.02), loss=LOSSES[name]())
    before = model.evaluate(data, verbose=0)
    model.fit(data, epochs=5, shuffle=False, verbose=0)
    after = model.evaluate(data, verbose=0)
    assert 0 <= after < before
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.loss) is LOSSES[name]
    assert loaded.evaluate(data, verbose=0) == pytest.approx(after, rel=1e-5)


def test_reported_loss_is_the_mean_over_the_batch() -> None:
    images = random_images()
    model = small_network()
    for name in ("gram", "photorealism"):
        model.compile(loss=LOSSES[name]())
        value = model.evaluate(images, images[..., ::-1], batch_size=2, verbose=0)
        expected = LOSSES[name]()(images[..., ::-1], model(images)).numpy().mean()
        assert value == pytest.approx(expected, rel=1e-3), name


def test_segment_loss_takes_features_with_their_guidance(tmp_path: Path) -> None:
    images, masks = random_images(), random_masks()
    image_input, mask_input = keras.Input((None, None, 3)), keras.Input((None, None, 2))
    features = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(image_input)
    guided = keras.layers.Concatenate()([features, mask_input])
    model = keras.Model([image_input, mask_input], guided)
    model.compile("adam", loss=SegmentStyleLoss(num_segments=2))
    style = np.random.default_rng(2).random((4, *SIZE, 4), np.float32)
    target = np.concatenate([style, masks], -1)
    pairs = SegmentStyleLoss()((style, masks), (style[::-1], masks))
    joined = SegmentStyleLoss(num_segments=2)(target, np.concatenate([style[::-1], masks], -1))
    np.testing.assert_allclose(joined, pairs)
    data = tf.data.Dataset.from_tensor_slices(((images, masks), target)).batch(2)
    before = model.evaluate(data, verbose=0)
    model.fit(data, epochs=3, shuffle=False, verbose=0)
    after = model.evaluate(data, verbose=0)
    assert after < before
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.evaluate(data, verbose=0) == pytest.approx(after, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_half_precision_predictions_have_a_float32_loss(name: str, half_precision: None) -> None:
    y_true, y_pred = arguments(name)
    rounded = keras.tree.map_structure(lambda x: tf.cast(x, tf.float16), y_pred)
    values = LOSSES[name]()(y_true, rounded)
    assert values.dtype == tf.float32
    exact = keras.tree.map_structure(lambda x: tf.cast(x, tf.float32), rounded)
    np.testing.assert_allclose(values, LOSSES[name]()(y_true, exact), rtol=1e-5)


def regularized_network() -> keras.Model:
    images = keras.Input((None, None, 3))
    keras.utils.set_random_seed(0)
    output = keras.layers.Conv2D(
        3, 3, padding="same", activity_regularizer=TotalVariationRegularizer(0.5)
    )(images)
    return keras.Model(images, PhotorealismRegularization(weight=2.0)([images, output]))


HALF_PRECISION = pytest.param("mixed_float16", True, marks=pytest.mark.long)


@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", False), HALF_PRECISION])
def test_regularised_model_trains_saves_and_loads(
    policy: str, jit_compile: bool, tmp_path: Path
) -> None:
    keras.config.set_dtype_policy(policy)
    try:
        model = regularized_network()
    finally:
        keras.config.set_dtype_policy("float32")
    images = random_images()
    data = tf.data.Dataset.from_tensor_slices((images, images)).batch(2)
    model.compile(keras.optimizers.Adam(0.01), loss="mse", jit_compile=jit_compile)
    history = model.fit(data, epochs=4, shuffle=False, verbose=0).history["loss"]
    assert np.isfinite(history).all() and history[-1] < history[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    loaded.compile(loss="mse")
    value = model.evaluate(data, verbose=0)
    assert loaded.evaluate(data, verbose=0) == pytest.approx(value, rel=1e-3)


def test_regularisation_adds_the_weighted_means_over_the_batch() -> None:
    model, images = regularized_network(), random_images()
    output = model(images)
    expected = [
        2.0 * photorealism_losses(images, output).numpy().mean(),
        0.5 * total_variation_loss(output).numpy().mean(),
    ]
    np.testing.assert_allclose(sorted(map(float, model.losses)), sorted(expected), rtol=1e-4)
    np.testing.assert_array_equal(output, model.layers[1](images))  # it passes images on


def test_negative_weight_is_an_error() -> None:
    for build in (PhotorealismRegularization, TotalVariationRegularizer):
        with pytest.raises(ValueError, match="weight is -1, must be at least 0"):
            build(-1)
