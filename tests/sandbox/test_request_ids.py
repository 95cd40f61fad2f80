"""Every answer says which request it belongs to, and no two say the same."""

import uuid

from sandbox import Fault
from tests.sandbox.conftest import TOKEN_PATH, Rig


def test_each_answer_carries_an_id_of_its_own(rig: Rig) -> None:
    answers = [
        rig.api("GET", "/v2/orgs/fleets"),
        rig.api("GET", "/v2/orgs/fleets"),
        rig.api("GET", "/v2/orgs/nothing"),
        rig.nobody("GET", "/v2/orgs/fleets"),
        rig.nobody("POST", TOKEN_PATH, data={}),
    ]
    for fault in ("500", "429", "502", "truncated"):
        rig.sandbox.faults = [Fault(fault, at="fleets")]
        answers.append(rig.api("GET", "/v2/orgs/fleets"))
    assert [answer.status_code for answer in answers] == [200, 200, 404, 401, 401, 500, 429, 502, 200]
    ids = {str(uuid.UUID(answer.headers["x-request-id"])) for answer in answers}
    assert len(ids) == len(answers)
