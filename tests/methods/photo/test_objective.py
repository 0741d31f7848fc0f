import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.looks.blended_matching import CHOSEN
from dpst.losses import SortedGuidance, opponent_colors
from dpst.methods.photo.objective import photo_objective
from dpst.methods.photo.plan import UNLABELLED
from dpst.methods.photo.recoloring_terms import UNLABELLED_FACTOR
from dpst.optimizers import lbfgs
from dpst.segmentation import KEPT, decode_label_maps, pair_segments, single_segment
from dpst.solving.objective import RGB
from matting import GuidedFilter
from tests.small_networks import small_extractor


def _objective(extractor, content, style, pairing, config, **options):
    """The objective with an anchor that is not the content image."""
    anchor = np.clip(0.7 * content[..., ::-1] + 0.1, 0, 1)
    return photo_objective(extractor, content, style, anchor, pairing, config, **options)


def _pairing(photo_pair):
    content, style, content_labels, style_labels = photo_pair
    maps = decode_label_maps(content_labels, style_labels, content.shape[:2], style.shape[:2])
    return pair_segments(*maps, content, style)


def test_only_the_style_terms_are_above_zero_at_the_content_image(extractor, photo_pair):
    content, style = photo_pair[:2]
    config = TransferConfig(tv_weight=0.0)
    objective = _objective(extractor, content, style, _pairing(photo_pair), config)
    values = objective.term_values(tf.constant(content))
    recoloring = {"recoloring", "departure", "tint"}
    assert set(values) == {"style", "content", "photorealism", "structure", "gamut"} | recoloring
    assert values["style"] > 0.01
    assert values["content"] == 0
    assert values["gamut"] == 0
    # The ridge on an affine map's slopes.
    assert abs(values["photorealism"]) < 1.2e-4 * config.photorealism_weight
    assert abs(values["structure"]) < 1e-5


@pytest.mark.parametrize("statistic", ["centred", "gram"])
def test_style_terms_vanish_where_the_style_image_is_the_content_image(
    extractor, photo_pair, statistic
):
    content = photo_pair[0]
    pairing = single_segment(content.shape[:2], content.shape[:2])
    config = TransferConfig(style_statistic=statistic)
    objective = _objective(extractor, content, content, pairing, config)
    assert objective.term_values(tf.constant(content))["style"] < 1e-6


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("content_weight", "content"),
        ("photorealism_weight", "photorealism"),
        ("structure_weight", "structure"),
    ],
)
def test_a_weight_of_zero_leaves_its_term_out(extractor, photo_pair, name, term):
    content, style = photo_pair[:2]
    config = dataclasses.replace(TransferConfig(), **{name: 0.0})
    objective = _objective(extractor, content, style, _pairing(photo_pair), config)
    left = {each.name for each in objective.terms}
    assert term not in left
    for name in ("recoloring", "departure", "tint"):
        assert (name in left) == (term != "photorealism")


def test_recolouring_terms_vanish_at_the_anchor(extractor, photo_pair):
    content, style = photo_pair[:2]
    anchor = np.clip(content * 0.8 + 0.05, 0, 1)
    objective = photo_objective(
        extractor, content, style, anchor, _pairing(photo_pair), TransferConfig()
    )
    at_anchor, at_content = (
        objective.term_values(tf.constant(each)) for each in (anchor, content[..., ::-1])
    )
    for name in ("recoloring", "departure", "tint"):
        assert at_anchor[name] == 0
        assert at_content[name] > 1e-4


def test_segments_that_nobody_chose_leave_less_room(extractor, photo_pair):
    content, style = photo_pair[:2]
    weights = {}
    for is_labelled in (True, False):
        objective = _objective(
            extractor,
            content,
            style,
            _pairing(photo_pair),
            TransferConfig(),
            is_labelled=is_labelled,
        )
        weights[is_labelled] = [
            term.weight for term in objective.terms if term.name in ("recoloring", "departure")
        ]
    ratios = np.divide(weights[False], weights[True])
    np.testing.assert_allclose(ratios, [1, UNLABELLED_FACTOR, UNLABELLED_FACTOR])


