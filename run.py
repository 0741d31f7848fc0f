#!/usr/bin/env python3
"""Command line of dpst: `python run.py --help`."""

import sys

from dpst.cli import run

if __name__ == "__main__":
    sys.exit(run())
