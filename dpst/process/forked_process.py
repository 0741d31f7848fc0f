"""Processes forked after TensorFlow had begun to work, in which it would wait for ever."""

from __future__ import annotations

import os
import sys

_forked_at_work: list[bool] = []


def check_process() -> None:
    """Check, where work begins, that TensorFlow can work in this process.

    Raises:
        ChildProcessError: this process is a fork of one in which TensorFlow has worked: its threads
            are not there, and the first computation would wait for them for ever.
    """
    if _forked_at_work:
        raise ChildProcessError(
            "this process was forked from one that has used TensorFlow, which cannot work in it: "
            "start processes by multiprocessing.get_context('spawn'), or before the first transfer."
        )


def _note_fork() -> None:
    """Keep, in a new child, whether its parent's TensorFlow had begun to work."""
    context = getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)
    if getattr(context, "_context_handle", None) is not None:
        _forked_at_work.append(True)


# The one thing done at import: once a child works, nothing tells whose the runtime was.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)
