"""Two replicas put together by their settings: what is done on one counts on the other."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from catena_client import Secret
from dashboard.access.scope import Scope
from dashboard.access.session import Refused, Session
from dashboard.access.viewer import OPERATOR, Visibility
from dashboard.configuration.settings import Settings
from dashboard.service import Service
from dashboard.sharing.shares import COOKIE
from tests.dashboard.waiting import until
from tests.redis_fixtures import redis_process, server  # noqa: F401 - fixtures

ANN = replace(OPERATOR, name="ann@example.com", address="192.0.2.1")
SEEN = Visibility(frozenset({"f1"}))


@pytest.fixture
def replicas(server, tmp_path):  # noqa: F811
    settings = Settings(
        client_id="id",
        client_secret=Secret("secret"),
        redis_url=Secret(server.url),
        redis_key=Secret(secrets.token_urlsafe(32)),
    )
    made = [Service(replace(settings, data_folder=tmp_path / name)) for name in ("one", "other")]
    yield made
    for service in made:
        service.close()


def test_a_link_that_one_made_lets_in_on_the_other_until_it_is_revoked(replicas):
    one, other = replicas
    share, token = one.shares.make(ANN, "Storm watch", SEEN, 3600, pass_code="grün-7")
    _, secret = other.shares.open(token, "grün-7", "192.0.2.9")
    cookies = {COOKIE: secret}
    for service in replicas:
        assert isinstance(service.doorway.sessions.of(cookies), Session)
    one.shares.revoke(ANN, share.id)
    for service in replicas:
        until(lambda service=service: _refused(service.doorway.sessions.of(cookies)))
    assert [entry.event for entry in other.audit.latest()] == ["share revoked", "share used", "share made"]


def test_who_left_on_one_is_out_on_the_other_where_they_were_in(replicas):
    one, other = replicas
    _, token = one.shares.make(ANN, "Storm watch", SEEN, 3600)
    cookies = {COOKIE: one.shares.open(token)[1]}
    session, same = (service.doorway.sessions.of(cookies) for service in replicas)
    assert isinstance(session, Session)
    assert session == same
    one.doorway.sessions.end(session)
    until(lambda: not isinstance(other.doorway.sessions.of(cookies), Session))


def test_ids_of_the_feed_numbers_and_handles_are_everybodys(replicas):
    one, other = replicas
    scope = Scope(SEEN)
    asked = {"type": "http", "query_string": b"", "headers": []}
    token = one._parts.tokens.id_of(scope)
    asked["query_string"] = f"id={token}".encode()
    until(lambda: other._parts.tokens.entry(Request(asked), Scope) == scope)
    assert one._parts.handle_key == other._parts.handle_key
    key = Secret(secrets.token_urlsafe(32))
    foreign = Service(replace(one.settings, redis_key=key, data_folder=one.settings.data_folder / "foreign"))
    assert foreign._parts.handle_key != one._parts.handle_key
    assert foreign._parts.tokens.entry(Request(asked), Scope) is None
    foreign.close()


def test_what_a_webhook_tells_one_all_know(replicas, monkeypatch):
    looked = []
    for service in replicas:
        monkeypatch.setattr(service.invitations, "invalidate", lambda service=service: looked.append(service))
    one, other = replicas
    until(lambda: one._tell("") or other in looked)  # once both listen
    at = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    one._webhooks._on_opened("REF | 1", at)
    until(lambda: other.invitations._opened.get("REF | 1") == at)
    assert one.invitations._opened.get("REF | 1") == at
    assert one in looked


def test_a_process_alone_needs_no_redis(tmp_path):
    settings = Settings(client_id="id", client_secret=Secret("secret"), data_folder=tmp_path)
    one, other = (Service(replace(settings, data_folder=tmp_path / name)) for name in ("one", "other"))
    assert one._parts.handle_key != other._parts.handle_key
    for service in (one, other):
        service.close()


def _refused(found):
    return isinstance(found, Refused) and found.reason == "share_over"
