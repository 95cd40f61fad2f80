"""Settings: what is read, from where, and the one sentence for each wrong value."""

from datetime import date
from secrets import token_hex, token_urlsafe

import pytest

from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.checks import is_loopback
from dashboard.configuration.settings import Settings, SettingsError, load
from dashboard.configuration.sign_in import COMMAND

CREDENTIALS = {"CATENA_CLIENT_ID": "partner", "CATENA_CLIENT_SECRET": "hunter2-very-secret"}
SHARED = {
    "redirect_uri": "https://fleets.example.com/oauth2callback",
    "cookie_secret": token_urlsafe(48),
}
PROVIDER = {
    "client_id": "ours",
    "client_secret": "hunter2",
    "server_metadata_url": "https://login.example.com/.well-known/openid-configuration",
}
AUTH = SHARED | PROVIDER


def without(section: dict[str, str], key: str) -> dict[str, str]:
    return {name: value for name, value in section.items() if name != key}


def test_nothing_set_means_simulated():
    assert load({}, {}) == Settings()
    assert load({}, {}).simulated


def test_environment_wins_over_secrets_file():
    loaded = load(
        CREDENTIALS | {"CATENA_POLL_SECONDS": "30"},
        {"catena": {"CATENA_POLL_SECONDS": 60, "CATENA_BASEMAP": "carto"}},
    )
    assert (loaded.poll_seconds, loaded.basemap, loaded.simulated) == (30.0, "carto", False)


def test_blank_environment_falls_back_to_file():
    assert load({"CATENA_POLL_SECONDS": " "}, {"catena": {"CATENA_POLL_SECONDS": 60}}).poll_seconds == 60.0


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
        ("CATENA_GROUPS_CLAIM", "two words"),
        ("CATENA_EMAIL_VERIFIED", "no"),
        ("CATENA_CLIENT_ID", "two\nlines"),
        ("CATENA_SIMULATED_CITY", "Gotham"),
        ("CATENA_SIMULATED_CITY", "Chicago, Denver"),
        ("CATENA_SIMULATED_JOINS", "9"),
        ("CATENA_SIMULATED_JOINS", "-1"),
        ("CATENA_SIMULATED_JOINS", "often"),
        ("CATENA_WEBHOOK_SECRET", "short"),
        ("CATENA_WEBHOOK_SECRET", "at least 12 characters"),
        ("CATENA_REDIS_KEY", "thirty-one characters of a key."),
        ("CATENA_REDIS_KEY", "a" * 40),
        ("CATENA_REDIS_URL", "redis.example.com:6379"),
        ("CATENA_REDIS_URL", "http://redis.example.com:6379"),
        ("CATENA_REDIS_URL", "redis://:hunter2@"),
        ("CATENA_REDIS_URL", "redis://redis.example.com:99999/0"),
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


def test_an_unknown_city_is_refused_with_those_there_are():
    with pytest.raises(SettingsError, match=r"must be one of: Los Angeles, .*Chicago, .*Monterrey\.$"):
        load({"CATENA_SIMULATED_CITY": "Gotham"}, {})


@pytest.mark.parametrize(
    ("given", "city", "joins"),
    [
        ({}, "", 0),
        ({"CATENA_SIMULATED_CITY": "st. louis", "CATENA_SIMULATED_JOINS": "10"}, "St. Louis", 10),
        ({"CATENA_SIMULATED_JOINS": "0"}, "", 0),
    ],
)
def test_the_simulated_data_can_be_told(given, city, joins):
    loaded = load(given, {})
    assert (loaded.simulated_city, loaded.simulated_joins) == (city, joins)


@pytest.mark.parametrize("missing", ["CATENA_CLIENT_ID", "CATENA_CLIENT_SECRET"])
def test_half_of_the_credentials_is_refused(missing):
    with pytest.raises(SettingsError, match=f"^{missing} is missing") as caught:
        load({name: value for name, value in CREDENTIALS.items() if name != missing}, {})
    assert "hunter2" not in str(caught.value)


