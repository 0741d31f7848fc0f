"""A run in a thread: updates in order, the newest for a slow reader, stopping, errors."""

import threading

import pytest

from dpst.studio.live_run import LiveRun


def test_updates_come_in_order_and_the_result_at_the_end() -> None:
    is_read = threading.Semaphore(1)

    def work(report):
        for number in range(5):
            is_read.acquire()
            report(number)
        return "done"

    run = LiveRun(work)
    seen = []
    for number in run.updates():
        seen.append(number)
        is_read.release()
    assert seen == [0, 1, 2, 3, 4]
    assert run.result() == "done"


def test_slow_reader_gets_the_newest_update() -> None:
    is_over = threading.Event()

    def work(report):
        report("first")
        is_read.wait()
        for number in range(10):
            report(number)
        is_over.set()
        return "done"

    is_read = threading.Event()
    run = LiveRun(work)
    updates = run.updates()
    assert next(updates) == "first"
    is_read.set()
    assert is_over.wait(10)
    assert next(updates) == 9
    assert list(updates) == [] and run.result() == "done"


def test_stop_reaches_the_work() -> None:
    def work(report):
        number = 0
        while not report(number):
            number += 1
        return "stopped"

    run = LiveRun(work)
    for _ in run.updates():
        run.stop()
    assert run.result() == "stopped"


def test_reader_that_goes_away_stops_the_work() -> None:
    ended = []

    def work(report):
        while not report(0):
            pass
        ended.append(True)
        return "stopped"

    updates = LiveRun(work).updates()
    next(updates)
    updates.close()
    assert ended == [True]


def test_error_of_the_work_reaches_the_reader() -> None:
    def work(report):
        report(1)
        raise ValueError("no segments")

    run = LiveRun(work)
    with pytest.raises(ValueError, match="no segments"):
        list(run.updates())
    with pytest.raises(ValueError, match="no result yet"):
        run.result()
