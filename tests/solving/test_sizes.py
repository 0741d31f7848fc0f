"""A result does not depend on what its process did before, though traces are shared."""

import numpy as np
import pytest
import tensorflow as tf

import dpst
from dpst.shared_trace import without_sizes
from tests.small_networks import small_extractor

CASES = [("photo", "lbfgs"), ("photo", "adam"), ("artistic", "lbfgs"), ("semantic", "lbfgs")]


@pytest.mark.parametrize(("method", "optimizer"), CASES)
def test_one_trace_serves_all_sizes_with_the_bits_of_a_run_alone(
    photo_pair, traces, method, optimizer
):
    content, style, content_labels, style_labels = photo_pair
    config = dpst.TransferConfig(method=method, optimizer=optimizer, max_evaluations=11)

    def transfer(extractor, turned=False):
        pair = [image.swapaxes(0, 1) if turned else image for image in (content, content_labels)]
        return dpst.stylize(pair[0], style, pair[1], style_labels, extractor, config)

    used = small_extractor()
    transfer(used)
    num_traces = len(traces)
    assert num_traces == 1
    after = transfer(used, turned=True)
    assert len(traces) == num_traces
    alone = transfer(small_extractor(), turned=True)
    assert after.history == alone.history
    np.testing.assert_array_equal(after.output_image, alone.output_image)


def test_only_channels_and_rows_of_ragged_tensors_are_known():
    values = [*map(tf.ones, ([2, 4, 3], [1, 2, 3, 4], [2, 3, 4], [5], [])), "text"]
    values.append(tf.ragged.constant([[1.0], [2.0, 3.0]]))
    specs = without_sizes({"values": values})["values"]
    shapes = [(None, None, 3), (None, None, None, 4), (None,) * 3, (None,), ()]
    assert [tuple(spec.shape) for spec in specs[:5]] == shapes
    assert specs[5] == "text"
    assert tuple(specs[6].shape) == (2, None)
