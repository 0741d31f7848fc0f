import pytest

from dpst.setting_lists import parse_layers, parse_shares


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("", {"a": 1.0, "b": 1.0}),
        ("conv1", {"conv1": 1.0}),
        (" conv1 , fire3=0.5", {"conv1": 1.0, "fire3": 0.5}),
        ("conv1=0,fire3", {"conv1": 0.0, "fire3": 1.0}),
    ],
)
def test_layers_and_their_weights_are_read(text, weights):
    assert parse_layers(text, ("a", "b"), "style_layers") == weights


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("conv1,,fire3", "has the entry '', each must be a layer or layer=weight"),
        ("conv1=", "has the entry 'conv1='"),
        ("=2", "has the entry '=2'"),
        ("conv1=much", "has the entry 'conv1=much'"),
        ("conv1=-1", "has the entry 'conv1=-1'"),
        ("conv1=inf", "has the entry 'conv1=inf'"),
        ("conv1,conv1=2", "names the layer 'conv1' twice"),
        ("conv1=0,fire3=0", "at least one weight must be above 0.*set style_weight to 0"),
    ],
)
def test_bad_layers_are_a_clear_error(text, message):
    with pytest.raises(ValueError, match=f"style_layers .*{message}"):
        parse_layers(text, ("a",), "style_layers")


@pytest.mark.parametrize(
    ("text", "shares"),
    [("", (0.5, 0.5)), ("0.7,0.3", (0.7, 0.3)), ("3, 1", (0.75, 0.25)), ("0,2", (0.0, 1.0))],
)
def test_shares_add_up_to_one(text, shares):
    assert parse_shares(text, 2) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1", "1 numbers, it must have 2"),
        ("1,2,3", "3 numbers, it must have 2"),
        ("1,x", "must be at least 0 with a sum above 0"),
        ("2,-1", "must be at least 0 with a sum above 0"),
        ("0,0", "must be at least 0 with a sum above 0"),
        ("1,inf", "must be at least 0 with a sum above 0"),
    ],
)
def test_bad_shares_are_a_clear_error(text, message):
    with pytest.raises(ValueError, match=f"style_blend is '{text}'.*{message}"):
        parse_shares(text, 2)
