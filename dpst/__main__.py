"""`python -m dpst`: the command line."""

import sys

from dpst.cli import run

if __name__ == "__main__":
    sys.exit(run())
