"""Making every attempt to reach a network an error."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import Any

from ragcheck.errors import ComponentError

_LOCAL = re.compile(r"localhost|127\.[0-9.]+|::1|::|0\.0\.0\.0")
_NAMED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_ADDRESSED = ("socket.connect", "socket.sendto", "socket.sendmsg")


def forbid_network() -> None:
    """From now on, connecting or looking up a name outside this machine raises ComponentError.

    Holds for the whole process and cannot be undone (an audit hook). Model hubs are told as well,
    so that they use what they have instead of asking first.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    _install()


@cache
def _install() -> None:
    """Once: the hook stays."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ADDRESSED:
        # Without an address the socket is connected already; a text is a Unix socket's path.
        host = arguments[1][0] if isinstance(arguments[1], tuple) else "localhost"
    elif event in _NAMED:
        host = arguments[0] or "localhost"
    else:
        return
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if isinstance(host, str) and not _LOCAL.fullmatch(host):
        raise ComponentError(
            f"network access to {host} was attempted under `--offline`",
            hint="install what is needed beforehand, or name a component that needs no network",
        )
