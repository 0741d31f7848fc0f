"""A transfer in a thread of its own, whose progress another thread reads as it comes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

UpdateT = TypeVar("UpdateT")
ResultT = TypeVar("ResultT")


class LiveRun(Generic[UpdateT, ResultT]):
    """Runs a function in a thread and hands on what it reports.

    Args:
        work: is called in the thread with a function `report(update)`, which returns True once the
            run is to stop early; what it returns is the result.
    """

    def __init__(self, work: Callable[[Callable[[UpdateT], bool]], ResultT]) -> None:
        """Keep the function; nothing runs yet."""
        self._work = work
        self._is_stopped = threading.Event()
        self._updates: queue.Queue[UpdateT | None] = queue.Queue()
        self._result: ResultT | None = None
        self._error: BaseException | None = None

    def updates(self) -> Iterator[UpdateT]:
        """Start, and yield what is reported until the run is over; call it once.

        A reader that is slower than the run gets the latest update. If it goes away, the run stops.

        Raises:
            Exception: whatever the work raised.
        """
        thread = threading.Thread(target=self._run, name="dpst-run", daemon=True)
        thread.start()
        try:
            while (update := self._latest()) is not None:
                yield update
        finally:
            self.stop()
            thread.join()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End early, with the best so far."""
        self._is_stopped.set()

    def result(self) -> ResultT:
        """What the work returned, once `updates` has ended.

        Raises:
            ValueError: it has not.
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
            self._updates.put(None)

    def _report(self, update: UpdateT) -> bool:
        self._updates.put(update)
        return self._is_stopped.is_set()

    def _latest(self) -> UpdateT | None:
        """The newest update, after waiting for one; None at the end."""
        update = self._updates.get()
        while update is not None and not self._updates.empty():
            following = self._updates.get()
            if following is None:
                self._updates.put(None)
                return update
            update = following
        return update