def test_guidance_by_receptive_fields_changes_the_layers_and_not_the_colours(extractor, photo_pair):
    content, style = photo_pair[:2]
    terms = {}
    for guidance in ("simple", "inside"):
        config = TransferConfig(guidance=guidance)
        objective = _objective(extractor, content, style, _pairing(photo_pair), config)
        terms[guidance] = {
            term.layer_name: term.target[0] for term in objective.terms if term.name == "style"
        }
    simple, inside = terms["simple"], terms["inside"]
    np.testing.assert_array_equal(simple["rgb"].mean, inside["rgb"].mean)
    second = extractor.style_layers[1]  # Deeper ones see all of such small images.
    assert np.abs(simple[second].mean - inside[second].mean).max() > 1e-4


def test_style_losses_are_scaled_as_the_extractor_calls_for(extractor, photo_pair):
    objective = _objective(extractor, *photo_pair[:2], _pairing(photo_pair), TransferConfig())
    weights = {term.layer_name: term.weight for term in objective.terms if term.name == "style"}
    layer_weight = TransferConfig().style_weight * extractor.style_factor
    rgb_weight = TransferConfig().style_weight * 5  # Colours are the same for every extractor.
    assert weights == {name: layer_weight for name in weights} | {"rgb": rgb_weight}
    assert set(weights) == {"rgb", *extractor.style_layers}


def test_sorted_and_dense_guidance_give_one_objective(extractor, photo_pair, monkeypatch):
    content, style = photo_pair[:2]
    pairing = _pairing(photo_pair)
    config = TransferConfig(tv_weight=0.1)
    fast = _objective(extractor, content, style, pairing, config)
    with monkeypatch.context() as patch:
        patch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"])
        dense = _objective(extractor, content, style, pairing, config)
    for objective, is_sorted in ((fast, True), (dense, False)):
        style_terms = [term for term in objective.terms if term.name == "style"]
        assert {isinstance(term.target[1], SortedGuidance) for term in style_terms} == {is_sorted}
    image = tf.constant(np.clip(content * 0.8 + 0.05, 0, 1))
    value, gradient = fast(image)
    dense_value, dense_gradient = dense(image)
    np.testing.assert_allclose(value, dense_value, rtol=1e-5)
    scale = np.abs(gradient).max()
    np.testing.assert_allclose(gradient, dense_gradient, atol=1e-4 * scale)


@pytest.mark.parametrize("network", ["small", pytest.param("embedded", marks=pytest.mark.long)])
def test_objective_and_preconditioner_compile_with_the_same_iterates(
    network, request, photo_pair, monkeypatch
):
    """What a GPU runs: the objective and the preconditioner, a program each."""
    extractor = small_extractor() if network == "small" else request.getfixturevalue("extractor")
    content, style = photo_pair[:2]
    with monkeypatch.context() as patch:
        patch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"])
        objective = _objective(extractor, content, style, _pairing(photo_pair), TransferConfig())
    preconditioner = GuidedFilter.from_image(content, identity=1e-2)
    result, differences = None, []
    for _ in range(8):
        # From one and the same state each time: from step to step two roundings grow apart.
        plain, compiled = (
            lbfgs.minimize(
                objective,
                tf.constant(content),
                num_correction_pairs=3,
                max_evaluations=1,
                preconditioner=preconditioner,
                previous_result=result,
                jit_compile=jit_compile,
            )
            for jit_compile in (False, True)
        )
        assert compiled.num_iterations == plain.num_iterations
        np.testing.assert_allclose(compiled.value, plain.value, rtol=1e-5)
        np.testing.assert_allclose(compiled.position, plain.position, atol=1e-6)
        differences += [
            np.linalg.norm(actual - expected) / np.linalg.norm(expected)
            for actual, expected in (
                (compiled.gradient, plain.gradient),
                (compiled.state.direction, plain.state.direction),
            )
        ]
        result = plain
    # Now and then two features are so nearly equal that either may be the maximum that is pooled:
    # then a per cent of the gradient goes another way. A wrong program would differ at each step.
    assert np.median(differences) < 1e-5 and max(differences) < 0.05
    assert result.value < 0.9 * objective(tf.constant(content))[0]


