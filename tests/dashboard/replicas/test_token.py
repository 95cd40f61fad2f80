"""The API's token that replicas share: one request for all, unreadable in Redis, and no replica's end costs it."""

from secrets import token_urlsafe

import pytest

from catena_client import Secret
from dashboard.replicas.token import SharedToken
from tests.dashboard.catena import TOKEN, full_catena

WHOSE = "https://auth.test/realms/catena", "id"
REVOKE = TOKEN.removesuffix("token") + "revoke"


@pytest.fixture
def key():
    return Secret(token_urlsafe(32))


@pytest.fixture
def client_of(store_of, key):
    catena, made = full_catena(), []

    def make():
        made.append(catena.client(token_store=SharedToken(store_of(), key, *WHOSE)))
        return made[-1]

    make.catena = catena
    yield make
    for client in made:
        client.close()


def names(client):
    return [fleet.name for fleet in client.fleets.iterate()]


def test_one_request_is_enough_for_all_and_the_end_of_one_leaves_it_to_the_others(client_of):
    first, second = client_of(), client_of()
    assert names(first) == names(second) != []
    first.close()
    assert names(second)
    assert names(client_of())
    assert (client_of.catena.asked[TOKEN], client_of.catena.asked[REVOKE]) == (1, 0)


def test_one_that_is_refused_is_replaced_for_all(client_of):
    first, second = client_of(), client_of()
    assert names(first)
    assert names(second)
    respond = client_of.catena.respond
    valid = {"token": "token"}

    def anew(request):
        answer = respond(request)
        if request.url.path == TOKEN:
            valid["token"] = "newer"
            return type(answer)(200, json={"access_token": "newer", "expires_in": 300})
        if request.headers["authorization"] != f"Bearer {valid['token']}":
            return type(answer)(401, json={"message": "expired"})
        return answer

    client_of.catena.respond = anew
    valid["token"] = "newer"
    assert names(first)
    assert names(second)
    assert client_of.catena.asked[TOKEN] == 2, "once at first, once for both after that"


def test_without_redis_each_has_one_of_its_own(client_of, server):
    server.stop()
    assert names(client_of())
    assert names(client_of())
    assert client_of.catena.asked[TOKEN] == 2


def test_redis_holds_nothing_that_could_be_read(store_of, key):
    store = store_of()
    shared = SharedToken(store, key, *WHOSE)
    shared.save(Secret("the-token-itself"), 60.0)
    kept = store.get(shared._name)
    assert kept is not None
    assert b"the-token-itself" not in kept[0]
    assert 0 < kept[1] <= 60
    token, seconds = shared.load()
    assert token.reveal() == "the-token-itself"
    assert 0 < seconds <= 60
    for other in (
        SharedToken(store, Secret(token_urlsafe(32)), *WHOSE),
        SharedToken(store, key, WHOSE[0], "other"),
    ):
        assert other.load() is None
