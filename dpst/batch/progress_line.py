"""Progress of a batch: a bar over its jobs, and where the present job stands."""

from __future__ import annotations

import time
from typing import IO, TYPE_CHECKING

from dpst.batch.outcome import DONE, Outcome

if TYPE_CHECKING:
    from dpst.solving.progress import Progress

_BAR_LENGTH = 20


class BatchLine:
    """Progress over jobs and within them: a line of text for each job that ends.

    On a terminal one more line renews itself: a bar, the time left, and the present solve.
    """

    def __init__(self, num_jobs: int, stream: IO[str]) -> None:
        """Start with no job done.

        Args:
            num_jobs: number of jobs of the batch.
            stream: where it is shown; other output that goes there meanwhile does no harm.
        """
        self._num_jobs = num_jobs
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._num_ended = 0
        self._start = time.monotonic()
        self._num_solved = 0

    def show(self, line: int, progress: Progress) -> None:
        """Show where the job of a line of the jobs file stands."""
        if not self._is_terminal:
            return
        from dpst.solving.progress import progress_text  # TensorFlow is loaded by now.

        full = _BAR_LENGTH * self._num_ended // self._num_jobs
        bar = "#" * full + "." * (_BAR_LENGTH - full)
        self._print(
            f"dpst: [{bar}] {self._num_ended} of {self._num_jobs}{self._left()}; "
            f"line {line}: {progress_text(progress)}",
            end="",
        )

    def finish(self, outcome: Outcome) -> None:
        """Say how a job ended; one that was solved counts for the time left."""
        job, status = outcome.job, outcome.status
        self._num_ended += 1
        self._num_solved += status == DONE
        what = f"{job.output} {status}" if job.output else status
        self._print(
            f"dpst: {self._num_ended} of {self._num_jobs}{self._left()}: line {job.line}: {what}"
            + (f": {outcome.error}" if outcome.error else "")
        )

    def close(self) -> None:
        """Clear the line that renews itself."""
        if self._is_terminal:
            self._print("", end="")

    def _left(self) -> str:
        num_left = self._num_jobs - self._num_ended
        if not self._num_solved or not num_left:
            return ""
        seconds = (time.monotonic() - self._start) / self._num_solved * num_left
        return f", about {seconds / 60:.0f} min left" if seconds > 90 else f", {seconds:.0f} s left"

    def _print(self, text: str, end: str = "\n") -> None:
        start = "\r\x1b[K" if self._is_terminal else ""
        print(f"{start}{text}", end=end, file=self._stream, flush=True)
