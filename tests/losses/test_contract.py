"""What every Keras loss of the library keeps to."""

from __future__ import annotations

import keras
import pytest

from dpst.losses import LOSSES, GramLoss, PatchLoss, PhotorealismLoss, SegmentGramLoss

OPTIONS = {
    GramLoss: {"normalization": "gatys"},
    PatchLoss: {"patch_size": 5, "semantic_weight": 10.0, "variety": 0.2, "memory": 64},
    PhotorealismLoss: {"epsilon": 1e-5},
    SegmentGramLoss: {"statistic": "gram", "normalization": "luan"},
}


@pytest.mark.parametrize("cls", LOSSES.values())
def test_configuration_survives_saving(cls: type[keras.losses.Loss]) -> None:
    options = {**OPTIONS.get(cls, {}), "name": "other"}
    loss = cls(**options)
    serialized = keras.saving.serialize_keras_object(loss)
    assert serialized["registered_name"] == f"dpst>{cls.__name__}"
    restored = keras.saving.deserialize_keras_object(serialized)
    assert type(restored) is cls
    assert restored.get_config() == loss.get_config()
    for name, value in options.items():
        assert getattr(restored, name) == value
    assert restored.reduction is None


@pytest.mark.parametrize(("name", "cls"), LOSSES.items())
def test_default_name_is_the_registered_one(name: str, cls: type[keras.losses.Loss]) -> None:
    assert cls().name == f"{name}_loss"


@pytest.mark.parametrize("cls", LOSSES.values())
def test_reduction_may_be_chosen(cls: type[keras.losses.Loss]) -> None:
    assert cls(reduction="sum").reduction == "sum"
    assert cls.from_config(cls(reduction="sum").get_config()).reduction == "sum"
