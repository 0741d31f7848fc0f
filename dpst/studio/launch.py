"""`dpst studio`: serve the page on this machine."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence

from absl import flags

from dpst.messages import needs_package
from dpst.quiet_startup import quiet_startup

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860
LARGEST_UPLOAD = "64mb"

USAGE = """dpst studio: give a photo the look of another picture, in the browser.

  run.py studio [--host=127.0.0.1] [--port=7860]

Flags:
"""


def define_flags() -> flags.FlagValues:
    """Return the flags of the studio."""
    values = flags.FlagValues()
    flags.DEFINE_string(
        "host",
        DEFAULT_HOST,
        "Address to serve at; the default is reached from this machine alone, 0.0.0.0 from others "
        "too, and there is no password.",
        flag_values=values,
        module_name="dpst",
    )
    flags.DEFINE_integer(
        "port",
        DEFAULT_PORT,
        "Port to serve at.",
        lower_bound=1,
        upper_bound=65535,
        flag_values=values,
        module_name="dpst",
    )
    flags.DEFINE_bool("help", False, "Show this text.", flag_values=values, module_name="dpst")
    return values


def launch(argv: Sequence[str]) -> int:
    """Serve until interrupted, and end the process.

    Args:
        argv: "studio" and its flags.

    Returns:
        Exit status 0 after showing the help; otherwise the process ends here.

    Raises:
        absl.flags.Error: a flag is unknown or out of range.
        ImportError: the extra is not installed.
        OSError: the port is taken.
        ValueError: there are arguments that are not flags.
    """
    values = define_flags()
    rest = values(list(argv))[1:]
    if values.help:
        print(USAGE + values.module_help("dpst"))
        return 0
    if rest:
        raise ValueError(f"unexpected argument {rest[0]!r}; all settings are flags, --name=value.")
    with tempfile.TemporaryDirectory(prefix="dpst-studio-", ignore_cleanup_errors=True) as folder:
        # Gradio reads these when it is imported: uploads and results are gone at the end, and
        # nothing is asked of the network. It copies only files that lie outside its own folder.
        tempfile.tempdir = folder
        os.environ["GRADIO_TEMP_DIR"] = os.path.join(folder, "files")
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        _serve(values.host, values.port)
    # A thread may still be in TensorFlow, which does not survive a normal end of the interpreter.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _serve(host: str, port: int) -> None:
    try:
        import gradio  # noqa: F401
    except ImportError as error:
        raise ImportError(needs_package("the studio", "gradio", "studio", error)) from error
    with quiet_startup():
        import tensorflow  # noqa: F401
    from dpst.studio.extractor import SharedExtractor
    from dpst.studio.page import build_page
    from dpst.studio.theme import CSS, theme

    extractor = SharedExtractor()
    extractor.preload()
    page = build_page(extractor.get)
    page.launch(
        server_name=host,
        server_port=port,
        share=False,
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        max_file_size=LARGEST_UPLOAD,
        footer_links=[],
        enable_monitoring=False,
        theme=theme(),
        css=CSS,
    )
    print(f"dpst: the studio is at http://{host}:{port} , Ctrl-C ends it.", flush=True)
    is_over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: is_over.set())
    try:
        is_over.wait()
    except KeyboardInterrupt:
        print(file=sys.stderr)
    page.close(verbose=False)
