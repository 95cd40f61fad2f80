"""The rules while the dashboard runs: a change is seen once, what is broken at the moment changes nothing."""

import logging
import os

import pytest

from dashboard.configuration import access_rules, secrets_file
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.checks import SettingsError
from dashboard.configuration.rule_watch import RuleWatch

ANN = AccessRule(frozenset({"ann@example.com"}), "operator")
BOB = AccessRule(frozenset({"bob@example.com"}), "operator")


@pytest.fixture
def place(tmp_path):
    file = tmp_path / "secrets.toml"
    write(file, "ann@example.com")
    return file


def write(file, operators):
    file.write_text(f'[catena]\nCATENA_OPERATORS = "{operators}"\n')


def watch(*places, rules=(ANN,), environ=None):
    return RuleWatch(rules, map(str, places), environ or {}, named=False)


def test_nothing_new_is_none(place):
    watching = watch(place)
    assert [watching.changed() for _ in range(3)] == [None] * 3


def test_nothing_is_said_where_there_never_was_a_file(tmp_path, caplog):
    watching = watch(tmp_path / "none.toml", rules=())
    assert [watching.changed() for _ in range(2)] == [None, None]
    assert caplog.messages == []
    write(tmp_path / "none.toml", "ann@example.com")
    assert watching.changed() == (ANN,)


def test_a_change_is_told_once(place):
    watching = watch(place)
    write(place, "bob@example.com")
    assert [watching.changed() for _ in range(3)] == [(BOB,), None, None]
    write(place, "ann@example.com")
    assert [watching.changed() for _ in range(2)] == [(ANN,), None]


def test_what_changed_since_the_settings_were_read_is_told(place):
    assert watch(place, rules=(BOB,)).changed() == (ANN,)


def test_one_that_can_be_read_later_is_read_then_though_it_was_not_written_again(place, monkeypatch):
    watching = watch(place)
    write(place, "bob@example.com")
    with monkeypatch.context() as refused:
        refused.setattr(secrets_file, "read", cannot_be_read)
        assert watching.changed() is None
    assert watching.changed() == (BOB,)


def cannot_be_read(*_given, **_more):
    raise SettingsError("secrets.toml cannot be read: permission denied.")


def test_one_that_is_just_being_written_changes_nothing(place):
    watching = watch(place)
    place.write_text("")
    assert watching.changed() is None
    write(place, "bob@example.com")
    assert watching.changed() == (BOB,)


def test_an_unchanged_file_is_not_read_again(place, monkeypatch):
    watching = watch(place)
    watching.changed()
    monkeypatch.setattr(access_rules, "read", lambda *_given: pytest.fail("read again"))
    watching.changed()
    place.touch()
    with pytest.raises(pytest.fail.Exception):
        watching.changed()


def test_one_that_is_put_in_its_place_is_seen_though_time_and_size_are_the_same(place, tmp_path):
    watching = watch(place)
    watching.changed()
    other = tmp_path / "other"
    write(other, "bob@example.com")
    stat = place.stat()
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(place)
    assert watching.changed() == (BOB,)


@pytest.mark.parametrize(
    "broken",
    [
        b"[catena",
        b"\xff",
        b'[catena]\nCATENA_OPERATORS = "somebody"\n',
        b'[catena]\nCATENA_ACCESS = "hunter2"\n',
        b'catena = "hunter2"\n',
        None,
    ],
)
def test_what_is_broken_keeps_the_rules_and_says_so_once(place, caplog, broken):
    watching = watch(place)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            if broken is None:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(broken)  # written anew each time
            assert watching.changed() is None
    (said,) = caplog.messages
    assert said.startswith("Who may enter stays as it was")
    assert "hunter2" not in said
    write(place, "bob@example.com")
    assert watching.changed() == (BOB,)


def test_taking_everybody_off_leaves_nobody(place):
    watching = watch(place)
    write(place, "")
    assert watching.changed() == ()


def test_the_environment_goes_on_winning(place):
    watching = watch(place, environ={"CATENA_OPERATORS": "ann@example.com"})
    write(place, "bob@example.com")
    assert watching.changed() is None


def test_the_last_place_wins_and_a_folder_is_one(tmp_path, place):
    folder = tmp_path / "mounted"
    (folder / "catena").mkdir(parents=True)
    for name, text in {"CATENA_OPERATORS": "bob@example.com", "CATENA_COMPANY_NAME": "Example"}.items():
        (folder / "catena" / name).write_text(text)
    watching = watch(place, folder)
    assert watching.changed() == (BOB,)
    (folder / "catena" / "CATENA_OPERATORS").write_text("ann@example.com")
    assert watching.changed() == (ANN,)
