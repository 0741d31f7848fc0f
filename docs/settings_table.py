"""MkDocs hook: the table of all settings, from the fields of `TransferConfig`."""

import dataclasses
from typing import Any

from dpst.config import TransferConfig

MARKER = "<!-- settings -->"


def on_page_markdown(markdown: str, **options: Any) -> str:
    """Puts the table in the place of its marker."""
    return markdown.replace(MARKER, settings_table()) if MARKER in markdown else markdown


def settings_table() -> str:
    """One row a setting: its flag, its default, what it does."""
    rows = ["| flag | default | what it does |", "|---|---|---|"]
    for field in dataclasses.fields(TransferConfig):
        default = "by method" if field.metadata["by_method"] else f"`{field.default!r}`"
        if field.default is None and not field.metadata["by_method"]:
            default = "by size"
        text = field.metadata["help"].replace("|", "\\|")
        if field.metadata["choices"]:
            choices = ", ".join(f"`{choice}`" for choice in field.metadata["choices"] if choice)
            text += f" One of: {choices}."
        rows.append(f"| `--{field.name}` | {default} | {text} |")
    return "\n".join(rows)
