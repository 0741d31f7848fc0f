import dataclasses

import pytest

from dpst.config import TransferConfig
from dpst.methods.plan import finds_segments


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


@pytest.mark.parametrize(
    ("settings", "has_label_maps", "is_found"),
    [
        ({}, True, False),
        ({}, False, True),
        ({"segmentation": "auto"}, True, True),
        ({"segmentation": "none"}, True, False),
        ({"segmentation": "none"}, False, False),
        ({"segmentation_model": "net.keras"}, False, True),
        ({"segmentation_model": "net.keras", "segmentation": "auto"}, True, True),
    ],
)
def test_segments_are_found_where_nothing_says_what_they_are(settings, has_label_maps, is_found):
    assert finds_segments(TransferConfig(**settings), has_label_maps, by_default=True) == is_found


def test_segmentation_model_that_nothing_would_use_is_an_error():
    with pytest.raises(ValueError, match="'net.keras' and segmentation is 'none', it must be"):
        TransferConfig(segmentation="none", segmentation_model="net.keras")
    with pytest.raises(ValueError, match="'net.keras' and content_labels .* only one must be"):
        finds_segments(TransferConfig(segmentation_model="net.keras"), True, by_default=True)


def test_every_field_explains_itself():
    for field in dataclasses.fields(TransferConfig):
        assert field.metadata["help"].endswith(".")


def test_defaults_follow_the_method():
    photo, artistic = (TransferConfig(method=method) for method in ("photo", "artistic"))
    assert (photo.solve_size, artistic.solve_size) == (350, 512)
    assert photo.photorealism_weight > 0 == artistic.photorealism_weight
    assert TransferConfig(method="artistic", solve_size=300).solve_size == 300
    assert TransferConfig(method="artistic", normalization="gatys").content_weight == 1e-3
    assert all(
        getattr(config, field.name) is not None
        for config in (photo, artistic)
        for field in dataclasses.fields(config)
        if field.name != "max_evaluations"
    )


@pytest.mark.parametrize(
    ("settings", "is_found"),
    [({}, False), ({"segmentation": "auto"}, True), ({"segmentation_model": "net.keras"}, True)],
)
def test_painting_is_not_segmented_unless_asked_to(settings, is_found):
    config = TransferConfig(method="artistic", **settings)
    assert finds_segments(config, has_label_maps=False, by_default=False) == is_found


@pytest.mark.parametrize(
    ("method", "name", "value", "owners"),
    [
        ("photo", "variety", 0.4, "'semantic'"),
        ("photo", "patch_rotations", "abc", "'semantic'"),
        ("photo", "normalization", "gatys", "'artistic'"),
        ("photo", "style_scale", 0.5, "'artistic' or 'semantic'"),
        ("artistic", "guidance", "all", "'photo'"),
        ("semantic", "segment_map", "a=b", "'photo' or 'artistic'"),
    ],
)
def test_setting_of_another_method_is_an_error_that_names_the_method(method, name, value, owners):
    with pytest.raises(ValueError, match=f"{name} is .*{method}.* set method to {owners}"):
        TransferConfig(method=method, **{name: value})


def test_settings_of_the_method_itself_are_taken():
    for field in dataclasses.fields(TransferConfig):
        for method in field.metadata["methods"]:
            assert TransferConfig(method=method).takes(field.name)


def test_help_tells_the_methods_of_a_setting_and_its_defaults():
    fields = {field.name: field.metadata["help"] for field in dataclasses.fields(TransferConfig)}
    assert fields["patch_size"].endswith("Method: semantic.")
    assert "photo 350, 350, 700; artistic and semantic 256, 512, 700." in fields["solve_size"]
    assert "photo 0, 16, 30; artistic and semantic 25, 50, 100;" in fields["max_evaluations"]


def test_quality_sets_the_size_and_leaves_the_rest():
    normal, fine = TransferConfig(), TransferConfig(quality="fine")
    assert (normal.quality, normal.solve_size, fine.solve_size) == ("normal", 350, 700)
    assert dataclasses.replace(fine, quality="normal", solve_size=350) == normal
    assert TransferConfig(quality="fine", solve_size=500).solve_size == 500
    assert fine.defaults() == fine