def test_redis_is_for_real_data_and_its_password_is_not_shown():
    url = "rediss://:pass-of-redis@redis.example.com:6380/2"
    key = token_urlsafe(32)
    loaded = load(CREDENTIALS | {"CATENA_REDIS_URL": url, "CATENA_REDIS_KEY": key}, {})
    with pytest.raises(SettingsError, match=r"^CATENA_REDIS_KEY is missing"):
        load(CREDENTIALS | {"CATENA_REDIS_URL": url}, {})
    assert loaded.redis_url is not None
    assert loaded.redis_url.reveal() == url
    assert "pass-of-redis" not in repr(loaded)
    assert key not in repr(loaded)
    with pytest.raises(SettingsError, match=r"^CATENA_REDIS_URL is for real data") as caught:
        load({"CATENA_REDIS_URL": url}, {})
    assert "pass-of-redis" not in str(caught.value)


def test_secret_is_never_printed():
    assert "hunter2" not in repr(load(CREDENTIALS, {}))


@pytest.mark.parametrize(
    ("secrets", "named"),
    [
        ({"catena": "hunter2"}, "catena"),
        ({"catena": ["hunter2"]}, "catena"),
        ({"catena": {"CATENA_CLIENT_SECRET": {"hunter2": 1}}}, "CATENA_CLIENT_SECRET"),
        ({"catena": {"CATENA_OPERATORS": ["hunter2@example.com"]}}, "CATENA_OPERATORS"),
        ({"catena": {"CATENA_BASEMAP": date(2026, 1, 1)}}, "CATENA_BASEMAP"),
        ({"auth": "hunter2"}, "auth"),
        ({"auth": ""}, "auth"),
    ],
)
def test_a_wrong_shape_is_one_sentence_that_names_it(secrets, named):
    with pytest.raises(SettingsError, match=f"^{named} in secrets.toml must be .*\\.$") as caught:
        load(CREDENTIALS if "auth" in secrets else {}, secrets)
    assert "hunter2" not in str(caught.value)


def test_sign_in_needs_rules():
    with pytest.raises(SettingsError, match=r"^CATENA_OPERATORS is missing"):
        load(CREDENTIALS, {"auth": AUTH})
    loaded = load(CREDENTIALS | {"CATENA_VIEWERS": "@fleet.example"}, {"auth": AUTH})
    assert loaded.access == (AccessRule(frozenset({"@fleet.example"}), "viewer"),)


@pytest.mark.parametrize(
    ("auth", "names"),
    [
        (AUTH, ("default",)),
        (AUTH | {"client_kwargs": {"prompt": "login"}, "expose_tokens": ["id"]}, ("default",)),
        (SHARED | {"google": PROVIDER}, ("google",)),
        (SHARED | {"google": PROVIDER, "okta": PROVIDER}, ("google", "okta")),
        (AUTH | {"okta": PROVIDER}, ("default", "okta")),
        (SHARED | {"default": PROVIDER}, ("default",)),
    ],
)
def test_the_providers_are_named_as_streamlit_names_them(auth, names):
    loaded = load({"CATENA_OPERATORS": "@fleet.example"}, {"auth": auth}).sign_in
    assert tuple(provider.name for provider in loaded) == names
    assert load({}, {}).sign_in == ()


def issuer_of(**values: object) -> str:
    (provider,) = load({"CATENA_OPERATORS": "@fleet.example"}, {"auth": AUTH | values}).sign_in
    return provider.issuer


WELL_KNOWN = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("given", "issuer"),
    [
        ({}, "https://login.example.com"),
        ({"server_metadata_url": f"https://login.example.com/realms/a{WELL_KNOWN}"}, "https://login.example.com/realms/a"),
        ({"server_metadata_url": f" https://login.example.com{WELL_KNOWN}/ "}, "https://login.example.com"),
        ({"issuer": "https://other.example.com/"}, "https://other.example.com"),
        ({"issuer": "https://other.example.com", "server_metadata_url": "https://login.example.com/?p=1"}, "https://other.example.com"),
    ],
)  # fmt: skip
def test_the_issuer_is_what_the_metadata_s_address_says_or_the_section(given, issuer):
    assert issuer_of(**given) == issuer


@pytest.mark.parametrize(
    "given",
    [
        {"server_metadata_url": f"https://login.example.com{WELL_KNOWN}?p=1"},
        {"server_metadata_url": "https://login.example.com/metadata"},
        {"server_metadata_url": WELL_KNOWN},
        {"issuer": ""},
        {"issuer": 7},
    ],
)
def test_an_issuer_that_cannot_be_told_is_asked_for(given):
    with pytest.raises(SettingsError, match=r"^auth\.issuer in secrets\.toml must be set .*\.$"):
        issuer_of(**given)


