"""Try forged files and requests: python -m tests.fuzz [--count=2000] [--seed=0] [KIND ...]."""

import argparse
import time

from tests.fuzz import KINDS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; all")
    parser.add_argument("--count", type=int, default=2000, help="cases of each kind")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.kinds) - KINDS.keys())
    if unknown:
        parser.error(f"unknown kinds {', '.join(unknown)}, must be among {', '.join(KINDS)}")
    for kind in arguments.kinds or KINDS:
        start = time.monotonic()
        KINDS[kind](arguments.count, arguments.seed)
        print(f"{kind}: {arguments.count} cases held, {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
