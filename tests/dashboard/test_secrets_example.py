"""Every setting is documented, in the example file and in the README."""

import tomllib
from pathlib import Path

import pytest

from dashboard.settings import load, names

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("document", [".streamlit/secrets.toml.example", "README.md"])
def test_every_setting_is_documented(document, name):
    assert name in (ROOT / document).read_text(encoding="utf-8")


def test_the_example_with_every_line_switched_on_is_valid():
    text = (ROOT / ".streamlit/secrets.toml.example").read_text(encoding="utf-8")
    switched_on = "\n".join(
        line[1:] if line.startswith(("#CATENA", "#[")) else line for line in text.splitlines()
    )
    given = tomllib.loads(switched_on)["catena"]
    assert set(given) == set(names())
    load({}, given | {"CATENA_CLIENT_ID": "id", "CATENA_CLIENT_SECRET": "secret"}, sign_in=True)
