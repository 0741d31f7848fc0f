"""What the flags of a job are for: which name files to read, and which files to write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FlagRoles:
    """Names of flags by what a batch must know of them; of the other flags it knows nothing.

    Attributes:
        inputs: the value is the path of a file to read, or a list of such paths.
        inputs_or_names: the value is the path of a file to read, or a name.
        outputs: the value is the path of a file or folder to write.
        not_of_the_result: the value does not change the result.
    """

    inputs: tuple[str, ...] = ()
    inputs_or_names: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    not_of_the_result: tuple[str, ...] = ()
