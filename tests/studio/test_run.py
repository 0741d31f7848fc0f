"""Transfers of the studio: what is seen on the way, and what comes of them."""

from __future__ import annotations

import numpy as np
import pytest

import dpst
from dpst import images
from dpst.optimizers import StopReason
from dpst.studio.download import repeating_command, write_result
from dpst.studio.run import Snapshot, plan_request, solve
from dpst.studio.segments import COLORS
from tests.studio.small_runs import EVALUATIONS, SOLVE_SIZE, request_of, solve_request


def no_network():
    pytest.fail("network")


def test_preview_comes_before_the_network_is_loaded(pair, segments) -> None:
    class FirstError(Exception):
        pass

    def report(snapshot: Snapshot) -> bool:
        assert snapshot.text.startswith("First look") and snapshot.image.shape == (48, 64, 3)
        raise FirstError

    with pytest.raises(FirstError):
        solve(plan_request(request_of(pair, segments), no_network), no_network, report)


def test_losses_grow_with_what_is_seen(photo_run) -> None:
    _, solved, snapshots = photo_run
    assert [len(snapshot.losses) for snapshot in snapshots[:3]] == [0, 0, 0]
    assert snapshots[1].text == "Level 1 of 1 (64x48): starting."
    assert "evaluation 5 of 5, loss" in snapshots[-1].text and snapshots[-1].text[-1] == "."
    assert len(solved.losses) == 1 and solved.losses[0]["evaluations"] == 5


def test_result_is_that_of_the_api(photo_run, pair, segments, extractor, tmp_path) -> None:
    path = write_result(tmp_path, photo_run[1])
    config = dpst.TransferConfig(
        solve_size=SOLVE_SIZE,
        max_evaluations=EVALUATIONS,
        segment_map=f"{COLORS[0]}={COLORS[1]}",
    )
    photos = pair.content.image, pair.style.image
    expected = dpst.stylize(*photos, *segments.pictures(), extractor, config)
    written = images.read_image(path)
    np.testing.assert_allclose(written, expected.output_image, atol=0.51 / 255)


def test_run_that_is_stopped_at_once_still_has_a_result(
    pair, segments, get_extractor, tmp_path
) -> None:
    planned = plan_request(request_of(pair, segments), no_network)
    solved = solve(planned, get_extractor, lambda _: True)
    assert solved.result.stop_reason is StopReason.INTERRUPTED and solved.losses == ()
    assert write_result(tmp_path, solved).is_file()


def test_artistic_run_takes_whole_pictures(pair, get_extractor) -> None:
    request = request_of(pair, None, "artistic")
    solved, snapshots = solve_request(request, get_extractor)
    assert not snapshots[0].text.startswith("First look")
    assert len(solved.planned.plan.regions) == 1
    command = repeating_command(request)
    assert "--method=artistic" in command and "labels" not in command
