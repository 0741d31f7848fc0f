"""Bugs of other implementations of semantic transfer that users met, each not one of ours."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

import dpst
from dpst import images
from dpst.cli import cli
from dpst.methods.carriers import AS_PICTURE
from dpst.optimizers import lbfgs
from dpst.solving.levels import Level
from dpst.solving.objective import FOLLOWING_CHUNKS, ImageTerm, MovingObjective, Objective
from dpst.solving.solve import CHUNK_EVALUATIONS, solve
from tests.command_line import check_refused
from tests.exit_statuses import DONE

pytestmark = pytest.mark.usefixtures("shared_extractor")

RED, BLACK = (255, 0, 0), (0, 0, 0)


@pytest.fixture(scope="module")
def style() -> np.ndarray:
    """Dark at the left, bright at the right."""
    picture = 0.2 * np.random.default_rng(0).random((48, 64, 3), np.float32)
    picture[:, 32:] += 0.7
    return picture


@pytest.fixture(scope="module")
def style_labels() -> np.ndarray:
    labels = np.full((48, 64, 3), BLACK, np.uint8)
    labels[:, 32:] = RED
    return labels


def _config(**settings) -> dpst.TransferConfig:
    defaults = {"method": "semantic", "style_layers": "relu3_1", "max_evaluations": 2}
    return dpst.TransferConfig(**{**defaults, **settings})


def test_black_label_is_as_good_as_others(style, style_labels) -> None:
    """neural-doodle divides its zeros by their length: "best not use black"."""
    doodle = np.full((40, 48, 3), BLACK, np.uint8)
    doodle[20:] = RED
    config = _config(max_evaluations=20)
    result = dpst.stylize(None, style, doodle, style_labels, config=config)
    assert np.isfinite(result.output_image).all()
    assert result.output_image[:16].mean() < 0.3 and result.output_image[24:].mean() > 0.6
    black = dpst.stylize(None, style, 0 * doodle, 0 * style_labels, config=_config())
    assert np.isfinite(black.output_image).all()


@pytest.mark.parametrize("size", [(32, 32), (33, 150)])
def test_small_image_has_no_level_too_small_for_patches(size, style) -> None:
    """neural-doodle's phases halve it until a layer is 2 px wide, and the patches crash."""
    config = _config(style_layers="", output_size=f"{size[1]}x{size[0]}")
    assert dpst.stylize(None, style, config=config).output_image.shape == (*size, 3)


@pytest.mark.parametrize("size", [(41, 57), (63, 47)])
def test_any_size_comes_back_as_it_is(size, style, style_labels) -> None:
    """Sizes not divisible by 8 or 16 crash elsewhere, or come back cropped."""
    doodle = np.full((*size, 3), RED, np.uint8)
    result = dpst.stylize(None, style[:45, :61], doodle, style_labels[:45, :61], config=_config())
    assert result.output_image.shape == (*size, 3)


def _quadratic(target, image: tf.Tensor) -> tf.Tensor:
    weights = tf.reshape(tf.linspace(1.0, 30.0, tf.size(image)), tf.shape(image))
    return tf.reduce_sum(weights * tf.square(image - target))


def test_new_matches_do_not_restart_the_solver(style, style_labels) -> None:
    """Elsewhere each chunk makes L-BFGS forget all it learnt, and a save changes the result."""
    start, goal = tf.zeros([32, 32, 3]), tf.fill([32, 32, 3], 0.5)
    objective = Objective(None, (ImageTerm("quadratic", _quadratic, goal),))
    result = lbfgs.minimize(objective, start, max_evaluations=8)
    moved = Objective(None, (ImageTerm("quadratic", _quadratic, goal + 0.01),))
    again = lbfgs.minimize(moved, start, max_evaluations=1, previous_result=lbfgs.restarted(result))
    assert int(again.state.num_pairs) == int(result.state.num_pairs) > 2
    np.testing.assert_array_equal(again.position, result.position)
    value, gradient = moved(result.position)
    assert float(again.value) == pytest.approx(float(value))
    np.testing.assert_allclose(again.gradient, gradient, rtol=1e-5)

    # Matches that are found anew and are the same cost one evaluation, and change nothing else.
    looks = []

    def follow(image: tf.Tensor) -> tuple[ImageTerm, ...]:
        looks.append(image)
        return objective.terms

    levels = (Level((32, 32), 4 * CHUNK_EVALUATIONS),)
    canvas = np.zeros((32, 32, 3), np.float32)
    moving = MovingObjective(Objective(None), follow)
    solution = solve(canvas, canvas, levels, lambda content: moving, AS_PICTURE)
    assert len(looks) == 4 // FOLLOWING_CHUNKS
    undivided = lbfgs.minimize(
        objective, start, max_evaluations=4 * CHUNK_EVALUATIONS - len(looks) + 1
    )
    picture = solution.output_map.apply(canvas)
    np.testing.assert_allclose(picture, np.clip(undivided.position, 0, 1), atol=1e-5)

    maps = style_labels, style_labels
    seen = []
    watched = dpst.stylize(
        None, style, *maps, config=_config(), callback=lambda p: seen.append(p.image.numpy())
    )
    alone = dpst.stylize(None, style, *maps, config=_config())
    assert seen
    np.testing.assert_array_equal(watched.output_image, alone.output_image)


def test_older_output_is_there_until_the_new_one_is_whole(
    style, style_labels, run_cli, tmp_path, monkeypatch
) -> None:
    """Elsewhere the output file is deleted when the run starts."""
    images.write_image("style.png", style)
    images.write_image("labels.png", style_labels / 255)
    images.write_image("output.png", np.zeros((32, 32, 3)))
    old = (tmp_path / "output.png").read_bytes()
    seen = []

    def look(self, progress) -> None:
        seen.append((tmp_path / "output.png").read_bytes())

    monkeypatch.setattr(cli.ProgressLine, "__call__", look)
    run = run_cli.with_flags(
        method="semantic",
        style_image="style.png",
        style_labels="labels.png",
        output_image="output.png",
        style_layers="relu3_1",
        max_evaluations=2,
    )
    check_refused(run(content_labels="no.png"), "no.png")
    assert (tmp_path / "output.png").read_bytes() == old
    assert run(content_labels="labels.png").status == DONE
    assert seen and set(seen) == {old}
    assert images.read_image("output.png").shape == style.shape
