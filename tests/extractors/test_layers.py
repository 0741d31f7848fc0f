"""The layers that several networks are made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dpst.extractors import Extractor, SqueezeNetExtractor, VGG19Extractor


@pytest.mark.parametrize("build", [VGG19Extractor, SqueezeNetExtractor])
def test_unknown_pooling_is_an_error(build: Callable[..., Extractor]) -> None:
    with pytest.raises(ValueError, match="pooling must be one of max, average, got 'mean'"):
        build(pooling="mean")
