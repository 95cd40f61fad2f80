"""The places where Streamlit looks for secrets, read before it does: what it would pass over stops the start.

A file that is there and cannot be read would otherwise count as none, and without its `[auth]` nobody is asked to
sign in. What is said names the place, never a line's content.
"""

from __future__ import annotations

import re
import tomllib
from collections import ChainMap
from collections.abc import Iterable
from pathlib import Path

from dashboard.configuration.checks import SettingsError


def any_secrets(places: Iterable[str], *, named: bool) -> bool:
    """Whether there are secrets in any of `places`. Given and raises as `read`."""
    return read(places, named=named) is not None


def read(places: Iterable[str], *, named: bool) -> dict[str, object] | None:
    """The secrets in `places`, put together as Streamlit does; None when there are none.

    `places` is what Streamlit's option `secrets.files` holds, and `named` says that somebody has chosen them, so that
    each has to be there. Raises `SettingsError` for a place that cannot be read.
    """
    found = [
        _toml(place) if place.endswith(".toml") else _folder(place)
        for place in places
        if named or _there(place)
    ]
    contents = [content for content in found if content is not None]
    return dict(ChainMap(*reversed(contents))) if contents else None


def _there(place: str) -> bool:
    try:
        Path(place).lstat()
    except FileNotFoundError:
        return False
    except OSError:
        pass
    return True


def _toml(place: str) -> dict[str, object]:
    text = _text(place)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # The rest of the message may quote the file. Without a place in it, the end came too early.
        line = re.search(r"\(at line (\d+), column \d+\)$", str(error))
        where = line[1] if line else text.rstrip().count("\n") + 1
        raise SettingsError(
            f"{place} cannot be read: line {where} is not valid TOML; correct it, with every text in quotes."
        ) from None


def _folder(place: str) -> dict[str, object] | None:
    """A folder of folders of files, as Kubernetes mounts secrets; None without a file."""
    try:
        entries = list(Path(place).iterdir())
        for entry in entries:
            if not entry.is_dir():
                raise SettingsError(
                    f"{place} cannot be read: {entry.name} in it must be a folder with one file for each secret."
                )
        files = {entry.name: [file for file in entry.iterdir() if not file.is_dir()] for entry in entries}
    except OSError as error:
        raise SettingsError(_problem(place, error)) from None
    texts = {name: {file.name: _text(str(file)).strip() for file in inside} for name, inside in files.items()}
    # A folder with a single file stands for what is in it.
    content: dict[str, object] = {
        name: "".join(inside.values()) if len(inside) == 1 else inside for name, inside in texts.items()
    }
    return content if any(files.values()) else None


def _text(place: str) -> str:
    try:
        content = Path(place).read_bytes()
    except OSError as error:
        raise SettingsError(_problem(place, error)) from None
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{place} cannot be read: line {line} is not UTF-8; save the file in this encoding."
        ) from None


def _problem(place: str, error: OSError) -> str:
    why = {
        IsADirectoryError: "it is a folder; put the file in its place, or remove it",
        NotADirectoryError: "it is neither a .toml file nor a folder, or lies in none",
        FileNotFoundError: "it is not there; create it, or look for secrets elsewhere",
        PermissionError: "that is not allowed; let the user who starts the dashboard read it",
    }.get(type(error), error.strerror or "the system does not say why")
    return f"{place} cannot be read: {why}."
