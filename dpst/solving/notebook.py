"""Progress in a notebook, where nobody sees a terminal."""

import sys

from dpst.solving.progress import Progress, progress_text


def is_notebook() -> bool:
    """Return whether the interpreter is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return type(shell).__name__ == "ZMQInteractiveShell"


class NotebookBar:
    """A bar in one line of a cell's output that renews itself."""

    _WIDTH = 30

    def __call__(self, progress: Progress) -> None:
        """Show where a solve stands."""
        done = progress.level + progress.evaluations / max(progress.max_evaluations, 1)
        filled = round(self._WIDTH * min(done / progress.num_levels, 1.0))
        bar = "█" * filled + "░" * (self._WIDTH - filled)
        print(f"\r{bar} {progress_text(progress)}    ", end="", flush=True)
