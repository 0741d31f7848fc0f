"""A result does not depend on what its process did before, though traces are shared."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import dpst
from dpst.extractors import KerasModelExtractor
from dpst.optimizers.sizes import without_sizes


def small_extractor():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, None, 3))
    conv1 = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="conv1")
    return KerasModelExtractor(keras.Model(inputs, conv1(inputs)))


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_trace_for_all_sizes_gives_the_bits_of_one_for_a_size(photo_pair, traces, optimizer):
    content, style = photo_pair[:2]
    config = dpst.TransferConfig(
        method="artistic", optimizer=optimizer, max_evaluations=11, segmentation="none"
    )

    def paint(image, extractor):
        return dpst.stylize(image, style, extractor=extractor, config=config)

    used = small_extractor()
    paint(content.transpose(1, 0, 2), used)
    shared = paint(content, used)
    num_traces = len(traces)
    assert paint(content[:40], used).output_image.shape == (40, 64, 3)
    assert len(traces) == num_traces  # It was one for all sizes.
    alone = paint(content, small_extractor())
    assert shared.history == alone.history
    np.testing.assert_array_equal(shared.output_image, alone.output_image)


def test_only_channels_are_known_in_a_trace():
    shapes = []

    @tf.function
    def double(values):
        values = without_sizes(values)
        shapes.extend(tuple(value.shape) for value in values[:5])
        assert values[5] == "text"
        return [2 * value for value in values[:5]]

    values = (*map(tf.ones, ([2, 4, 3], [1, 2, 3, 4], [2, 3, 4], [5], [])), "text")
    doubled = double(values)
    assert shapes == [(None, None, 3), (None, None, None, 4), (None,) * 3, (None,), ()]
    assert [len(value.shape) for value in doubled] == [3, 4, 3, 1, 0]
    assert doubled[2].shape == (2, 3, 4)
