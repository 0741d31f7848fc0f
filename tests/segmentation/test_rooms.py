"""Which rooms of the segmentation may import which."""

from __future__ import annotations

import pytest

from tests.project.test_imports import MODULES, imported_modules

HOME = "dpst.segmentation"

# The lowest first; guidance and parsing lie beside the label maps.
FORBIDDEN = {
    "label_maps": ("finding", "pairing"),
    "guidance": ("finding", "pairing"),
    "parsing": ("label_maps", "finding", "pairing"),
    "finding": ("pairing",),
    "pairing": ("finding",),
}


@pytest.mark.parametrize("room", FORBIDDEN)
def test_imports_between_rooms_point_one_way(room: str) -> None:
    modules = [module for module in MODULES if f"{module}.".startswith(f"{HOME}.{room}.")]
    assert modules
    for module in modules:
        for imported in imported_modules(module):
            for other in FORBIDDEN[room]:
                assert not imported.startswith(f"{HOME}.{other}"), f"{module} imports {imported}."
