"""Making every attempt to reach a network an error."""

from __future__ import annotations

import os
import sys
from typing import Any

from ragcheck.errors import ComponentError

_LOCAL = ("localhost", "127.", "::1", "0.0.0.0")  # noqa: S104  compared with, never bound


def forbid_network() -> None:
    """From now on, connecting or looking up a name outside this machine raises ComponentError.

    Holds for the whole process and cannot be undone (an audit hook). Model hubs are told as well,
    so that they use what they have instead of asking first.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"  # a path: a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "localhost"
    else:
        return
    if not str(host).startswith(_LOCAL):
        raise ComponentError(
            f"network access to {host} was attempted under `--offline`",
            hint="install what is needed beforehand, or name a component that needs no network",
        )
