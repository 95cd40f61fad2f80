"""Every setting is documented, in the example file and in the README."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from secrets import token_urlsafe

import pytest

from dashboard.configuration.settings import SettingsError, load, names
from dashboard.configuration.sign_in import COMMAND

BACK = "https://x.example/oauth2callback"
ROOT = Path(__file__).parents[3]
COMPLETE = {
    "redirect_uri": "https://x.example/oauth2callback",
    "client_id": "x",
    "client_secret": "x",
    "server_metadata_url": "x",
    "issuer": "x",
}
"""What `[auth]` needs beside its cookie secret."""


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("document", [".streamlit/secrets.toml.example", "README.md"])
def test_every_setting_is_documented(document, name):
    assert name in (ROOT / document).read_text(encoding="utf-8")


def test_the_example_with_every_line_switched_on_is_valid():
    """But for the secrets: everybody has to make their own."""
    text = (ROOT / ".streamlit/secrets.toml.example").read_text(encoding="utf-8")
    switched_on = "\n".join(
        line[1:] if re.match(r"#(CATENA|\[|\w+ = )", line) else line for line in text.splitlines()
    )
    given = tomllib.loads(switched_on)
    assert set(given["catena"]) == set(names())
    own = {"cookie_secret": token_urlsafe(48), "client_id": "id", "client_secret": "secret"}
    load(
        {"CATENA_CLIENT_ID": "id", "CATENA_CLIENT_SECRET": "secret"},
        given | {"auth": given["auth"] | own},
    )


def test_no_secret_that_is_shown_anywhere_is_accepted():
    """In the README, the documents, the example file, our pages and these tests."""
    texts = [
        path.read_text(encoding="utf-8")
        for folder in ("docs", "dashboard", "pages", "sandbox", "tests", ".streamlit")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".md", ".py", ".html", ".toml", ".example") and path.name != "secrets.toml"
    ]
    texts += [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CHANGELOG.md", "app.py")]
    shown = [
        found
        for text in texts
        for found in re.findall(r"""cookie_secret\b["']? *[=:] *(["'])(.*?)\1""", text)
    ]
    assert len(shown) >= 3  # README, example, the closed page
    for _quote, secret in shown:
        with pytest.raises(SettingsError, match="cookie_secret"):
            load({"CATENA_OPERATORS": "@fleet.example"}, {"auth": COMPLETE | {"cookie_secret": secret}})


@pytest.mark.parametrize(
    "document", ["README.md", ".streamlit/secrets.toml.example", "dashboard/door/pages.py"]
)
def test_the_command_that_makes_a_secret_makes_one_that_is_accepted(document):
    assert COMMAND in (ROOT / document).read_text(encoding="utf-8")
    _python, flag, program = shlex.split(COMMAND)
    secret = subprocess.run(
        [sys.executable, flag, program], check=True, capture_output=True, text=True
    ).stdout
    assert load(
        {"CATENA_OPERATORS": "@fleet.example"}, {"auth": COMPLETE | {"cookie_secret": secret.strip()}}
    ).sign_in
