"""What the client tells of each answer."""

import httpx
import pytest

from catena_client import CatenaClient, CatenaError, RetryPolicy
from tests.client.fake import FakeCatena, Waits, page

GET = "GET /v2/orgs/fleets"


def refused(_request):
    raise httpx.ConnectError("no route")


@pytest.mark.parametrize(
    ("answers", "token", "told"),
    [
        ([page([])], None, [("token", 200), (GET, 200)]),
        ([httpx.Response(503), page([])], None, [("token", 200), (GET, 503), (GET, 200)]),
        ([httpx.Response(401), page([])], None, [("token", 200), (GET, 401), ("token", 200), (GET, 200)]),
        ([None], None, [("token", 200), (GET, None)]),
        ([], lambda _: httpx.Response(401), [("token", 401)]),
        ([], refused, [("token", None)]),
    ],
    ids=["good", "tried again", "a new token", "no answer", "refused credentials", "no token host"],
)
def test_each_answer_is_told_with_its_status(answers, token, told):
    coming = iter(answers)

    def answer(request):
        return next(coming) or refused(request)

    fake, heard = FakeCatena(answer, token), []
    attempts = len(answers) or 1
    with CatenaClient(
        "id",
        "secret",
        transport=httpx.MockTransport(fake),
        retry=RetryPolicy(attempts=attempts, sleep=Waits()),
        on_answer=lambda *what: heard.append(what),
    ) as client:
        try:
            list(client.fleets.iterate())
        except CatenaError:
            assert told[-1][1] != 200
    assert heard == told
