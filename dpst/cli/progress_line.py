"""Progress of a solve on a terminal, in a log, or nowhere."""

import sys

from dpst.solving.progress import Progress, progress_text


class ProgressLine:
    """Progress on standard error: one line that renews itself on a terminal, else plain lines."""

    def __init__(self, is_terminal: bool) -> None:
        """Start with nothing shown."""
        self._is_terminal = is_terminal

    def __call__(self, progress: Progress) -> None:
        """Show where a solve stands."""
        line = f"dpst: {progress_text(progress)}"
        if self._is_terminal:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line that renews itself."""
        if self._is_terminal:
            print(file=sys.stderr)


class NoProgress:
    """Shows nothing."""

    def __call__(self, progress: Progress) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Do nothing."""
