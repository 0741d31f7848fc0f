"""Networks of one layer, whose solves are traced in a fraction of the time of a real one's."""

from pathlib import Path

import keras

from dpst.extractors import KerasModelExtractor


def small_network() -> keras.Model:
    """A convolution, `conv1`, with the same weights whenever it is made."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, None, 3))
    conv1 = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="conv1")
    return keras.Model(inputs, conv1(inputs))


def small_extractor() -> KerasModelExtractor:
    """A new extractor: nothing is traced for it yet."""
    return KerasModelExtractor(small_network())


def write_small_network(path: Path) -> None:
    """Write the network to a `.keras` file, for `--extractor`."""
    small_network().save(path)
