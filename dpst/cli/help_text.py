"""The text of `--help`: the flags that most runs need first; of `--helpfull`: all, in groups."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterable, Iterator

from absl import flags

from dpst.cli.flags import FILE_FLAGS
from dpst.config import METHODS, TransferConfig

USAGE = """dpst: give a photo the look of another photo, and keep it a photo.

  dpst photo.jpg style.jpg result.png
  dpst --content_image=C --style_image=S --output_image=O [--content_labels=CL --style_labels=SL]
  dpst --content_image=C --apply_look=look.npz --output_image=O
  dpst --method=semantic --content_labels=DOODLE --style_image=S --style_labels=SL \\
       --output_image=O
  dpst --jobs=jobs.csv --output_dir=D
  dpst studio [--host=127.0.0.1] [--port=7860]     a page in the browser

`python run.py` and `python -m dpst` are the same as `dpst`.
"""

MOST_USED = (
    "content_image",
    "style_image",
    "output_image",
    "content_labels",
    "style_labels",
    "method",
    "quality",
    "preview",
    "report_dir",
    "jobs",
)
"""The flags that `--help` explains."""

_WIDTH = 100


def short_help(values: flags.FlagValues) -> str:
    """Return the usage, the flags that are used most, and the names of the others."""
    lines = [USAGE, "Most used:", *_rows(values, MOST_USED)]
    for title, names in _groups(values):
        text = ", ".join(name for name in names if name not in MOST_USED)
        lines += ["", f"{title}:", *_indented(text, "  ")]
    return "\n".join((*lines, "", "All flags are explained by --helpfull."))


def full_help(values: flags.FlagValues) -> str:
    """Return the usage, and what each flag does, in groups."""
    lines = [USAGE, "Boolean flags also as --noNAME. Most used:", *_rows(values, MOST_USED)]
    for title, names in _groups(values):
        rest = [name for name in names if name not in MOST_USED]
        lines += ["", f"{title}:", *_rows(values, rest)]
    return "\n".join(lines)


def _groups(values: flags.FlagValues) -> Iterator[tuple[str, list[str]]]:
    """Yield titles and the names of all flags: files, batches, settings by method, and the rest."""
    batch = [row.name for row in FILE_FLAGS if row.role == "batch"]
    files = [row.name for row in FILE_FLAGS if row.role != "batch"]
    settings = {
        field.name: field.metadata["methods"] for field in dataclasses.fields(TransferConfig)
    }
    others = sorted(set(values) - {*batch, *files, *settings})
    yield "Files and folders", files
    yield "Batches", batch
    yield "Settings of all methods", [name for name, only in settings.items() if not only]
    for number in range(1, len(METHODS)):
        groups = {only for only in settings.values() if len(only) == number}
        for group in sorted(groups):
            names = [name for name, only in settings.items() if only == group]
            yield f"Settings of {' and '.join(group)}", names
    yield "How to run", others


def _rows(values: flags.FlagValues, names: Iterable[str]) -> Iterator[str]:
    """Yield the lines that explain some flags."""
    for name in names:
        flag = values[name]
        default = "" if flag.default in (None, False) else f" [{flag.default_unparsed}]"
        yield f"  --{name}{default}"
        yield from _indented(flag.help, "      ")


def _indented(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)
