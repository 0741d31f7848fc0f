"""Digests tell values apart, and nothing else."""

import itertools

import numpy as np
import pytest

from dpst.config import TransferConfig
from dpst.files.digest import digest, file_digest

VALUES = [
    ("ab", "c"),
    ("a", "bc"),
    (("a",), "bc"),
    ("a", None),
    ("a", "None"),
    (1,),
    (1.0,),
    (True,),
    (b"1",),
    ({"a": 1},),
    ({"a": 1, "b": 2},),
    (np.zeros((2, 3), np.float32),),
    (np.zeros((3, 2), np.float32),),
    (np.zeros((2, 3), np.float64),),
    (np.zeros((2, 3), np.int32),),
    (TransferConfig(),),
    (TransferConfig(seed=1),),
]


def test_different_values_have_different_digests():
    for first, second in itertools.combinations(VALUES, 2):
        assert digest(*first) != digest(*second)


def test_equal_values_have_equal_digests():
    image = np.random.default_rng(0).random((4, 6, 3))
    assert digest(image[:, ::2]) == digest(image[:, ::2].copy())
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest(TransferConfig(seed=0)) == digest(TransferConfig())
    assert digest([1, "a"]) == digest((1, "a"))


def test_value_without_a_digest_is_an_error():
    with pytest.raises(TypeError, match="object has no digest"):
        digest(object())
    with pytest.raises(TypeError, match="ndarray"):
        digest(np.array([object()]))


def test_file_has_the_digest_of_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_digest(tmp_path / "a").startswith("ba7816bf8f01cfea")
