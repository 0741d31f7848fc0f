"""Which module may import which, and that importing does nothing else."""

from __future__ import annotations

import ast
import functools
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dpst
from dpst.config import METHODS

ROOT = Path(__file__).parent.parent.parent

# Seven layers, the top first: a room imports only from layers below its own.
LAYERS = """
7 __main__ run cli dpst
6 batch studio pairs
5 stylizer callbacks pair_run report
4 methods
3 solving looks
2 extractors losses metrics optimizers segmentation
1 images files matting config efforts setting_lists messages shared_trace process version
"""

# The only arrows within a layer. The face of the package, `dpst`, hands names on.
SIDEWAYS = {
    "__main__": {"cli"},
    "run": {"cli"},
    "pair_run": {"callbacks", "report"},
    "stylizer": {"callbacks"},
    "config": {"efforts"},
    "images": {"files", "messages"},
    "files": {"messages"},
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


@functools.cache
def imported_modules(module: str) -> tuple[str, ...]:
    """Modules of the library that a module imports anywhere in its text, also in functions."""
    return tuple(_imported_modules(module))


def _imported_modules(module: str) -> Iterator[str]:
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
    assert {"matting", "dpst.losses.image_loss"} <= set(
        imported_modules("dpst.losses.photorealism")
    )
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


def test_no_modules_import_each_other_in_a_circle() -> None:
    imports = {module: set(imported_modules(module)) & MODULES.keys() for module in MODULES}
    order = graphlib.TopologicalSorter(imports).static_order()
    assert len(list(order)) == len(MODULES)


def test_methods_do_not_know_each_other() -> None:
    for module in MODULES:
        homes = [home for home in METHODS.values() if f"{module}.".startswith(f"{home}.")]
        for imported in imported_modules(module) if homes else ():
            others = [home for home in METHODS.values() if imported.startswith(home)]
            assert set(others) <= set(homes), f"{module} imports {imported}."


@pytest.mark.parametrize("words", ["config.method", "isinstance(plan"])
def test_only_the_methods_ask_which_method_it_is(words: str) -> None:
    askers = [module for module in MODULES if words in MODULES[module].read_text(encoding="utf-8")]
    assert {room_of(module) for module in askers} <= {"methods"}


def test_few_modules_lie_flat() -> None:
    flat = [module for module in MODULES if module.startswith("dpst.") and module.count(".") == 1]
    modules = [module for module in flat if MODULES[module].name != "__init__.py"]
    assert len(modules) <= 12, modules


def test_public_names_of_the_package_stand_once() -> None:
    tree = ast.parse(MODULES["dpst"].read_text(encoding="utf-8"))
    names = [
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("dpst")
        for alias in node.names
    ]
    assert (
        sorted({*names, "Look"} - {"__version__", "Recoloring", "quiet_startup", "forked_process"})
        == dpst.__all__
    )


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
