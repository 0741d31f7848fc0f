"""What the flags of a job are for: which name files to read, and which files to write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_CLASS_NAMES_SUFFIX = ".classes.txt"  # of the file beside a segmentation model


@dataclass(frozen=True)
class FlagRoles:
    """Names of flags by what a batch must know of them; of the other flags it knows nothing.

    Attributes:
        inputs: the value is the path of a file to read, or a list of such paths.
        inputs_or_names: the value is the path of a file to read, or a name.
        outputs: the value is the path of a file or folder to write.
        not_of_the_result: the value does not change the result.
        files_within: the names of the files that are written into the folder of an output.
    """

    inputs: tuple[str, ...] = ()
    inputs_or_names: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    not_of_the_result: tuple[str, ...] = ()
    files_within: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """Names of all flags that may name a file."""
        return (*self.inputs, *self.inputs_or_names, *self.outputs)

    def read_paths(self, flags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield name and path of all files that flags may name to be read; not all need exist.

        Args:
            flags: values of flags by name.
        """
        for name in (*self.inputs, *self.inputs_or_names):
            text = flags.get(name, "")
            if text:
                yield name, text
            if "," in text or "=" in text:
                for part in text.split(","):  # several files, or masks by name
                    if path := part.rpartition("=")[2].strip():
                        yield name, path
            if text and name == "segmentation_model":
                yield name, os.path.splitext(text)[0] + _CLASS_NAMES_SUFFIX

    def written_paths(self, flags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield name and path of all files and folders that flags name to be written.

        Args:
            flags: values of flags by name.
        """
        for name in self.outputs:
            if text := flags.get(name, ""):
                yield name, text
                for file in self.files_within.get(name, ()):
                    yield name, os.path.join(text, file)
