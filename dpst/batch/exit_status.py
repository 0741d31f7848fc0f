"""What a command's exit status says."""

import enum


class ExitStatus(enum.IntEnum):
    """Exit statuses of the command line, of a single run as of a batch."""

    DONE = 0
    BAD_INPUT = 1
    SOME_FAILED = 2
    INTERRUPTED = 130
