"""The command line: flags to a pair or a batch, and one clear line for bad input.

TensorFlow is imported only after everything that can be checked without it has been.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from absl import flags

from dpst.batch.exit_status import ExitStatus
from dpst.cli.flags import define_flags, with_present_names
from dpst.cli.help_text import full_help, short_help
from dpst.cli.progress_line import NoProgress, ProgressLine
from dpst.cli.run_jobs import run_jobs
from dpst.cli.run_pair import Surroundings, run_pair
from dpst.cli.typed_arguments import take_paths, with_decimal_point, with_long_forms
from dpst.messages import one_line
from dpst.version import __version__

if TYPE_CHECKING:
    from dpst.extractors import Extractor


def main(argv: Sequence[str]) -> int:
    """Run the command line.

    Args:
        argv: program name, flags, and paths without flags.

    Returns:
        Exit status: 0 done, 1 bad input (said in one line on standard error, no output file),
        2 some jobs of a batch failed, 130 interrupted before there was a result.
    """
    values = define_flags()
    try:
        if argv[1:2] == ["studio"]:
            from dpst.studio.launch import launch

            return launch(argv[1:])
        rest = values(with_present_names(with_long_forms(argv)))[1:]
        if text := _asked_for(values):
            print(text)
            return ExitStatus.DONE
        if len(argv) == 1:
            print(short_help(values), file=sys.stderr)
            return ExitStatus.BAD_INPUT
        rest = take_paths(values, rest)
        with _quiet() if values.quiet else contextlib.nullcontext():
            if values.jobs:
                return run_jobs(values, rest)
            reporter = NoProgress() if values.quiet else ProgressLine(sys.stderr.isatty())
            return run_pair(values, rest, Surroundings(_load_extractor, reporter))
    except flags.Error as error:
        print(f"dpst: error: {one_line(with_decimal_point(error, argv))}", file=sys.stderr)
        return ExitStatus.BAD_INPUT
    except (ValueError, OSError, FloatingPointError, ImportError) as error:
        print(f"dpst: error: {one_line(error)}", file=sys.stderr)
        return ExitStatus.BAD_INPUT
    except MemoryError:
        print("dpst: error: there is too little memory: lower --solve_size.", file=sys.stderr)
        return ExitStatus.BAD_INPUT
    except KeyboardInterrupt:
        print("dpst: interrupted before there was a result; nothing was written.", file=sys.stderr)
        return ExitStatus.INTERRUPTED


def _asked_for(values: flags.FlagValues) -> str:
    """Return the text that the flags ask for instead of a run; "" for a run."""
    if values.version:
        return f"dpst {__version__}"
    if values.helpfull:
        return full_help(values)
    return short_help(values) if values.help else ""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what is printed on standard output."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def _load_extractor(name: str, weights: str | None, pooling: str) -> Extractor:
    from dpst.extractors import load_extractor

    return load_extractor(name, weights, pooling)
