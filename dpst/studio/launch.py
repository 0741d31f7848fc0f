"""`dpst studio`: serve the page on this machine."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from types import FrameType

from absl import flags

from dpst.messages import needs_package
from dpst.process.quiet_startup import quiet_startup
from dpst.studio.own_site import is_local, page_address
from dpst.studio.server_folder import server_folder

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860
PASSWORD_VARIABLE = "DPST_STUDIO_PASSWORD"
USER_NAME = "dpst"
_LONGEST_WAIT = 0.2  # seconds until a signal is noticed

USAGE = """dpst studio: give a photo the look of another picture, in the browser.

  run.py studio [--host=127.0.0.1] [--port=7860] [--password=SECRET]

Flags:
"""


def define_flags() -> flags.FlagValues:
    """Return the flags of the studio."""
    values = flags.FlagValues()
    flags.DEFINE_string(
        "host",
        DEFAULT_HOST,
        "Address to serve at; the default is reached from this machine alone, 0.0.0.0 from others "
        "too, for which there should be a password.",
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
    flags.DEFINE_string(
        "password",
        None,
        f"Password that the page asks for, with the user name {USER_NAME}; {PASSWORD_VARIABLE} in "
        "the environment gives it without showing it to whoever lists the processes.",
        flag_values=values,
        module_name="dpst",
    )
    flags.DEFINE_list(
        "allowed_hosts",
        [],
        "Further names by which browsers may call it, separated by commas, such as that of a "
        "proxy before it.",
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
    password = _password(values.password)
    if not password and not is_local(values.host):
        print(
            f"dpst: warning: --host={values.host} lets other machines reach the studio, and there "
            f"is no password: set {PASSWORD_VARIABLE} or --password.",
            file=sys.stderr,
        )
    _end_by_signals()
    with server_folder() as folder:
        # Gradio reads these when it is imported: uploads and results are gone at the end, and
        # nothing is asked of the network. It copies only files that lie outside its own folder.
        tempfile.tempdir = folder
        os.environ["GRADIO_TEMP_DIR"] = os.path.join(folder, "files")
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        _serve(values, password)
    # A thread may still be in TensorFlow, which does not survive a normal end of the interpreter.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _password(flag: str | None) -> str | None:
    """Return the password of the flag or of the environment, None for none.

    Raises:
        ValueError: it is empty.
    """
    password = os.environ.get(PASSWORD_VARIABLE) if flag is None else flag
    if password is not None and not password.strip():
        source = PASSWORD_VARIABLE if flag is None else "--password"
        raise ValueError(f"{source} is empty, must be a password: give one, or leave it out.")
    return password


def _end_by_signals() -> None:
    """Let what ends a process end this one in order, also while it starts."""
    names = [name for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)]
    # What is ignored stays so: nohup keeps a server when its terminal closes.
    numbers = [
        number
        for number in (getattr(signal, name) for name in names)
        if signal.getsignal(number) != signal.SIG_IGN
    ]

    def end(number: int, frame: FrameType | None) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, end)


def _serve(values: flags.FlagValues, password: str | None) -> None:
    try:
        import gradio  # noqa: F401
    except ImportError as error:
        raise ImportError(needs_package("the studio", "gradio", "studio", error)) from error
    with quiet_startup():
        import tensorflow  # noqa: F401
    from dpst.images import open_no_others
    from dpst.studio.extractor import SharedExtractor
    from dpst.studio.guard import LARGEST_UPLOAD, guarded
    from dpst.studio.page import build_page
    from dpst.studio.theme import CSS, theme

    open_no_others()  # Gradio itself opens what a page sends for the editors.
    extractor = SharedExtractor()
    extractor.preload()
    page = build_page(extractor.get)
    page.launch(
        server_name=values.host,
        server_port=values.port,
        auth=(USER_NAME, password) if password else None,
        auth_message=f"The user name is {USER_NAME}." if password else None,
        share=False,
        prevent_thread_lock=True,
        quiet=True,
        show_error=True,
        ssr_mode=False,
        max_file_size=LARGEST_UPLOAD,
        footer_links=[],
        enable_monitoring=False,
        app_kwargs={"lifespan": guarded(values.host, values.allowed_hosts)},
        theme=theme(),
        css=CSS,
    )
    try:
        print(
            f"dpst: the studio is at {page_address(values.host, values.port)} , Ctrl-C ends it.",
            flush=True,
        )
        # A wait without an end is not woken by a signal that the system gives to another thread.
        while True:
            time.sleep(_LONGEST_WAIT)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    page.close(verbose=False)
