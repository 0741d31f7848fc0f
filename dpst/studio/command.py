"""The command line that repeats what the studio did."""

import dataclasses
import shlex
from collections.abc import Mapping

from dpst.config import TransferConfig


def command_line(files: Mapping[str, str], config: TransferConfig) -> str:
    """Return the `run.py` command line of a transfer.

    Args:
        files: paths by flag, such as "content_image"; they come first, in this order.
        config: settings; those that are defaults of its method are left out.

    Returns:
        One line, quoted for a shell.
    """
    defaults = config.defaults()
    arguments = [f"--{name}={path}" for name, path in files.items()]
    for field in dataclasses.fields(config):
        value, default = getattr(config, field.name), getattr(defaults, field.name)
        if field.name in ("method", "normalization", "quality"):
            default = field.default
        if value == default:
            continue
        if isinstance(value, bool):
            arguments.append(f"--{field.name}" if value else f"--no{field.name}")
        else:
            arguments.append(f"--{field.name}={value}")
    return shlex.join(["python", "run.py", *arguments])
