"""`make demo` is `make run` on data in which fleets join by themselves."""

import os
import subprocess

import pytest

from tests.browser import rig


@pytest.mark.parametrize("given", [{}, {"CATENA_SIMULATED_JOINS": "20"}])
def test_the_demo_starts_the_dashboard_with_fleets_that_join(given: dict[str, str]) -> None:
    printed = subprocess.run(
        ["make", "-n", "demo", "PORT=8777"],
        cwd=rig.ROOT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (line,) = [one for one in printed.replace("\\\n", " ").splitlines() if "streamlit run" in one]
    settings, _, command = line.partition(".venv/bin/streamlit")
    shown = subprocess.run(
        ["sh", "-c", f"{settings} sh -c 'echo \"$CATENA_SIMULATED_JOINS\"'"],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.strip() == given.get("CATENA_SIMULATED_JOINS", "60")
    assert command.split() == ["run", "app.py", "--server.port", "8777"]
