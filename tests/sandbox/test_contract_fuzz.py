"""Generated requests, good and bad, over the whole contract: no answer may fall outside it."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from tests.sandbox.conftest import Rig
from tests.sandbox.contract import AUTH_PREFIX, SPEC, check

schema = schemathesis.openapi.from_dict(SPEC)


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Rig]:
    rig = Rig(vehicles=60, fleets=3, token_seconds=10_000)
    yield rig
    rig.close()


@schema.parametrize()
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
def test_no_answer_falls_outside_the_contract(case: Case, fuzzed: Rig) -> None:
    path = case.formatted_path
    if path.startswith("/protocol"):
        path = AUTH_PREFIX + path
    kwargs = case.as_transport_kwargs(base_url="http://catena.test")
    body = {name: kwargs[name] for name in ("json", "data", "content") if kwargs.get(name) is not None}
    if isinstance(body.get("data"), (bytes, str)):
        body["content"] = body.pop("data")
    response = fuzzed.api(
        case.method,
        path,
        params={k: v for k, v in (kwargs.get("params") or {}).items() if v is not None},
        headers={k: v for k, v in (kwargs.get("headers") or {}).items() if k.lower() == "content-type"},
        **body,
    )
    assert response.status_code < 500, response.text
    if case.method.lower() in SPEC["paths"][case.path]:
        check(response)
    else:
        # data-freshness is also a connection's id to the other methods, so not always 405.
        assert 400 <= response.status_code < 500
