"""Settings: what is read, from where, and the one sentence for each wrong value."""

import pytest

from dashboard.setting_checks import is_loopback
from dashboard.settings import Settings, SettingsError, load

CREDENTIALS = {"CATENA_CLIENT_ID": "partner", "CATENA_CLIENT_SECRET": "hunter2-very-secret"}


def test_nothing_set_means_simulated():
    assert load({}, {}) == Settings()
    assert load({}, {}).simulated


def test_environment_wins_over_secrets_file():
    loaded = load(
        CREDENTIALS | {"CATENA_POLL_SECONDS": "30"}, {"CATENA_POLL_SECONDS": 60, "CATENA_BASEMAP": "carto"}
    )
    assert (loaded.poll_seconds, loaded.basemap, loaded.simulated) == (30.0, "carto", False)


def test_blank_environment_falls_back_to_file():
    assert load({"CATENA_POLL_SECONDS": " "}, {"CATENA_POLL_SECONDS": 60}).poll_seconds == 60.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CATENA_POLL_SECONDS", "often"),
        ("CATENA_POLL_SECONDS", "1.9"),
        ("CATENA_POLL_SECONDS", "nan"),
        ("CATENA_POLL_SECONDS", "inf"),
        ("CATENA_API_URL", "ftp://api.example.com"),
        ("CATENA_API_URL", "http://api.example.com"),
        ("CATENA_API_URL", "https://user:pass@api.example.com"),
        ("CATENA_API_URL", "https://api.example.com:99999"),
        ("CATENA_API_URL", "https://"),
        ("CATENA_API_URL", "https://api.example.com/?key=1"),
        ("CATENA_AUTH_URL", "auth"),
        ("CATENA_BASEMAP", "http://tiles.example.com/style.json"),
        ("CATENA_BASEMAP", "mapbox"),
        ("CATENA_OPERATORS", "somebody"),
        ("CATENA_CLIENT_ID", "two\nlines"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(name, value):
    with pytest.raises(SettingsError) as caught:
        load(CREDENTIALS | {name: value}, {})
    text = str(caught.value)
    assert text.startswith(name)
    assert text.endswith(".")
    assert "\n" not in text
    assert CREDENTIALS["CATENA_CLIENT_SECRET"] not in text


@pytest.mark.parametrize("missing", ["CATENA_CLIENT_ID", "CATENA_CLIENT_SECRET"])
def test_half_of_the_credentials_is_refused(missing):
    with pytest.raises(SettingsError, match=f"^{missing} is missing") as caught:
        load({name: value for name, value in CREDENTIALS.items() if name != missing}, {})
    assert "hunter2" not in str(caught.value)


def test_secret_is_never_printed():
    assert "hunter2" not in repr(load(CREDENTIALS, {}))


def test_sign_in_needs_operators():
    with pytest.raises(SettingsError, match=r"^CATENA_OPERATORS is missing"):
        load(CREDENTIALS, {}, sign_in=True)
    loaded = load(CREDENTIALS | {"CATENA_OPERATORS": "Ann@Example.com, @fleet.example"}, {}, sign_in=True)
    assert loaded.operators == {"ann@example.com", "@fleet.example"}


def test_plain_http_is_for_this_machine_only():
    assert load({"CATENA_API_URL": "http://127.0.0.1:9000/"}, {}).api_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("LOCALHOST.", True), ("127.0.0.1", True), ("127.8.9.1", True),
        ("::1", True), ("[::1]", True), ("0.0.0.0", False), ("192.168.1.2", False),
        ("localhost.example.com", False), ("", False), ("testclient", False),
    ],
)  # fmt: skip
def test_loopback(host, expected):
    assert is_loopback(host) is expected
