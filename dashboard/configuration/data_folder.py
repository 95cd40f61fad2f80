"""The folder in which the dashboard keeps what is to survive its end."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

from dashboard.configuration.checks import SettingsError


def prepared(folder: Path) -> Path:
    """The folder, made if need be, for this process's user alone. Raises `SettingsError` if it cannot be written.

    One that is there already keeps its mode: who made it has decided, and the files in it are private anyway.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError:
        raise SettingsError(
            f"CATENA_DATA_FOLDER must be a folder that the dashboard can write, for share links and the audit log: "
            f"{folder} is not."
        ) from None
