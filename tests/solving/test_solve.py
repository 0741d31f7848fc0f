import numpy as np
import pytest
import tensorflow as tf

from dpst.efforts import PHOTO_EFFORTS, Effort
from dpst.methods.carriers import AS_PHOTO, AS_PICTURE
from dpst.optimizers import StopReason
from dpst.solving.levels import Level, plan_levels, plan_painting
from dpst.solving.objective import ImageTerm, Objective
from dpst.solving.solve import CHUNK_EVALUATIONS, solve


def _distance(target, image):
    return tf.reduce_mean(tf.square(image - target))


def _no_features(images, layer_names):
    raise AssertionError("no layer was asked for")


def _toward(recolor):
    """Objectives whose minimum is a recolouring of the content image."""

    def build(content):
        target = tf.constant(recolor(content), tf.float32)
        return Objective(_no_features, (ImageTerm("distance", _distance, target, 1.0),))

    return build


@pytest.fixture
def content():
    return np.random.default_rng(0).random((40, 60, 3), np.float32)


def test_levels_are_halves_of_the_solve_size_coarsest_first():
    assert plan_levels((1050, 1400), 700, 25) == (Level((264, 350), 38), Level((528, 700), 25))


@pytest.mark.parametrize("shorter", [460, 463, 467, 471])
def test_photos_of_nearly_one_shape_are_solved_at_one_size(shorter):
    for size in ((shorter, 700), (2 * shorter, 1400)):
        assert [level.size for level in plan_levels(size, 700, 25)] == [(232, 350), (464, 700)]
    assert [level.size for level in plan_levels((700, shorter), 700, 25)][-1] == (700, 464)


def test_square_photo_stays_square():
    assert [level.size for level in plan_levels((700, 700), 700, 25)] == [(350, 350), (700, 700)]


def test_small_image_is_not_enlarged_and_has_one_level():
    assert plan_levels((48, 64), 700, 10) == (Level((48, 64), 10),)


def test_panorama_is_solved_with_as_many_pixels_as_other_photos():
    coarse, fine = (level.size for level in plan_levels((1000, 20000), 700, 10))
    assert fine == (99, 1980) and coarse == (50, 990)


def test_narrow_image_keeps_all_levels_above_the_smallest_side():
    levels = plan_levels((40, 700), 700, 10)
    assert [level.size for level in levels] == [(40, 700)]


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_solve_finds_a_recoloring_and_its_local_affine_map(content, optimizer):
    recolor = lambda image: 0.5 * image[..., ::-1] + 0.2  # noqa: E731
    levels = (Level((20, 30), 60), Level((40, 60), 60))
    solution = solve(content, content[::2, ::2], levels, _toward(recolor), AS_PHOTO, optimizer)
    output = solution.output_map.apply(content)
    before, after = (np.abs(image - recolor(content)).mean() for image in (content, output))
    assert after < 0.5 * before
    losses = [loss for level, _, loss in solution.history if level == 1]
    assert losses == sorted(losses, reverse=True)


def test_callback_sees_every_chunk_and_can_stop(content):
    seen = []

    def stop_at_second(progress):
        seen.append((progress.level, progress.evaluations, tuple(progress.image.shape)))
        return len(seen) == 3

    levels = (Level((20, 30), 40), Level((40, 60), 40))
    solution = solve(
        content,
        content[::2, ::2],
        levels,
        _toward(lambda c: np.sqrt(c) * 0.3),
        AS_PHOTO,
        "lbfgs",
        stop_at_second,
    )
    chunk = CHUNK_EVALUATIONS
    assert seen == [(0, evaluations, (20, 30, 3)) for evaluations in (0, chunk, 2 * chunk)]
    assert solution.stop_reason is StopReason.INTERRUPTED
    assert np.isfinite(solution.output_map.apply(content)).all()


def test_callback_that_stops_at_once_keeps_the_initial_image(content):
    start = 0.5 * content + 0.2
    levels = (Level((40, 60), 20),)
    build = _toward(lambda c: 0.2 * c)
    solution = solve(content, start, levels, build, AS_PHOTO, callback=lambda progress: True)
    assert solution.stop_reason is StopReason.INTERRUPTED
    assert solution.history == ()
    np.testing.assert_allclose(solution.output_map.apply(content), start, atol=0.01)


