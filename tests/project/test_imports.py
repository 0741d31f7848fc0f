"""Which module may import which, and that importing does nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

# Seven layers, the top first: a room imports only from layers below its own.
LAYERS = """
7 run cli dpst
6 batch studio pair_dataset
5 stylizer callbacks pair_run report
4 methods
3 solving looks
2 extractors losses metrics optimizers segmentation
1 images files matting config setting_lists messages shared_trace quiet_startup version
"""

# The only arrows within a layer. The face of the package, `dpst`, hands names on.
SIDEWAYS = {
    "run": {"cli"},
    "pair_run": {"callbacks", "report"},
    "stylizer": {"callbacks"},
    "images": {"files", "messages"},
    "files": {"messages"},
    "setting_lists": {"messages"},
    "config": {"messages"},
}
LAYER_OF = {
    room: int(number)
    for number, *rooms in map(str.split, LAYERS.strip().splitlines())
    for room in rooms
}


def modules() -> dict[str, Path]:
    """All modules of the library by name, `run` included."""
    paths = [*ROOT.glob("dpst/**/*.py"), *ROOT.glob("matting/**/*.py"), *ROOT.glob("run.py")]
    names = {}
    for path in paths:
        parts = path.relative_to(ROOT).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


MODULES = modules()


def room_of(module: str) -> str:
    """The package or module right below `dpst`, or `matting`, `run` or `dpst` itself."""
    return module.removeprefix("dpst.").split(".")[0]


def imported_modules(module: str) -> Iterator[str]:
    """Modules of the library that a module imports anywhere in its text, also in functions."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; name the package."
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else str(node.module) for name in full]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in ("dpst", "matting", "run"))


def test_all_modules_are_found() -> None:
    assert {"dpst", "matting", "dpst.losses.gram", "matting.stencil"} <= MODULES.keys()
    assert set(imported_modules("dpst.losses.photorealism")) == {"matting"}
    assert "dpst.images" in set(imported_modules("dpst.segmentation.guidance"))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_one_way(module: str) -> None:
    room = room_of(module)
    assert room in LAYER_OF, f"{room} is new: give it a layer in this test."
    for imported in imported_modules(module):
        other = room_of(imported)
        assert other in LAYER_OF, f"{module} imports {imported}, which does not exist."
        is_below = LAYER_OF[other] < LAYER_OF[room]
        is_allowed = other == room or other in SIDEWAYS.get(room, ())
        assert is_below or is_allowed, f"{module} imports {imported}."


@pytest.mark.parametrize("package", ["dpst", "matting"])
def test_import_prints_nothing_and_creates_nothing(package: str, tmp_path: Path) -> None:
    # All public names, since some are loaded when first used. -B: the interpreter's own bytecode
    # is not the package's doing.
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import {package}
loads_tensorflow = "tensorflow" in sys.modules
for name in {package}.__all__:
    getattr({package}, name)
sys.exit(3 if {package!r} == "dpst" and loads_tensorflow else 0)
"""
    result = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode != 3, "`import dpst` loads TensorFlow before it is needed."
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []
