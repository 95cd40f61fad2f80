"""A start that must not be: one sentence on stderr, exit code 2, and nothing of what is secret."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.browser import rig
from tests.started.starts import command, environ

pytestmark = pytest.mark.started
HIDDEN = "hunter2-very-secret"
AUTH = f'[auth]\nredirect_uri = "http://localhost:8501/oauth2callback"\nclient_secret = "{HIDDEN}"\n'
NAMED = {"STREAMLIT_SECRETS_FILES": "gone.toml"}
PROJECT, USER = ".streamlit/secrets.toml", "home/.streamlit/secrets.toml"


class Start(NamedTuple):
    """One way to start it, with something that must stop it."""

    way: str
    said: str
    file: str
    """Where `content` is, from the project's folder; None: a folder is there."""
    content: bytes | None
    elsewhere: bool = False
    """Whether it is started from another folder."""
    environ: Mapping[str, str] = {}


STARTS = [
    Start("make", "secrets.toml cannot be read: it is a folder", PROJECT, None),
    Start("make", "catena in secrets.toml must be a table", PROJECT, f'catena = "{HIDDEN}"'.encode(), True),
    Start("streamlit", "secrets.toml cannot be read: line 2", PROJECT, f'[catena]\nX = "{HIDDEN}'.encode(), True),
    Start("streamlit", "secrets.toml cannot be read: line 1", USER, f"X = {HIDDEN}".encode()),
    Start("uvicorn", "auth.cookie_secret, auth.client_id, auth.server", PROJECT, AUTH.encode(), True),
    Start("uvicorn", "gone.toml cannot be read: it is not there", USER, b"", False, NAMED),
]  # fmt: skip


@pytest.fixture(scope="module")
def running(home: Path, ways: object) -> Iterator[list[subprocess.Popen[str]]]:
    """All of them side by side."""
    processes = []
    for one in STARTS:
        project = rig.project(home)
        file = project / one.file
        file.parent.mkdir(parents=True, exist_ok=True)
        if one.content is None:
            file.mkdir()
        else:
            file.write_bytes(one.content)
        port = rig.free_port()
        processes.append(
            subprocess.Popen(
                command(one.way, project, port, elsewhere=one.elsewhere),
                cwd=home if one.elsewhere else project,
                env=rig.environment(project / "home", environ(one.way, port, one.environ)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
    yield processes
    for process in processes:
        rig.end(process)


@pytest.mark.parametrize("number", range(len(STARTS)), ids=[f"{one.way}: {one.said}" for one in STARTS])
def test_what_cannot_be_understood_stops_the_start(running: list[subprocess.Popen[str]], number: int) -> None:
    process, said = running[number], STARTS[number].said
    try:
        output, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        pytest.fail("it started")
    assert process.returncode == 2
    (sentence,) = [line for line in errors.splitlines() if not line.startswith("make")]
    assert sentence.startswith("Catena Live Map cannot start: ")
    assert said in sentence
    assert HIDDEN not in output + errors
