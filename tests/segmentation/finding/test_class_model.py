"""Any Keras segmentation model as the source of labels."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

import dpst
from dpst import images
from dpst.cli import cli
from dpst.segmentation import segment_by_classes
from dpst.segmentation.finding.class_groups import class_names
from dpst.segmentation.finding.class_model import SegmentationModel
from tests.exit_statuses import BAD_INPUT, DONE

# Keras saves through an `__array__` call that NumPy 2 deprecates; loading does not.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

L = keras.layers

BLUE, GREEN = (0.2, 0.4, 0.9), (0.2, 0.7, 0.1)


def color_layer(num_classes: int = 2, blue: int = 0, green: int = 1, **options: Any) -> L.Layer:
    """A convolution that scores one class by blue and one by green, and the others low."""
    kernel, bias = np.zeros((1, 1, 3, num_classes)), np.full(num_classes, -1.0)
    kernel[0, 0, 2, blue], kernel[0, 0, 1, green] = 1, 1
    bias[[blue, green]] = 0
    return L.Conv2D(
        num_classes,
        1,
        kernel_initializer=keras.initializers.Constant(kernel.tolist()),
        bias_initializer=keras.initializers.Constant(bias.tolist()),
        **options,
    )


def network(*before: L.Layer, size: tuple[int | None, ...] = (None, None), **options: Any) -> Any:
    """A model that knows blue from green, whose other layers come before."""
    return keras.Sequential([keras.Input((*size, 3)), *before, color_layer(**options)], name="net")


def scene(size: images.Size = (64, 96), share: float = 0.5) -> np.ndarray:
    """Blue above green."""
    image = np.full((*size, 3), GREEN, np.float32)
    image[: round(share * size[0])] = BLUE
    return image


def is_blue(model: SegmentationModel, image: np.ndarray) -> np.ndarray:
    return model(image).argmax(-1) == 0


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_model_file_scores_each_pixel(tmp_path: Path, suffix: str) -> None:
    network().save(tmp_path / f"net{suffix}")
    model = SegmentationModel(tmp_path / f"net{suffix}")
    assert model.class_names == ("class 0", "class 1")
    scores = model(scene())
    assert scores.shape == (64, 96, 2) and scores.dtype == np.float32
    np.testing.assert_allclose(scores[10, 10], [0.9, 0.4], atol=1e-6)
    np.testing.assert_allclose(scores[50, 10], [0.1, 0.7], atol=1e-6)


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((64, 96), (64, 96)),
        ((70, 90), (64, 96)),
        ((32, 40), (32, 32)),
        ((900, 1200), (384, 512)),
        ((40, 4000), (32, 512)),
    ],
)
def test_model_of_free_size_sees_sides_of_multiples_of_32(
    size: images.Size, seen: images.Size
) -> None:
    assert SegmentationModel(network())(scene(size)).shape == (*seen, 2)


def test_model_of_a_fixed_size_sees_all_of_the_image_at_that_size() -> None:
    labels = is_blue(SegmentationModel(network(size=(40, 24))), scene((64, 96), 0.25))
    assert labels.shape == (40, 24)
    assert labels[:10].all() and not labels[10:].any()


@pytest.mark.parametrize(
    ("layers", "scale"),
    [
        ([], 1),
        ([L.Rescaling(1 / 255)], 255),
        ([L.Rescaling(1 / 127.5, -1)], 255),
        ([L.Rescaling(scale=[1 / 255 / 0.2] * 3, offset=[-2.4, -2.3, -2.0])], 255),
        ([L.Rescaling(2.0, -1)], 1),
        ([L.Normalization(mean=[124, 116, 104], variance=[3400, 3200, 3300])], 255),
        ([L.Normalization(mean=[0.48, 0.46, 0.41], variance=[0.05, 0.05, 0.05])], 1),
        ([L.Rescaling(1 / 255), L.Normalization(mean=[0.4] * 3, variance=[0.05] * 3)], 255),
        ([L.RandomFlip(), keras.Sequential([L.Rescaling(1 / 255)])], 255),
        ([L.Conv2D(3, 1), L.Rescaling(1 / 255)], 1),
    ],
)
def test_first_layer_that_scales_pixels_tells_which_are_expected(
    layers: list[L.Layer], scale: float
) -> None:
    recorded = []
    model = SegmentationModel(network(*layers))
    run = model._model

    def record(batch: np.ndarray, **options: Any) -> Any:
        recorded.append(np.asarray(batch))
        return run(batch, **options)

    model._model = record
    model(scene())
    assert recorded[0].max() == pytest.approx(0.9 * scale)


def test_model_of_integers_gets_them() -> None:
    inputs = keras.Input((None, None, 3), dtype="uint8")
    outputs = color_layer()(L.Rescaling(1 / 255)(inputs))
    scores = SegmentationModel(keras.Model(inputs, outputs))(scene())
    np.testing.assert_allclose(scores[10, 10], [0.9, 0.4], atol=1 / 255)


@pytest.mark.parametrize(
    "gather",
    [
        lambda scores, other: {"aux": other, "logits": scores},
        lambda scores, other: [other, scores],
        lambda scores, other: {"first": scores, "second": scores},
    ],
)
def test_of_several_outputs_the_scores_are_taken(gather: Callable) -> None:
    inputs = keras.Input((None, None, 3))
    outputs = gather(color_layer()(inputs), L.GlobalAveragePooling2D()(inputs))
    model = SegmentationModel(keras.Model(inputs, outputs))
    assert is_blue(model, scene()).mean() == 0.5


def test_text_file_beside_the_model_names_its_classes(tmp_path: Path) -> None:
    network().save(tmp_path / "net.keras")
    (tmp_path / "net.classes.txt").write_text("sky\n tree \n\n", encoding="utf-8")
    assert SegmentationModel(tmp_path / "net.keras").class_names == ("sky", "tree")
    (tmp_path / "net.classes.txt").write_text("sky", encoding="utf-8")
    with pytest.raises(ValueError, match="names 1 classes, it must name the 2 of the model"):
        SegmentationModel(tmp_path / "net.keras")


def ade20k_network(**options: Any) -> keras.Model:
    names = class_names(150)
    return network(num_classes=150, blue=names.index("sky"), green=names.index("grass"), **options)


def test_segments_of_a_model_of_150_classes_are_groups_by_name(tmp_path: Path) -> None:
    ade20k_network(size=(64, 64)).save(tmp_path / "net.keras")
    photos = scene((50, 80)), scene((90, 40), 0.2)
    model = SegmentationModel(tmp_path / "net.keras")
    maps = segment_by_classes(*photos, model, model.class_names)
    assert maps[0].names == maps[1].names == ("sky", "vegetation")
    for label_map, photo in zip(maps, photos, strict=True):
        # Half-way between two rows of the model's grid a row may fall to either side.
        assert np.mean(label_map.labels == (photo[..., 2] < 0.5)) > 0.97


def test_stylize_takes_the_segments_of_a_model(tmp_path: Path) -> None:
    ade20k_network().save(tmp_path / "net.keras")
    # The solve does not matter here, so it is the one that compiles fastest.
    config = dpst.TransferConfig(
        segmentation_model=str(tmp_path / "net.keras"),
        max_evaluations=1,
        solve_size=64,
        optimizer="adam",
        style_layers="relu1_1",
    )
    noise = np.random.default_rng(0).normal(0, 0.02, (64, 96, 3)).astype(np.float32)
    content, style = (np.clip(scene(share=s) + noise, 0, 1) for s in (0.5, 0.3))
    result = dpst.stylize(content, style, config=config)
    assert [(row.label, row.action) for row in result.segments] == [
        ("sky", "takes label sky"),
        ("vegetation", "takes label vegetation"),
    ]
    labels = np.zeros((64, 96), np.int32)
    with pytest.raises(ValueError, match="segmentation_model is .* are given, only one must be"):
        dpst.stylize(content, style, labels, labels, config=config)


def run(folder: Path, **flags: Any) -> int:
    for name, share in (("content", 0.5), ("style", 0.3)):
        images.write_image(folder / f"{name}.png", scene(share=share))
    files = {name: folder / f"{name}.png" for name in ("content", "style")}
    settings = {
        "content_image": files["content"],
        "style_image": files["style"],
        "output_image": folder / "output.png",
        **flags,
    }
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    return cli.main(["run.py", "--dry_run", *arguments])


def test_flag_shows_the_groups_and_saves_maps_that_can_be_given_back(tmp_path: Path, capfd) -> None:
    ade20k_network().save(tmp_path / "net.keras")
    assert run(tmp_path, segmentation_model=tmp_path / "net.keras", save_labels=tmp_path) == 0
    table = [line.split() for line in capfd.readouterr().out.splitlines() if "takes label" in line]
    assert [row[1] for row in table] == ["sky", "vegetation"]
    labels = {f"{side}_labels": tmp_path / f"{side}_labels.png" for side in ("content", "style")}
    assert run(tmp_path, **labels) == 0
    again = [line.split() for line in capfd.readouterr().out.splitlines() if "takes label" in line]
    assert sorted(row[2:6] for row in again) == sorted(row[2:6] for row in table)


def without_pixels() -> keras.Model:
    inputs = keras.Input((32, 32, 3))
    return keras.Model(inputs, L.Dense(150)(L.Flatten()(inputs)))


def without_space() -> keras.Model:
    return network(L.GlobalAveragePooling2D(keepdims=True))


def with_one_class() -> keras.Model:
    return keras.Sequential([keras.Input((32, 32, 3)), L.Conv2D(1, 1, activation="sigmoid")])


def of_grey() -> keras.Model:
    return keras.Sequential([keras.Input((None, None, 1)), L.Conv2D(2, 1)])


def of_two_images() -> keras.Model:
    inputs = [keras.Input((None, None, 3)) for _ in range(2)]
    return keras.Model(inputs, color_layer()(L.Add()(inputs)))


def with_code() -> keras.Model:
    return network(L.Lambda(lambda x: x + 1))


WRONG_MODELS = {
    "output without pixels": (without_pixels, "has the outputs .*150.*must be .batch, h, w, class"),
    "output without space": (without_space, "must be .batch, h, w, classes."),
    "one class": (with_one_class, "at least 2 classes; pass a model for semantic segmentation"),
    "grey input": (of_grey, "has the inputs .*must have one, .batch, height, width, 3"),
    "two inputs": (of_two_images, "must have one, .batch, height, width, 3"),
    "stored code": (with_code, "not a Keras model that can be loaded safely"),
}


@pytest.mark.parametrize("case", WRONG_MODELS)
def test_wrong_model_is_a_clear_error(case: str, tmp_path: Path) -> None:
    build, message = WRONG_MODELS[case]
    build().save(tmp_path / "net.keras")
    with pytest.raises(ValueError, match=f"segmentation_model '.*net.keras' .*{message}") as info:
        SegmentationModel(tmp_path / "net.keras")
    assert "\n" not in str(info.value)


def test_wrong_model_on_the_command_line_is_one_line_before_anything_is_solved(
    tmp_path: Path, capfd
) -> None:
    without_pixels().save(tmp_path / "net.keras")
    (tmp_path / "text.keras").write_text("no model", encoding="utf-8")
    labels = {f"{side}_labels": tmp_path / "content.png" for side in ("content", "style")}
    for flags, part in (
        ({"segmentation_model": tmp_path / "net.keras"}, "must be [batch, h, w, classes]"),
        ({"segmentation_model": tmp_path / "no.keras"}, "no.keras' does not exist; pass a .keras"),
        ({"segmentation_model": tmp_path / "text.keras"}, "is not a Keras model"),
        ({"segmentation_model": "x.keras", "segmentation": "none"}, "labels or auto for the model"),
        ({"segmentation_model": "x.keras", **labels}, "only one must be: leave one out"),
    ):
        assert run(tmp_path, **flags) == BAD_INPUT
        lines = capfd.readouterr().err.splitlines()
        assert len(lines) == 1 and lines[0].startswith("dpst: error: segmentation_model")
        assert part in lines[0]


def test_model_beats_label_files_where_segmentation_is_auto(tmp_path: Path, capfd) -> None:
    network().save(tmp_path / "net.keras")
    labels = {f"{side}_labels": tmp_path / "content.png" for side in ("content", "style")}
    flags = {**labels, "segmentation": "auto", "segmentation_model": tmp_path / "net.keras"}
    assert run(tmp_path, **flags) == DONE
    assert "takes label class 1" in capfd.readouterr().out


def test_model_that_fails_on_an_image_is_a_clear_error() -> None:
    inputs = keras.Input((None, None, 3))
    x = L.UpSampling2D(64)(L.AveragePooling2D(64)(inputs))  # Needs a multiple of 64.
    model = SegmentationModel(keras.Model(inputs, color_layer()(L.Add()([x, inputs]))))
    assert model(scene((64, 128))).shape == (64, 128, 2)
    with pytest.raises(ValueError, match=r"cannot be run on an image of 96x64 px \(.+\); pass a"):
        model(scene((64, 96)))


def test_scores_that_are_not_finite_are_a_clear_error() -> None:
    model = network()
    model.layers[-1].bias.assign([np.nan, 0])
    with pytest.raises(ValueError, match="'net' gives scores that are not finite"):
        SegmentationModel(model)(scene())


def fake_keras_hub(monkeypatch: pytest.MonkeyPatch, from_preset: Callable[[str], Any]) -> None:
    segmenter = SimpleNamespace(from_preset=from_preset)
    module = SimpleNamespace(models=SimpleNamespace(ImageSegmenter=segmenter))
    monkeypatch.setitem(sys.modules, "keras_hub", module)


@pytest.mark.parametrize("size", [(48, 48), None, (None, None)])
def test_preset_sees_the_image_through_its_preprocessor(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int | None, int | None] | None
) -> None:
    seen = []

    class Preprocessor:
        image_size = size

        def __call__(self, batch: np.ndarray) -> np.ndarray:
            seen.append(batch)
            return batch / 255

    def from_preset(name: str) -> keras.Model:
        assert name == "small_ade20k"
        model = ade20k_network()
        model.preprocessor = Preprocessor()
        return model

    fake_keras_hub(monkeypatch, from_preset)
    model = SegmentationModel("keras_hub:small_ade20k")
    scores = model(scene())
    assert seen[0].max() == pytest.approx(0.9 * 255)
    assert scores.shape == (*((48, 48) if size == (48, 48) else (64, 96)), 150)
    assert model.class_names[scores[5, 5].argmax()] == "sky"
    assert model.class_names[scores[-5, 5].argmax()] == "grass"


def test_preset_that_cannot_be_loaded_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_preset(name: str) -> keras.Model:
        raise ValueError(f"Unknown preset identifier.\nA preset must be one of ... got {name}")

    fake_keras_hub(monkeypatch, from_preset)
    reason = r"Unknown preset identifier\. A preset must be one of \.\.\. got nonsense"
    message = rf"'keras_hub:nonsense' cannot be loaded \({reason}\); pass a preset"
    with pytest.raises(ValueError, match=message):
        SegmentationModel("keras_hub:nonsense")


def test_missing_package_is_a_clear_error_that_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd
) -> None:
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    assert run(tmp_path, segmentation_model="keras_hub:segformer_b0_ade20k_512") == BAD_INPUT
    line = capfd.readouterr().err.strip()
    assert "needs the package keras-hub" in line and 'pip install -e ".[keras_hub]"' in line
