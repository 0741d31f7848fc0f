"""The wording that messages share, so that one fault is told in the same words everywhere."""

import difflib
from collections.abc import Iterable


def one_line(error: BaseException, limit: int | None = None) -> str:
    """Return the text of an error in one line, or the error's kind where it has no text.

    Args:
        error: what was raised.
        limit: characters to keep; None for all.
    """
    return " ".join(str(error).split())[:limit] or type(error).__name__


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean 'NAME'` for the closest known name, or "" where none is close.

    Args:
        name: the name that is unknown.
        known: the names that exist.
    """
    close = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {close[0]!r}" if close else ""


def needs_package(what: str, package: str, extra: str, error: ImportError, remedy: str = "") -> str:
    """Return the message for an optional package that is not installed.

    Args:
        what: what needs it, e.g. "records for TensorBoard".
        package: its name on the package index.
        extra: the extra of this project that installs it.
        error: why it cannot be imported.
        remedy: what else would help, a clause; "" for nothing.
    """
    remedy = f", or {remedy}" if remedy else ""
    reason = f"{what} needs the package {package} ({one_line(error)})"
    return f'{reason}: pip install -e ".[{extra}]"{remedy}.'


def check_both(**values: object) -> None:
    """Check that two values that belong together are both given, or neither.

    Args:
        **values: the two by name; None is not given.

    Raises:
        ValueError: one is missing.
    """
    missing = [name for name, value in values.items() if value is None]
    if len(missing) == 1:
        other = next(name for name in values if name not in missing)
        raise ValueError(
            f"{missing[0]} is missing, it must be given where {other} is: give both, or neither."
        )
