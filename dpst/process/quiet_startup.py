"""TensorFlow loaded without what its libraries print."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_startup() -> Iterator[None]:
    """Hold back what TensorFlow's libraries print while they load; show it if that fails.

    They write to the file descriptor itself, before any setting of the log level is read.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        original = os.dup(2)
    except OSError:  # It is closed: nobody sees anything.
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(original, held_back.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