def test_each_provider_has_its_own_issuer():
    okta = PROVIDER | {"issuer": "https://okta.example.com"}
    loaded = load(
        {"CATENA_OPERATORS": "@fleet.example"}, {"auth": SHARED | {"google": PROVIDER, "okta": okta}}
    )
    assert {one.name: one.issuer for one in loaded.sign_in} == {
        "google": "https://login.example.com",
        "okta": "https://okta.example.com",
    }
    odd = PROVIDER | {"server_metadata_url": "https://okta.example.com"}
    with pytest.raises(SettingsError, match=r"^auth\.okta\.issuer "):
        load({"CATENA_OPERATORS": "@fleet.example"}, {"auth": SHARED | {"google": PROVIDER, "okta": odd}})


@pytest.mark.parametrize(
    ("auth", "missing"),
    [
        *((without(AUTH, key), f"auth.{key}") for key in AUTH),
        *((AUTH | {key: empty}, f"auth.{key}") for key in AUTH for empty in ("", " ", 7, ["x"])),
        ({}, ", ".join(f"auth.{key}" for key in AUTH)),
        (SHARED | {"google": {}}, "auth.google.client_id, auth.google.client_secret, auth.google.server_metadata_url"),
        (SHARED | {"google": PROVIDER, "okta": without(PROVIDER, "client_id")}, "auth.okta.client_id"),
        (SHARED | {"google": PROVIDER, "client_id": "x"}, "auth.client_secret, auth.server_metadata_url"),
        (PROVIDER | {"google": PROVIDER}, "auth.redirect_uri, auth.cookie_secret"),
    ],
)  # fmt: skip
def test_incomplete_sign_in_says_what_is_missing(auth, missing):
    with pytest.raises(SettingsError) as caught:
        load({"CATENA_OPERATORS": "@fleet.example"}, {"auth": auth})
    assert str(caught.value).startswith(f"Sign-in is incomplete: {missing} must be set")


def test_a_provider_that_streamlit_refuses_by_its_name():
    with pytest.raises(SettingsError, match=r"^auth\.my_idp "):
        load({"CATENA_OPERATORS": "@fleet.example"}, {"auth": SHARED | {"my_idp": PROVIDER}})


@pytest.mark.parametrize(
    "secret",
    [
        "short",
        pytest.param(token_urlsafe(48)[:31], id="31 characters"),
        "a long random text",
        "A long random text" * 4,
        "a-long-random-text_" * 4,
        "alongrandomtext" * 4,
        "a long random text" + "!" * 32,
        " a long random text, longer than 32 ",
        f"the output of: {COMMAND}",
        "x" * 64,
        "1234" * 16,
        " " * 40 + "x",
    ],
)
def test_a_cookie_secret_that_can_be_guessed_is_refused(secret):
    with pytest.raises(
        SettingsError, match=r"^auth\.cookie_secret in secrets\.toml must be random"
    ) as caught:
        load({"CATENA_OPERATORS": "@fleet.example"}, {"auth": AUTH | {"cookie_secret": secret}})
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "secret",
    [token_urlsafe(24), token_hex(16), token_urlsafe(48)],
    ids=["24 bytes", "16 in digits", "48 bytes"],
)
def test_a_random_cookie_secret_will_do(secret):
    assert load({"CATENA_OPERATORS": "@fleet.example"}, {"auth": AUTH | {"cookie_secret": secret}}).sign_in


def test_plain_http_is_for_this_machine_only():
    assert load({"CATENA_API_URL": "http://127.0.0.1:9000/"}, {}).api_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("LOCALHOST.", True), ("127.0.0.1", True), ("127.8.9.1", True),
        ("::1", True), ("[::1]", True), ("0.0.0.0", False), ("192.168.1.2", False),
        ("localhost.example.com", False), ("", False), ("testclient", False),
        ("::ffff:127.0.0.1", True), ("[::ffff:127.8.9.1]", True), ("::ffff:7f00:1", True),
        ("::ffff:192.168.1.2", False), ("[::ffff:192.168.1.2]", False), ("::ffff:0.0.0.0", False), ("::", False),
        ("::1%lo", True), ("::ffff:127.0.0.1%lo", True), ("fe80::1%lo", False), ("LocalHost", True),
        ("[::1", False), ("::1]", False), ("[[::1]]", False), ("[]", False), ("127.0.0.1:8501", False),
    ],
)  # fmt: skip
def test_loopback(host, expected):
    assert is_loopback(host) is expected
