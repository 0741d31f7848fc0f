"""The command line: flags to a transfer, with progress, and one clear line for bad input."""

from dpst.cli.cli import main, run

__all__ = ["main", "run"]
