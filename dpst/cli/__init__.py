"""The command line: flags to a transfer, with progress, and one clear line for bad input."""

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

    What is waited for is told at once where somebody waits: on a terminal.
    """
    texts = {"-h", "--help", "--helpfull", "-V", "--version"}
    is_run = len(sys.argv) > 1 and not {"-q", "--quiet", *texts} & set(sys.argv)
    if is_run and sys.stderr.isatty():
        print("dpst: starting", file=sys.stderr, flush=True)
    return main(sys.argv)
