"""The folder of what is kept: made for this user alone, and refused in a sentence where it cannot be."""

import stat
from pathlib import Path

import pytest

from dashboard.configuration.data_folder import prepared
from dashboard.configuration.settings import SettingsError, load


def test_a_new_folder_is_for_this_user_alone(tmp_path):
    folder = prepared(tmp_path / "one" / "two")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_there_keeps_its_mode_and_its_files(tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o750)
    (folder / "shares.db").write_text("x")
    assert prepared(folder) == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    assert (folder / "shares.db").read_text() == "x"


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_what_cannot_be_a_folder_is_refused(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^CATENA_DATA_FOLDER must be a folder"):
        prepared(tmp_path / place)


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({}, Path(__file__).parents[3] / ".catena"),
        ({"CATENA_DATA_FOLDER": "/var/lib/catena"}, Path("/var/lib/catena")),
        ({"CATENA_DATA_FOLDER": "~/kept"}, Path.home() / "kept"),
        ({"CATENA_DATA_FOLDER": "kept"}, Path.cwd() / "kept"),
    ],
    ids=["default", "absolute", "home", "relative"],
)
def test_the_setting_names_it(given, folder):
    assert load(given, {}).data_folder == folder