def test_a_plain_segment_is_not_asked_for_more_spread_than_it_can_have(extractor, photo_pair):
    content, style = photo_pair[:2]
    backdrop = 0.5 + 0.02 * (content - 0.5)
    pairing = single_segment(content.shape[:2], style.shape[:2])
    for image, is_bounded in ((backdrop, True), (content, False)):
        objective = _objective(extractor, image, style, pairing, TransferConfig())
        (rgb,) = (term for term in objective.terms if getattr(term, "layer_name", "") == RGB)
        asked = np.trace(rgb.target[0].covariance[0, 0])
        colors = opponent_colors(tf.constant(image[None])).numpy().reshape(-1, 3)
        most = CHOSEN.most_stretch**2 * np.trace(np.cov(colors.T, ddof=0))
        goal = opponent_colors(tf.constant(style[None])).numpy().reshape(-1, 3)
        expected = most if is_bounded else np.trace(np.cov(goal.T, ddof=0))
        np.testing.assert_allclose(asked, expected, rtol=1e-3)


def test_where_nobody_chose_half_of_the_style_is_asked_of_the_whole_photo(extractor, photo_pair):
    content, style = photo_pair[:2]
    pairing, whole = _pairing(photo_pair), single_segment(content.shape[:2], style.shape[:2])
    number, share = len(pairing.style_index), UNLABELLED.whole_share

    def colors(pairing, is_labelled=False):
        objective = _objective(
            extractor, content, style, pairing, TransferConfig(), is_labelled=is_labelled
        )
        (term,) = (term for term in objective.terms if getattr(term, "layer_name", "") == RGB)
        return term.target[0]

    found, chosen, one = colors(pairing), colors(pairing, is_labelled=True), colors(whole)
    np.testing.assert_allclose(found.shares[0, :number], (1 - share) * chosen.shares[0, :number])
    np.testing.assert_allclose(found.shares[0, number], share, rtol=1e-6)
    np.testing.assert_allclose(np.sum(found.shares), 1, rtol=1e-6)
    np.testing.assert_allclose(found.mean[0, number], one.mean[0, 0], rtol=1e-4)
    np.testing.assert_allclose(found.covariance[0, number], one.covariance[0, 0], rtol=1e-3)
    np.testing.assert_allclose(found.mean[0, :number], chosen.mean[0, :number], rtol=1e-5)
    kept = dataclasses.replace(pairing, style_index=(KEPT, *pairing.style_index[1:]))
    np.testing.assert_allclose(colors(kept).shares, chosen.shares, rtol=1e-6)


def test_where_nobody_chose_a_plain_style_leaves_seven_tenths_of_the_contrast(
    extractor, photo_pair
):
    content = photo_pair[0]
    plain = 0.9 + 0.01 * (photo_pair[1] - 0.5)
    pairing = single_segment(content.shape[:2], plain.shape[:2])
    asked = {}
    for is_labelled in (True, False):
        objective = _objective(
            extractor, content, plain, pairing, TransferConfig(), is_labelled=is_labelled
        )
        asked[is_labelled] = {
            term.layer_name: np.trace(term.target[0].covariance[0, 0])
            for term in objective.terms
            if term.name == "style"
        }
    anchor = np.clip(0.7 * content[..., ::-1] + 0.1, 0, 1)  # as of `_objective`
    own, matched = (
        np.trace(np.cov(opponent_colors(tf.constant(each[None])).numpy().reshape(-1, 3).T, ddof=0))
        for each in (content, anchor)
    )
    least = min(UNLABELLED.least_contrast**2 * own, matched)
    np.testing.assert_allclose(asked[False][RGB], least, rtol=1e-2)
    assert all(asked[False][name] > 3 * asked[True][name] for name in asked[True])
