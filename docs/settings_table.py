"""MkDocs hook: the table of all settings, from the fields of `TransferConfig`."""

import dataclasses
from typing import Any

from dpst.config import TransferConfig

MARKER = "<!-- settings -->"


def on_page_markdown(markdown: str, **options: Any) -> str:
    """Put the table in the place of its marker."""
    return markdown.replace(MARKER, settings_table()) if MARKER in markdown else markdown


def settings_table() -> str:
    """Return a table with a row for each setting: its flag, default, methods and what it does."""
    rows = ["| flag | default | methods | what it does |", "|---|---|---|---|"]
    rows += [_row(field) for field in dataclasses.fields(TransferConfig)]
    return "\n".join(rows)


def _row(field: dataclasses.Field) -> str:
    metadata = field.metadata
    default = "by method" if metadata["by_method"] else f"`{field.default!r}`"
    if field.default is None and not metadata["by_method"]:
        default = "by quality"
    methods = metadata["methods"]
    # The help text ends in the methods, which have a column here.
    text = metadata["help"].removesuffix(f" Method: {' and '.join(methods)}.").replace("|", "\\|")
    if metadata["choices"]:
        choices = ", ".join(f"`{choice}`" for choice in metadata["choices"] if choice)
        text += f" One of: {choices}."
    return f"| `--{field.name}` | {default} | {', '.join(methods) or 'all'} | {text} |"
