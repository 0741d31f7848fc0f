"""A size at which the coarse levels of a photo are small."""

import pytest

from dpst.solving import levels


@pytest.fixture
def two_levels(monkeypatch):
    """Photos of more than 64 px are solved at two levels."""
    monkeypatch.setattr(levels, "MIN_LEVEL_SIDE", 32)
