"""Under `--offline` nothing leaves this machine, and what stays on it works."""

from __future__ import annotations

import subprocess
import sys

import pytest

SETUP = """
import socket
from ragcheck.errors import ComponentError
from ragcheck.offline import forbid_network

server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
forbid_network()
forbid_network()
try:
    {attempt}
except ComponentError as error:
    print("refused", error.message.count("--offline"))
else:
    print("done")
"""


def outcome(attempt: str) -> str:
    """What an attempt comes to; in a process of its own, since the hook stays."""
    code = SETUP.format(attempt=attempt)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.create_connection(('localhost.example', 80), 1)",
        "socket.getaddrinfo(b'example.invalid', 80)",
        "socket.gethostbyname('example.invalid')",
        "datagrams.sendto(b'x', ('192.0.2.1', 53))",
        "__import__('urllib.request').request.urlopen('http://192.0.2.1/', timeout=1)",
    ],
)
def test_what_leads_out_is_refused(attempt: str) -> None:
    assert outcome(attempt) == "refused 1"


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('127.0.0.1', port), 5)",
        "socket.create_connection(('localhost', port), 5)",
        "datagrams.sendto(b'x', ('127.0.0.1', port))",
        "pair = socket.socketpair(); pair[0].send(b'x')",
    ],
)
def test_what_stays_here_works(attempt: str) -> None:
    assert outcome(attempt) == "done"


def test_it_holds_in_python_too() -> None:
    attempt = (
        "import ragcheck\n"
        "    try:\n"
        "        ragcheck.evaluate('nowhere', 'none.jsonl', offline=True)\n"
        "    except Exception as error:\n"
        "        assert 'nowhere' in str(error)\n"
        "    socket.create_connection(('192.0.2.1', 80), 1)"
    )
    code = SETUP.replace("forbid_network()\n", "").format(attempt=attempt)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "refused 1", done.stderr
