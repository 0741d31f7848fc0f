"""Which module may import which, and that importing does nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Bottom first: a unit imports only from lower layers, never from its siblings. A unit is a package
# or a module right below `dpst`, or `matting` as a whole.
LAYERS = (
    (
        "dpst.whole_file",
        "dpst.digest",
        "dpst.regular_file",
        "dpst.quiet_startup",
        "dpst.shared_trace",
    ),
    ("matting", "dpst.images", "dpst.config", "dpst.model_files", "dpst.weight_lists"),
    ("dpst.extractors", "dpst.losses", "dpst.optimizers", "dpst.segmentation", "dpst.metrics"),
    ("dpst.color_matching", "dpst.kept_segments", "dpst.style_terms"),
    ("dpst.semantic_plan", "dpst.style_copies", "dpst.style_plan"),
    ("dpst.color_preservation", "dpst.inputs", "dpst.look", "dpst.objective"),
    ("dpst.image_terms", "dpst.painted_picture", "dpst.checkpoint"),
    ("dpst.artistic", "dpst.photo", "dpst.semantic"),
    ("dpst.pyramid",),
    ("dpst.painting", "dpst.transfer_result"),
    ("dpst.semantic_painting",),
    ("dpst.transfer", "dpst.callbacks"),
    ("dpst.stylizer",),
    ("dpst.pairs",),
    ("dpst",),
    ("dpst.report", "dpst.progress_line", "dpst.color_lut", "dpst.memory", "dpst.jobs_file"),
    ("dpst.batch_line", "dpst.job_record"),
    ("dpst.run_checkpoint", "dpst.run_flags"),
    ("dpst.loss_chart",),
    ("dpst.report_page",),
    ("dpst.picture_report",),
    ("dpst.job_run",),
    ("dpst.cluster",),
    ("dpst.batch", "dpst.studio"),
    ("dpst.cli",),
    ("run",),
)
LAYER_OF = {unit: layer for layer, units in enumerate(LAYERS) for unit in units}


def modules() -> dict[str, Path]:
    """All modules of the library by name, `run` included."""
    paths = [*ROOT.glob("dpst/**/*.py"), *ROOT.glob("matting/**/*.py"), *ROOT.glob("run.py")]
    names = {}
    for path in paths:
        parts = path.relative_to(ROOT).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


MODULES = modules()


def unit_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "dpst" else parts[0]


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
    assert {"dpst", "matting", "dpst.losses.gram", "matting.laplacian"} <= MODULES.keys()
    assert set(imported_modules("dpst.losses.photorealism")) == {"matting"}
    assert "dpst.images" in set(imported_modules("dpst.segmentation.guidance"))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_one_way(module: str) -> None:
    unit = unit_of(module)
    assert unit in LAYER_OF, f"{unit} is new: give it a layer in this test."
    for imported in imported_modules(module):
        other = unit_of(imported)
        assert other in LAYER_OF, f"{module} imports {imported}, which does not exist."
        assert other == unit or LAYER_OF[other] < LAYER_OF[unit], f"{module} imports {imported}."


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
