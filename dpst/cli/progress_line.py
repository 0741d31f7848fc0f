"""Progress of a solve on a terminal or in a log."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dpst.solving.solve import Progress


def progress_text(progress: "Progress") -> str:
    """Where a solve stands, in words."""
    height, width = progress.image.shape[:2]
    text = f"level {progress.level + 1} of {progress.num_levels} ({width}x{height}): "
    if progress.loss is None:
        return text + "starting"
    text += f"evaluation {progress.evaluations} of {progress.max_evaluations}"
    text += f", loss {progress.loss:.4f}"
    if progress.seconds_left is None:
        return text
    return f"{text}, about {progress.seconds_left:.0f} s left"


class ProgressLine:
    """Progress on standard error: one line that renews itself on a terminal, else plain lines."""

    def __init__(self, is_terminal: bool) -> None:
        """Start with nothing shown."""
        self._is_terminal = is_terminal

    def __call__(self, progress: "Progress") -> None:
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
