"""The scene parser."""

from __future__ import annotations

import hashlib
import importlib.resources
import re

import numpy as np
import pytest
import skimage.data

from dpst.images import read_image
from dpst.segmentation.parsing.groups import GROUP_COLORS, GROUPS
from dpst.segmentation.parsing.network import parser_network, set_weights, weight_shapes
from dpst.segmentation.parsing.parser import (
    WEIGHTS_NAME,
    SceneParser,
    scene_parser,
    working_size,
)
from tests.conftest import REPOSITORY
from tests.oracles.parser_scores import parser_scores

PATH = importlib.resources.files("dpst.segmentation.parsing").joinpath(WEIGHTS_NAME)
DATA = REPOSITORY / "data"


@pytest.fixture(scope="module")
def parser() -> SceneParser:
    return scene_parser()


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    with PATH.open("rb") as file:
        return dict(np.load(file))


def shares(scores: np.ndarray) -> dict[str, float]:
    """How much of a photo each group takes."""
    counts = np.bincount(scores.argmax(-1).ravel(), minlength=len(GROUPS))
    return dict(zip(GROUPS, counts / counts.sum(), strict=True))


def test_groups_have_names_and_colors_of_their_own() -> None:
    assert len(GROUPS) == len(set(GROUP_COLORS.values())) == 16
    assert GROUPS[0] == "sky" and GROUPS[-1] == "other"


def test_weights_are_small_and_those_that_the_documents_name(weights) -> None:
    content = PATH.read_bytes()
    assert len(content) <= 5_000_000
    readme = (REPOSITORY / "examples/embedded_parser/README.md").read_text(encoding="utf-8")
    assert re.findall(r"\b[0-9a-f]{64}\b", readme) == [hashlib.sha256(content).hexdigest()]
    assert {array.dtype.name for array in weights.values()} == {"float16"}
    assert {name: array.shape for name, array in weights.items()} == weight_shapes(parser_network())


def test_scores_equal_the_oracle(weights) -> None:
    image = np.random.default_rng(0).random((128, 256, 3)).astype(np.float32)
    network = parser_network()
    set_weights(network, weights)
    actual = network(image[None], training=False)[0].numpy()
    expected = parser_scores(image, weights)
    assert actual.shape == (32, 64, 16)
    np.testing.assert_allclose(actual, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3000, 4000), (384, 512)),
        ((427, 640), (384, 512)),
        ((1080, 1920), (256, 512)),
        ((640, 427), (512, 384)),
        ((20, 20), (512, 512)),
        ((1, 900), (128, 512)),
    ],
)
def test_photos_are_parsed_near_their_proportions(size, expected) -> None:
    assert working_size(*size) == expected


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (333, 70), (128, 128), (701, 1000)])
def test_scores_of_any_size_sum_to_one(parser: SceneParser, size) -> None:
    image = np.random.default_rng(0).random((*size, 3))
    before = image.copy()
    scores = parser(image)
    assert scores.dtype == np.float32
    assert scores.shape == (*(side // 4 for side in working_size(*size)), 16)
    np.testing.assert_allclose(scores.sum(-1), 1, atol=1e-5)
    np.testing.assert_array_equal(image, before)


def test_the_same_photo_has_the_same_scores(parser: SceneParser) -> None:
    image = read_image(DATA / "content.jpg")
    np.testing.assert_array_equal(parser(image), parser(image))


def test_sky_water_trees_and_the_tower_of_the_sample_are_found(parser: SceneParser) -> None:
    scores = parser(read_image(DATA / "content.jpg"))
    assert (scores[:20, :30].argmax(-1) == GROUPS.index("sky")).all()
    found = {name for name, share in shares(scores).items() if share > 0.05}
    assert found == {"sky", "water", "vegetation", "building"}


def test_sunset_is_sky_over_water(parser: SceneParser) -> None:
    found = shares(parser(read_image(DATA / "style.jpg")))
    assert found["sky"] > 0.4 and found["water"] > 0.3


@pytest.mark.parametrize(
    "light", [(0.3, 0.35, 0.5), (1.0, 0.7, 0.5), (0.75, 0.8, 1.0)], ids=["night", "dusk", "shade"]
)
def test_groups_stay_in_other_light(parser: SceneParser, light) -> None:
    image = read_image(DATA / "content.jpg")
    before, after = parser(image).argmax(-1), parser(image * np.float32(light)).argmax(-1)
    assert (before == after).mean() > 0.8


def test_a_face_has_skin_hair_and_clothes(parser: SceneParser) -> None:
    # One of the photos that it was trained on: a test of what is shipped, not of what is learnt.
    found = shares(parser(skimage.data.astronaut() / 255))
    assert found["skin"] > 0.03 and found["hair"] > 0.02 and found["clothes"] > 0.3


def test_gray_images_are_an_error(parser: SceneParser) -> None:
    with pytest.raises(ValueError, match=r"\[height, width, 3\], got \[8, 8\]; pass one RGB"):
        parser(np.zeros((8, 8)))


def test_weights_that_do_not_fit_are_an_error(weights) -> None:
    network = parser_network()
    with pytest.raises(ValueError, match=r"'stem/kernel'.*\(3, 3, 3, 32\), got none"):
        set_weights(network, {k: v for k, v in weights.items() if k != "stem/kernel"})
    with pytest.raises(ValueError, match=r"'stem/bias'.*\(32,\), got \(2,\); install"):
        set_weights(network, weights | {"stem/bias": np.zeros(2)})
