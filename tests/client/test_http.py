"""The network's failures, in words."""

import httpx
import pytest

import catena_client.http
from catena_client import (
    CatenaClient,
    CatenaError,
    ConnectionFailed,
    GarbledAnswer,
    InvitationCreate,
    RetryPolicy,
    Timeout,
)
from tests.client.fake import FakeCatena

UNKNOWN = "It is unknown whether it was carried out: look before repeating it."


@pytest.mark.parametrize(
    ("failure", "kind", "message"),
    [
        (
            httpx.ReadTimeout("x"),
            Timeout,
            "GET /v2/orgs/fleets: api.test did not answer within 30 s. Try again later.",
        ),
        (
            httpx.ConnectError("[Errno -2] Name or service not known"),
            ConnectionFailed,
            "GET /v2/orgs/fleets: no answer from api.test ([Errno -2] Name or service not known). "
            "Check the address and the network.",
        ),
        (
            httpx.RemoteProtocolError("x"),
            ConnectionFailed,
            "GET /v2/orgs/fleets: no answer from api.test (the server broke off the answer). "
            "Check the address and the network.",
        ),
        (
            httpx.ReadError("x"),
            ConnectionFailed,
            "GET /v2/orgs/fleets: no answer from api.test (the connection broke). Check the address and the network.",
        ),
        (
            httpx.ProxyError("x"),
            ConnectionFailed,
            "GET /v2/orgs/fleets: no answer from api.test (the proxy refused the connection). "
            "Check the address and the network.",
        ),
        (
            httpx.LocalProtocolError("x"),
            ConnectionFailed,
            "GET /v2/orgs/fleets: no answer from api.test (no answer). Check the address and the network.",
        ),
        (
            httpx.DecodingError("x"),
            GarbledAnswer,
            "GET /v2/orgs/fleets: the answer of api.test could not be decompressed. Try again.",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failures_say_what_was_asked_what_happened_and_what_to_do(
    client: CatenaClient, fake: FakeCatena, failure: Exception, kind: type[CatenaError], message: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise failure

    fake.answer = answer
    with pytest.raises(kind) as caught:
        client.fleets.page()
    assert type(caught.value) is kind
    assert str(caught.value) == message
    with pytest.raises(kind) as caught:
        client.invitations.create(InvitationCreate(fleet_ref="a"))
    assert str(caught.value).endswith(UNKNOWN)


def test_a_broken_content_encoding_is_garbled(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, stream=_Stream())
    with pytest.raises(GarbledAnswer, match="could not be decompressed"):
        client.fleets.page()


class _Stream(httpx.SyncByteStream):
    def __iter__(self):  # type: ignore[no-untyped-def]
        yield b"this is not gzip"


def test_a_refused_port_is_a_failed_connection() -> None:
    with (
        CatenaClient(
            "a",
            "b",
            api_url="http://127.0.0.1:9",
            auth_url="http://127.0.0.1:9",
            retry=RetryPolicy(attempts=1),
        ) as client,
        pytest.raises(ConnectionFailed, match=r"no answer from 127\.0\.0\.1 \(.*refused"),
    ):
        client.fleets.page()


@pytest.mark.parametrize(
    "url", ["", "api.test", "ftp://api.test", "https://", "https://api.test?a=b", "https:/x"]
)
@pytest.mark.parametrize("name", ["api_url", "auth_url"])
def test_a_wrong_address_is_refused_at_once(name: str, url: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be an address like https://api.example.com"):
        CatenaClient("a", "b", **{name: url})


def test_a_trailing_slash_and_a_path_prefix_are_fine(fake: FakeCatena) -> None:
    with CatenaClient(
        "a", "b", api_url="https://api.test/prefix/", transport=httpx.MockTransport(fake)
    ) as client:
        client.fleets.page()
    assert str(fake.requests[0].url) == "https://api.test/prefix/v2/orgs/fleets"


def test_all_that_is_exported_exists() -> None:
    for name in catena_client.http.__all__:
        assert hasattr(catena_client.http, name)