def test_keyboard_interrupt_keeps_the_best_so_far(content):
    def interrupt(progress):
        if progress.evaluations:
            raise KeyboardInterrupt

    levels = (Level((40, 60), 20),)
    solution = solve(
        content, content, levels, _toward(lambda c: 0.2 * c), AS_PHOTO, "lbfgs", interrupt
    )
    assert solution.stop_reason is StopReason.INTERRUPTED
    assert solution.output_map.apply(content).mean() < content.mean()


def test_keyboard_interrupt_before_any_result_is_passed_on(content):
    def build(image):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(content, content, (Level((40, 60), 20),), build, AS_PHOTO)


def test_level_ends_early_where_little_is_gained(content):
    levels = (Level((40, 60), 500),)
    solution = solve(content, content, levels, _toward(lambda c: 0.5 * c + 0.1), AS_PHOTO)
    assert solution.history[-1][1] < 500
    assert solution.stop_reason in (StopReason.LITTLE_PROGRESS, StopReason.CONVERGED)


def test_objective_that_is_not_finite_at_the_start_is_an_error(content):
    with pytest.raises(FloatingPointError, match="nan"):
        solve(content, content, (Level((40, 60), 5),), _toward(lambda c: c * np.nan), AS_PHOTO)


def test_no_levels_is_an_error(content):
    with pytest.raises(ValueError, match="levels is empty"):
        solve(content, content, (), _toward(lambda c: c), AS_PHOTO)


def test_time_left_goes_by_the_chunks_after_the_first(content, monkeypatch):
    now, left = [0.0], []
    monkeypatch.setattr("dpst.solving.progress.time.monotonic", lambda: now[0])

    def callback(progress):
        left.append(progress.seconds_left)
        now[0] += 100 if progress.loss is None else 1  # The first chunk is compiled.

    levels = (Level((20, 30), 10), Level((40, 60), 10))
    build = _toward(lambda c: np.sqrt(c) * 0.3)
    solve(content, content[::2, ::2], levels, build, AS_PHOTO, callback=callback)
    # A chunk at the second level is as much work as four at the first.
    assert left == [None, None, 8, pytest.approx(2 / 5 * 4), 0]


def test_no_time_is_left_after_a_single_chunk(content):
    left = []
    solve(
        content,
        content[::2, ::2],
        (Level((20, 30), 5),),
        _toward(lambda c: np.sqrt(c) * 0.3),
        AS_PHOTO,
        callback=lambda p: left.append(p.seconds_left),
    )
    assert left == [None, 0]


@pytest.mark.parametrize("plan", [plan_levels, plan_painting])
@pytest.mark.parametrize("size", [(48, 64), (40, 3000), (3000, 40)])
def test_no_level_is_smaller_than_networks_can_see(plan, size):
    for solve_size in (32, 40, 700):
        assert min(min(level.size) for level in plan(size, solve_size, 10)) >= 32


def test_small_solves_have_more_evaluations():
    fine = Effort(700, 30)
    for size, solve_size, expected in (
        ((1000, 1400), 1400, [45, 30]),
        ((500, 700), 400, [78, 52]),
        ((500, 700), 350, [60]),
        ((100, 140), 700, [60]),
    ):
        levels = plan_levels(size, solve_size, effort=fine)
        assert [level.max_evaluations for level in levels] == expected


def test_draft_of_a_photo_is_what_the_solve_would_start_from(content):
    (level,) = plan_levels((40, 60), 350, effort=PHOTO_EFFORTS["draft"])
    assert level == Level((40, 60), 0)
    start, seen = content[::-1].copy(), []
    solution = solve(content, start, [level], None, AS_PICTURE, callback=seen.append)
    np.testing.assert_allclose(solution.output_map.apply(content), start, atol=1e-6)
    assert solution.history == () and len(seen) == 1
