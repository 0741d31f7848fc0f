import dataclasses

import pytest

from dpst.config import TransferConfig


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "phot"),
        ("optimizer", "sgd"),
        ("style_statistic", "mean"),
        ("solve_size", 31),
        ("max_evaluations", 0),
        ("num_segments", 10),
        ("content_weight", -1.0),
        ("style_weight", float("nan")),
        ("photorealism_weight", float("inf")),
    ],
)
def test_value_out_of_range_is_an_error_that_names_field_and_value(name, value):
    with pytest.raises(ValueError, match=f"{name} is .*{value}.*must be"):
        TransferConfig(**{name: value})


def test_every_field_explains_itself():
    for field in dataclasses.fields(TransferConfig):
        assert field.metadata["help"].endswith(".")
