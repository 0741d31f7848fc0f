"""The contract of every Keras loss of the library."""

from __future__ import annotations

import keras
import pytest

import dpst
from dpst.losses import LOSSES, GramLoss, PatchLoss, PhotorealismLoss, SegmentStyleLoss

OPTIONS = {
    GramLoss: {"normalization": "gatys"},
    PatchLoss: {"patch_size": 5, "semantic_weight": 10.0, "variety": 0.2, "memory": 64},
    PhotorealismLoss: {"epsilon": 1e-5},
    SegmentStyleLoss: {"statistic": "gram", "normalization": "luan", "num_segments": 3},
}
# Saved models hold the names that losses were first registered by.
REGISTERED_NAMES = {SegmentStyleLoss: "SegmentGramLoss"}


def test_every_keras_loss_keeps_the_contract() -> None:
    classes = {value for value in vars(dpst.losses).values() if isinstance(value, type)}
    losses = {cls for cls in classes if issubclass(cls, keras.losses.Loss)}
    assert losses == set(LOSSES.values())


@pytest.mark.parametrize("cls", LOSSES.values())
def test_configuration_survives_saving(cls: type[keras.losses.Loss]) -> None:
    options = {**OPTIONS.get(cls, {}), "name": "other"}
    loss = cls(**options)
    serialized = keras.saving.serialize_keras_object(loss)
    assert serialized["registered_name"] == f"dpst>{REGISTERED_NAMES.get(cls, cls.__name__)}"
    restored = keras.saving.deserialize_keras_object(serialized)
    assert type(restored) is cls
    assert restored.get_config() == loss.get_config()
    for name, value in options.items():
        assert getattr(restored, name) == value
    assert restored.reduction is None


def test_segment_loss_saved_under_its_former_name_is_read() -> None:
    config = {"name": "segment_gram_loss", "reduction": None, "statistic": "gram"}
    config |= {"normalization": "luan", "num_segments": None}
    saved = {
        "module": "dpst.losses.segment_gram",
        "class_name": "SegmentGramLoss",
        "config": config,
        "registered_name": "dpst>SegmentGramLoss",
    }
    restored = keras.saving.deserialize_keras_object(saved)
    assert type(restored) is dpst.losses.SegmentGramLoss is SegmentStyleLoss
    assert restored.get_config() == config


@pytest.mark.parametrize(("name", "cls"), LOSSES.items())
def test_default_name_is_the_registered_one(name: str, cls: type[keras.losses.Loss]) -> None:
    assert cls().name == f"{name}_loss"


@pytest.mark.parametrize("cls", LOSSES.values())
def test_reduction_may_be_chosen(cls: type[keras.losses.Loss]) -> None:
    assert cls(reduction="sum").reduction == "sum"
    assert cls.from_config(cls(reduction="sum").get_config()).reduction == "sum"
