"""Numbers that go bad: a solve backs off, or ends with the last good image and the reason."""

import numpy as np
import pytest
import tensorflow as tf

from dpst.methods.carriers import AS_PICTURE
from dpst.optimizers import StopReason
from dpst.solving.levels import Level
from dpst.solving.objective import ImageTerm, Objective
from dpst.solving.solve import solve

COARSE, FINE = (32, 40), (40, 50)


@pytest.fixture(scope="module")
def content():
    return np.random.default_rng(0).uniform(0.4, 0.6, (*FINE, 3)).astype(np.float32)


def _no_features(images):
    return {}


def _darkness(limit, image):
    """Falls towards the dark; below the limit, a hole: its root is no number."""
    return tf.reduce_mean(tf.sqrt(image - limit) + image)


def darkness(limits):
    def build(content):
        limit = tf.constant(limits[content.shape[:2]], tf.float32)
        return Objective(_no_features, (ImageTerm("darkness", _darkness, limit),))

    return build


def solved(content, limits, optimizer="lbfgs"):
    levels = (Level(COARSE, 15), Level(FINE, 15))
    start = content[: COARSE[0], : COARSE[1]]
    return solve(content, start, levels, darkness(limits), AS_PICTURE, optimizer)


def test_lbfgs_backs_off_from_a_hole_and_goes_on(content):
    solution = solved(content, {COARSE: 0.35, FINE: 0.35})
    assert solution.stop_reason is not StopReason.NOT_FINITE
    losses = [loss for _, _, loss in solution.history]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
    assert solution.output_map.picture.mean() < content.mean()


def test_adam_ends_with_the_last_good_image_and_the_reason(content):
    solution = solved(content, {COARSE: 0.35, FINE: 0.35}, "adam")
    assert solution.stop_reason is StopReason.NOT_FINITE
    assert np.isfinite([loss for _, _, loss in solution.history]).all()
    assert np.isfinite(solution.output_map.picture).all()
    assert solution.output_map.picture.mean() < content.mean()


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_level_that_begins_in_a_hole_keeps_the_result_of_the_one_before(content, optimizer):
    solution = solved(content, {COARSE: 0.0, FINE: 2.0}, optimizer)
    assert solution.stop_reason is StopReason.NOT_FINITE
    assert {level for level, _, _ in solution.history} == {0}
    assert solution.output_map.picture.shape == (*COARSE, 3)
    assert np.isfinite(solution.output_map.picture).all()


def test_first_level_that_begins_in_a_hole_is_an_error(content):
    with pytest.raises(FloatingPointError, match="the objective is nan at the initial image"):
        solved(content, {COARSE: 2.0, FINE: 0.0}, "adam")
