"""One job of a batch: the flags of a pair, from one row of the jobs file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dpst.batch.flag_roles import FlagRoles

RECORD_SUFFIX = ".job.json"


@dataclass(frozen=True)
class Job:
    """One row of a jobs file.

    Attributes:
        line: the line of the file that it ends on, counted from 1.
        flags: its flags by name, those that hold for all rows included; their paths are ready to be
            used.
        error: what is wrong with the row itself; "" where nothing is.
        roles: which of the flags name files.
    """

    line: int
    flags: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    roles: FlagRoles = FlagRoles()

    @property
    def output(self) -> str:
        """Path of the output image."""
        return self.flags.get("output_image", "")

    @property
    def output_paths(self) -> dict[str, Path]:
        """Paths of all files and folders that it writes, by flag."""
        return {name: Path(self.flags[name]) for name in self.roles.outputs if name in self.flags}

    @property
    def record(self) -> str:
        """Path of its record: its output image's with `RECORD_SUFFIX` appended."""
        return self.output + RECORD_SUFFIX
