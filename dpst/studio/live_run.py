"""A run in a thread of its own, whose progress another thread reads as it comes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

UpdateT = TypeVar("UpdateT")
ResultT = TypeVar("ResultT")


class LiveRun(Generic[UpdateT, ResultT]):
    """A function that runs in a thread, and what it reports.

    Args:
        work: called in the thread with a function `report(update)`, which returns True once the
            run should stop early; what `work` returns is the result.
    """

    def __init__(self, work: Callable[[Callable[[UpdateT], bool]], ResultT]) -> None:
        """Keep the function; run nothing yet."""
        self._work = work
        self._is_stopped = threading.Event()
        self._changed = threading.Condition()
        self._news: list[UpdateT] = []  # the newest update, until it is read
        self._is_over = False
        self._result: ResultT | None = None
        self._error: BaseException | None = None

    def updates(self) -> Iterator[UpdateT]:
        """Start the run, and yield what it reports until it is over; call it once.

        A reader that is slower than the run gets only the newest update. If it goes away, the run
        stops.

        Yields:
            The updates.

        Raises:
            Exception: the work raised it.
        """
        thread = threading.Thread(target=self._run, name="dpst-run", daemon=True)
        thread.start()
        try:
            while news := self._wait():
                yield news[0]
        finally:
            self.stop()
            thread.join()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End early, with the best so far."""
        self._is_stopped.set()

    def result(self) -> ResultT:
        """Return what the work returned, once `updates` has ended.

        Raises:
            ValueError: `updates` has not ended, or the work raised an error.
        """
        if self._result is None:
            raise ValueError("the run has no result yet, updates() must have ended: read it first.")
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work(self._report)
        except Exception as error:
            self._error = error
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify()

    def _report(self, update: UpdateT) -> bool:
        with self._changed:
            self._news = [update]
            self._changed.notify()
        return self._is_stopped.is_set()

    def _wait(self) -> list[UpdateT]:
        """Wait for an update and return the newest; return an empty list at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._news or self._is_over)
            news, self._news = self._news, []
        return news
