"""The exit statuses of the command line, which are a contract."""

DONE, BAD_INPUT, SOME_FAILED, INTERRUPTED = 0, 1, 2, 130
