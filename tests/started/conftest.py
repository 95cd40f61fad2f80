"""The dashboards under test: every way to start, each with what a user may have configured."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox import SandboxConfig
from tests.browser import rig
from tests.started.starts import GUARD, WAYS, Started, command, environ

COOKIE_SECRET = secrets.token_urlsafe(48)
NOBODY = "http://127.0.0.1:9"
SIGN_IN = f"""
[auth]
redirect_uri = "https://fleets.example.com/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"

[auth.office]
client_id = "the-office"
client_secret = "of the tests"
server_metadata_url = "{NOBODY}/.well-known/openid-configuration"

[catena]
CATENA_OPERATORS = "operator@example.com"
"""


@pytest.fixture(scope="session")
def ways() -> tuple[str, ...]:
    if shutil.which("make") is None:
        pytest.fail("`make run` is tested too: install make.")
    return WAYS


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("started")
    (place / "sitecustomize.py").write_text(GUARD)
    return place


class WhenAskedFor(dict[tuple[str, str], Started]):
    """Each is started when a test first asks for it."""

    def __init__(self, start: Callable[[str, str], Started]) -> None:
        super().__init__()
        self._start = start

    def __missing__(self, wanted: tuple[str, str]) -> Started:
        self[wanted] = self._start(*wanted)
        return self[wanted]


@pytest.fixture(scope="module")
def started(home: Path, ways: tuple[str, ...]) -> Iterator[dict[tuple[str, str], Started]]:
    """By way and configuration: `simulated`, `credentials`, `elsewhere` and `sign-in`.

    `elsewhere` is started from another folder, with credentials in secrets.toml and a base path in config.toml;
    `sign-in` too, by uvicorn.
    """
    config = SandboxConfig()
    with ExitStack() as stack, rig.sandbox(home, "--vehicles", "5", "--fleets", "2") as catena:
        credentials = {
            "CATENA_API_URL": catena.url,
            "CATENA_AUTH_URL": f"{catena.url}/realms/catena",
            "CATENA_CLIENT_ID": config.client_id,
            "CATENA_CLIENT_SECRET": config.client_secret,
        }
        lines = "".join(f'{name} = "{value}"\n' for name, value in credentials.items())

        def start(way: str, kind: str) -> Started:
            elsewhere = kind in ("elsewhere", "sign-in")
            # Outside of a section they count too: Streamlit makes them part of the environment.
            in_file = lines if way == "streamlit" else "[catena]\n" + lines
            project = rig.project(
                home,
                secrets={"elsewhere": in_file, "sign-in": SIGN_IN}.get(kind, ""),
                base_path="maps" if kind == "elsewhere" else "",
            )
            port = rig.free_port()
            base = "/maps" if kind == "elsewhere" else ""
            network_log = home / f"network-{way}-{kind}"
            given = credentials if kind in ("credentials", "sign-in") else {}
            given = {**given, "PYTHONPATH": str(home), "NETWORK_LOG": str(network_log)}
            server = rig.start(
                command(way, project, port, elsewhere=elsewhere),
                environ(way, port, given),
                home / f"{way}-{kind}.log",
                f"http://127.0.0.1:{port}{base}",
                home if elsewhere else project,
            )
            stack.callback(server.stop)
            server.wait_until(f"{server.url}/healthz")  # it has printed all then
            return Started(way, server, port, base, network_log)

        found = WhenAskedFor(start)
        yield found
        for one in found.values():
            one.server.process.terminate()  # all of them first, then each is waited for
