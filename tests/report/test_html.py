"""Parts of pages: what reports and the studio share."""

import re

import numpy as np

from dpst.report.html import chart, comparison, figures_row, number, section


def test_slider_is_labelled_and_needs_no_script_of_the_page() -> None:
    before = np.zeros((32, 48, 3), np.float32)
    slider = comparison(before, before + 1)
    assert re.findall(r'alt="(\w+)"', slider) == ["before", "after"]
    assert 'width="48" height="32"' in slider
    assert re.findall(r'<label for="(\w+)"', slider) == re.findall(r' id="(\w+)"', slider)
    (handler,) = re.findall(r'oninput="([^"]*)"', slider)
    (target,) = re.findall(r"closest\('\.([\w-]+)'\)", handler)
    assert slider.startswith(f'<div class="{target}">') and "'--cut'" in handler


def test_chart_leaves_out_the_shares_of_segments() -> None:
    drawn = chart([{"level": 0, "evaluations": 5, "loss": 2.0, "loss/segment_0": 1.0}])
    assert drawn.count("<polyline") == 1 and "segment" not in drawn
    assert chart([]) == ""


def test_nothing_has_neither_heading_nor_frame() -> None:
    assert section("Title", figures_row([])) == ""
    assert [number(value) for value in (None, float("nan"), 0.12345)] == ["–", "–", "0.123"]
