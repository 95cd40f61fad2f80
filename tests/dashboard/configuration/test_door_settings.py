"""The settings of the door: what they take, and that a wrong one says so."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from dashboard.configuration.settings import SettingsError, load

RANDOM = "5XvPq0-8rTzKb3nWmYc7LdJf2hGs9Aeu"
AUTH = {
    "cookie_secret": RANDOM,
    "client_id": "x",
    "client_secret": "x",
    "server_metadata_url": "https://login.example.com/.well-known/openid-configuration",
}


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("CATENA_SESSION_HOURS", "", "session_hours", 12),
        ("CATENA_SESSION_HOURS", "720", "session_hours", 720),
        ("CATENA_IDLE_MINUTES", "", "idle_minutes", 120),
        ("CATENA_IDLE_MINUTES", "5", "idle_minutes", 5),
        ("CATENA_TRUSTED_PROXIES", "", "trusted_proxies", ()),
        (
            "CATENA_TRUSTED_PROXIES",
            "10.0.0.0/8, 127.0.0.1,::1",
            "trusted_proxies",
            (ip_network("10.0.0.0/8"), ip_network("127.0.0.1/32"), ip_network("::1/128")),
        ),
        ("CATENA_EMBED_ORIGINS", "https://A.example/, https://b.example:444", "embed_origins",
         ("https://a.example", "https://b.example:444")),
        ("CATENA_METRICS_PORT", "", "metrics_address", None),
        ("CATENA_METRICS_PORT", "9464", "metrics_address", ("127.0.0.1", 9464)),
        ("CATENA_METRICS_PORT", "0.0.0.0:9464", "metrics_address", ("0.0.0.0", 9464)),
        ("CATENA_METRICS_PORT", "[::]:65535", "metrics_address", ("::", 65535)),
        ("CATENA_LOG_LEVEL", "", "log_level", "warning"),
        ("CATENA_LOG_LEVEL", "debug", "log_level", "debug"),
    ],
)  # fmt: skip
def test_what_a_setting_takes(name, value, field, expected):
    assert getattr(load({name: value}, {}), field) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CATENA_SESSION_HOURS", "0"),
        ("CATENA_SESSION_HOURS", "721"),
        ("CATENA_SESSION_HOURS", "1.5"),
        ("CATENA_SESSION_HOURS", "²"),
        ("CATENA_IDLE_MINUTES", "4"),
        ("CATENA_IDLE_MINUTES", "-5"),
        ("CATENA_TRUSTED_PROXIES", "proxy.example"),
        ("CATENA_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("CATENA_EMBED_ORIGINS", "http://a.example"),
        ("CATENA_EMBED_ORIGINS", "https://*.example"),
        ("CATENA_EMBED_ORIGINS", "https://a.example/page"),
        ("CATENA_EMBED_ORIGINS", "https://a.example; script-src *"),
        ("CATENA_METRICS_PORT", "0"),
        ("CATENA_METRICS_PORT", "65536"),
        ("CATENA_METRICS_PORT", "localhost:9464"),
        ("CATENA_METRICS_PORT", "1.2.3:9464"),
        ("CATENA_METRICS_PORT", "::1:9464"),
        ("CATENA_METRICS_PORT", "9464/metrics"),
        ("CATENA_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(name, value):
    with pytest.raises(SettingsError, match=rf"^{name} must [^\n]*\.$"):
        load({name: value}, {})


@pytest.mark.parametrize(
    ("uri", "is_taken"),
    [
        ("https://fleets.example.com/oauth2callback", True),
        ("https://fleets.example.com:8443/maps/oauth2callback", True),
        ("http://localhost:8501/oauth2callback", True),
        ("http://localhost:{port}/oauth2callback", True),
        ("http://127.0.0.1/oauth2callback", True),
        ("http://[::1]:8501/oauth2callback", True),
        ("http://fleets.example.com/oauth2callback", False),
        ("http://localhost.example.com/oauth2callback", False),
        ("ftp://localhost/oauth2callback", False),
        ("https:///oauth2callback", False),
        ("https://fleets.example.com/", False),
        ("https://fleets.example.com/oauth2callback/", False),
        ("fleets.example.com/oauth2callback", False),
    ],
)
def test_people_are_sent_back_by_https_except_to_this_machine(uri, is_taken):
    given = {"auth": AUTH | {"redirect_uri": uri}}
    if is_taken:
        assert load({"CATENA_OPERATORS": "@fleet.example"}, given).redirect_uri == uri
    else:
        with pytest.raises(SettingsError, match=r"^auth\.redirect_uri in secrets\.toml must be the https"):
            load({"CATENA_OPERATORS": "@fleet.example"}, given)
