"""The command line: flags to a pair or a batch, and one clear line for bad input.

TensorFlow is imported only after everything that can be checked without it has been.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from absl import flags

from dpst.batch.exit_status import ExitStatus
from dpst.cli.flags import define_flags, with_present_names
from dpst.cli.progress_line import ProgressLine
from dpst.cli.run_jobs import run_jobs
from dpst.cli.run_pair import Surroundings, run_pair
from dpst.cli.typed_arguments import PATH_FLAGS, as_flags
from dpst.messages import one_line
from dpst.version import __version__

if TYPE_CHECKING:
    from dpst.extractors import Extractor

USAGE = """dpst: give a photo the look of another photo, and keep it a photo.

  run.py photo.jpg style.jpg out.png
  run.py --content_image=C --style_image=S --output_image=O [--content_labels=CL --style_labels=SL]
  run.py --content_image=C --apply_look=look.npz --output_image=O
  run.py --method=semantic --content_labels=DOODLE --style_image=S --style_labels=SL \\
         --output_image=O
  run.py --jobs=jobs.csv --output_dir=D
  run.py studio [--host=127.0.0.1] [--port=7860]     a page in the browser

Flags (boolean ones also as --noNAME):
"""


def run() -> int:
    """Call `main` with the arguments of the process, as `run.py` and the command `dpst` do."""
    return main(sys.argv)


def main(argv: Sequence[str]) -> int:
    """Run the command line.

    Args:
        argv: program name and flags.

    Returns:
        Exit status: 0 done, 1 bad input (said in one line on standard error, no output file),
        2 some jobs of a batch failed, 130 interrupted before there was a result.
    """
    values = define_flags()
    try:
        if argv[1:2] == ["studio"]:
            from dpst.studio.launch import launch

            return launch(argv[1:])
        typed = with_present_names(as_flags(argv, ()))
        rest = values(typed)[1:]
        if len(rest) == len(PATH_FLAGS):
            values = define_flags()
            rest = values(as_flags(typed, rest))[1:]
        if values.version:
            print(f"dpst {__version__}")
            return ExitStatus.DONE
        if values.help or len(argv) == 1:
            print(USAGE + values.module_help("dpst"))
            return ExitStatus.DONE
        if values.jobs:
            return run_jobs(values, rest)
        reporter = ProgressLine(sys.stderr.isatty())
        return run_pair(values, rest, Surroundings(_load_extractor, reporter))
    except (flags.Error, ValueError, OSError, FloatingPointError, ImportError) as error:
        print(f"dpst: error: {one_line(error)}", file=sys.stderr)
        return ExitStatus.BAD_INPUT
    except MemoryError:
        print("dpst: error: there is too little memory: lower --solve_size.", file=sys.stderr)
        return ExitStatus.BAD_INPUT
    except KeyboardInterrupt:
        print("dpst: interrupted before there was a result; nothing was written.", file=sys.stderr)
        return ExitStatus.INTERRUPTED


def _load_extractor(name: str, weights: str | None, pooling: str) -> Extractor:
    from dpst.extractors import load_extractor

    return load_extractor(name, weights, pooling)
