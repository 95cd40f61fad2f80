"""Secrets files that are there and cannot be read: one sentence, with the place and without the content."""

from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.secrets import Secrets

from dashboard.configuration.checks import SettingsError
from dashboard.configuration.secrets_file import any_secrets, read

HIDDEN = "hunter2-very-secret"


def refused(place: Path, *, named: bool = False) -> str:
    with pytest.raises(SettingsError) as caught:
        any_secrets([str(place)], named=named)
    text = str(caught.value)
    assert text.startswith(f"{place} cannot be read: ")
    assert text.endswith(".")
    assert "\n" not in text
    assert HIDDEN not in text
    assert caught.value.__cause__ is None
    return text


def test_places_that_are_not_there_hold_nothing(tmp_path):
    assert not any_secrets(
        [str(tmp_path / "none" / "secrets.toml"), str(tmp_path / "secrets.toml")], named=False
    )


def test_every_place_is_read_even_if_one_has_secrets(tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text("[catena]\n")
    assert any_secrets([str(good), str(tmp_path / "none.toml")], named=False)
    bad.write_text("[catena")
    with pytest.raises(SettingsError, match=r"bad\.toml cannot be read: line 1 "):
        any_secrets([str(good), str(bad)], named=False)


def test_a_place_that_somebody_named_must_be_there(tmp_path):
    assert "it is not there" in refused(tmp_path / "secrets.toml", named=True)
    refused(tmp_path / "folder", named=True)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f'[auth]\n\ncookie_secret = "{HIDDEN}'.encode(), 3),
        (f"[auth]\ncookie_secret = {HIDDEN}\n\n[catena]\n".encode(), 2),
        (f"[{HIDDEN}]\n[{HIDDEN}]\n".encode(), 2),
        (f'{HIDDEN} = 1\n"{HIDDEN}" = 2\n'.encode(), 2),
        (f'[auth]\r\nsecret = "\\q{HIDDEN}"\r\n'.encode(), 2),
        (b"\xef\xbb\xbf[auth]\n", 1),
        (b"[auth]\nnumber = " + b"9" * 5000, 2),
        (b"deep = " + b"[" * 100_000, 1),
        (f"# {HIDDEN}\nname = 'M\xfcller {HIDDEN}'\n".encode("latin-1"), 2),
        ("[auth]\n".encode("utf-16"), 1),
    ],
)
def test_the_line_is_said_and_nothing_of_it(tmp_path, content, line):
    file = tmp_path / "secrets.toml"
    file.write_bytes(content)
    assert f" line {line} is not " in refused(file)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def denied(path):
        raise PermissionError(13, "Permission denied", str(path))

    file = tmp_path / "secrets.toml"
    file.write_text(HIDDEN)
    monkeypatch.setattr(Path, "read_bytes", denied)  # root may read everything
    assert "not allowed" in refused(file)


def test_something_else_in_its_place(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    assert "it is a folder" in refused(tmp_path / "folder.toml")
    (tmp_path / "file").write_text(HIDDEN)
    refused(tmp_path / "file")
    refused(tmp_path / "file" / "secrets.toml")
    (tmp_path / "link.toml").symlink_to(tmp_path / "gone.toml")
    assert "it is not there" in refused(tmp_path / "link.toml")


def test_folders_of_secrets(tmp_path):
    assert not any_secrets([str(tmp_path)], named=True)
    (tmp_path / "catena").mkdir()
    secret = tmp_path / "catena" / "CATENA_CLIENT_SECRET"
    secret.write_text(HIDDEN)
    assert any_secrets([str(tmp_path)], named=True)
    secret.write_bytes(HIDDEN.encode("utf-16"))
    with pytest.raises(SettingsError, match=r"CATENA_CLIENT_SECRET cannot be read: line 1 is not UTF-8"):
        any_secrets([str(tmp_path)], named=True)
    secret.rename(tmp_path / "CATENA_CLIENT_SECRET")
    assert "CATENA_CLIENT_SECRET in it must be a folder" in refused(tmp_path)


def test_what_is_read_is_what_streamlit_reads(tmp_path, monkeypatch):
    """In files and in folders as Kubernetes mounts them; of two places the later one wins, section by section."""
    first, second, folder = tmp_path / "a.toml", tmp_path / "b.toml", tmp_path / "mounted"
    first.write_text('[catena]\nA = "first"\nB = 1\n[auth]\nC = "first"\n')
    second.write_text('[catena]\nA = "second"\n[[catena.rules]]\nwho = ["x"]\n')
    for name, text in {"auth/D": " folder\n", "auth/E": "folder", "plain/F": "folder"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setenv("plain", "taken back after the test: Streamlit puts single texts there")
    for places in ([first], [first, second], [second, first], [first, second, folder], [folder]):
        named = [str(place) for place in places]
        monkeypatch.setattr(config, "get_option", {"secrets.files": named}.__getitem__)
        theirs = Secrets()
        theirs._file_watchers_installed = True
        assert read(named, named=True) == theirs.to_dict()


def test_no_place_is_no_secrets(tmp_path):
    assert read([str(tmp_path / "none.toml")], named=False) is None
