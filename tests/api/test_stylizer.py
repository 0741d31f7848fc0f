"""`Stylizer`: many pairs with one set of networks and traces."""

import numpy as np
import pytest

import dpst
from dpst import images
from tests.small_networks import small_extractor

CONFIG = dpst.TransferConfig(max_evaluations=2)


def random_labels(size: images.Size, num_labels: int) -> np.ndarray:
    """Vertical stripes."""
    return np.broadcast_to(np.arange(size[1]) * num_labels // size[1], size)


def test_one_trace_serves_pairs_of_any_size_and_does_not_change_results(
    photo_pair, traces, two_levels
):
    stylizer = dpst.Stylizer(CONFIG)
    for num_labels, size in ((2, (66, 92)), (3, (80, 70)), (4, (66, 92))):
        content, style = (images.resize(image, size) for image in photo_pair[:2])
        labels = random_labels(size, num_labels)
        result = stylizer(content, style, labels, labels)
        assert result.output_image.shape == (*size, 3)
        assert {level for level, _, _ in result.history} == {0, 1}
    assert len(traces) == 1
    for size in ((64, 40), (33, 47)):
        another = dpst.Stylizer(CONFIG, stylizer.extractor)
        content, style = (images.resize(image, size) for image in photo_pair[:2])
        another(content, style, random_labels(size, 3), random_labels(size, 3))
    config = dpst.TransferConfig(max_evaluations=8)
    shared = dpst.Stylizer(config, stylizer.extractor)(*photo_pair)
    assert len(traces) == 1
    alone = dpst.stylize(*photo_pair, config=config)
    np.testing.assert_allclose(shared.output_image, alone.output_image, atol=2e-3)
    assert shared.history[-1][2] == pytest.approx(alone.history[-1][2], rel=1e-2)


@pytest.mark.parametrize(("method", "optimizer"), [("photo", "lbfgs"), ("artistic", "adam")])
def test_other_numbers_of_segments_and_terms_have_traces_of_their_own(
    photo_pair, traces, method, optimizer
):
    extractor = small_extractor()
    counts = []
    for number, tv_weight, size in (
        (3, 0.0, (32, 40)),
        (6, 0.0, (40, 32)),
        (5, 0.0, (36, 36)),
        (5, 0.1, (32, 40)),
    ):
        config = dpst.TransferConfig(
            method=method, optimizer=optimizer, max_evaluations=1, tv_weight=tv_weight
        )
        content, style = (images.resize(image, size) for image in photo_pair[:2])
        labels = random_labels(size, number)
        result = dpst.Stylizer(config, extractor)(content, style, labels, labels)
        assert np.isfinite(result.output_image).all()
        counts.append(len(traces))
    # Numbers of segments are filled up to 4 or 8.
    assert 0 < counts[0] < counts[1] == counts[2] < counts[3]


def test_stylize_is_one_call(photo_pair, extractor):
    config = dpst.TransferConfig(max_evaluations=4)
    expected = dpst.stylize(*photo_pair, extractor=extractor, config=config)
    result = dpst.Stylizer(config, extractor)(*photo_pair)
    np.testing.assert_array_equal(result.output_image, expected.output_image)
    assert result.history == expected.history


def test_wrong_input_is_refused_before_a_network_is_loaded(photo_pair):
    stylizer = dpst.Stylizer(dpst.TransferConfig(extractor="missing.keras"))
    with pytest.raises(ValueError, match="content_image has shape"):
        stylizer(np.zeros((48, 64), np.float32), photo_pair[1])
    with pytest.raises(FileNotFoundError, match="missing.keras"):
        stylizer(*photo_pair[:2])
