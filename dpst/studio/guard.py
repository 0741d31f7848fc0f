"""What stands between the network and the page: each request passes here first."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path
from typing import Any

from dpst.studio.own_files import OwnFilesOnly
from dpst.studio.own_site import OwnSiteOnly
from dpst.studio.safe_answers import SafeAnswers
from dpst.studio.stored_files import LARGEST_UPLOAD, StoredFiles

__all__ = ["LARGEST_UPLOAD", "guarded"]


def guarded(
    host: str, allowed_hosts: Collection[str] = ()
) -> Callable[[Any], contextlib.AbstractAsyncContextManager[None]]:
    """Return the lifespan of a server whose requests are all checked.

    Gradio puts its own middleware before any that it is given, so this one goes around the whole
    stack, as soon as there is one: before the server takes its first request.

    Args:
        host: what it serves at.
        allowed_hosts: names by which it may be called besides.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        files = StoredFiles(Path(os.environ["GRADIO_TEMP_DIR"]))
        checked = OwnFilesOnly(app.middleware_stack, files)
        app.middleware_stack = SafeAnswers(OwnSiteOnly(checked, host, allowed_hosts))
        yield

    return lifespan
