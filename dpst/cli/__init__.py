"""The command line: flags to a transfer, with progress, and one clear line for bad input."""

import gc
import sys
from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Run the command line, see `dpst.cli.cli.main`.

    Args:
        argv: program name, flags, and paths without flags.

    Returns:
        Exit status.
    """
    from dpst.cli.cli import main

    return main(argv)


def run() -> int:
    """Call `main` with the arguments of the process, as `run.py` and the command `dpst` do.

    What is waited for is told at once where somebody waits: on a terminal. A standard stream that
    fails costs no result; a text that was asked for and could not be written is an error.
    """
    from dpst.batch.exit_status import ExitStatus
    from dpst.cli.lasting_streams import lasting_streams

    arguments = set(sys.argv[1:])
    is_text = bool({"-h", "--help", "--helpfull", "-V", "--version"} & arguments)
    with lasting_streams() as (out, err):
        if arguments and not is_text and not {"-q", "--quiet"} & arguments and err.isatty():
            print("dpst: starting", file=err, flush=True)
        status = main(sys.argv)
        gc.freeze()  # An end without a last look through all that TensorFlow has made is shorter.
        out.flush()
        if is_text and out.error and not isinstance(out.error, BrokenPipeError):
            return ExitStatus.BAD_INPUT
        return status
