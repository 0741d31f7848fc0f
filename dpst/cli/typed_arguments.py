"""The command line as it is typed: short forms, and paths without flags, as flags."""

from __future__ import annotations

import os
from collections.abc import Sequence

PATH_FLAGS = ("content_image", "style_image", "output_image")
"""The flags that paths without a flag stand for, in order."""

SHORT_FORMS = {"-h": "--help"}


def as_flags(arguments: Sequence[str], rest: Sequence[str]) -> list[str]:
    """Return the arguments of a command line that mean the same and are all flags.

    Args:
        arguments: program name and what was typed.
        rest: those of them that are not flags, in order.

    Returns:
        The program name and flags. Paths that are not three are left as they are, to be refused.
    """
    typed = [SHORT_FORMS.get(argument, argument) for argument in arguments]
    if len(rest) != len(PATH_FLAGS):
        return typed
    paths = list(rest)
    flags = []
    for argument in typed[1:]:
        if paths and argument == paths[0]:
            paths.pop(0)
        else:
            flags.append(argument)
    named = [f"--{name}={path}" for name, path in zip(PATH_FLAGS, rest, strict=True)]
    return [typed[0], *flags, *named]


def is_same_file(path: str, other: str) -> bool:
    """Return whether two paths lead to one existing file.

    Args:
        path: a path; the file need not exist.
        other: another.
    """
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)
