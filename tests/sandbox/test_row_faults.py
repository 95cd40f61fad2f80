"""Row faults: each puts what it says on the wire, into the same rows every time, and into no others."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import Fault
from sandbox.faults import ROW_FAULTS
from tests.sandbox.conftest import Rig
from tests.sandbox.contract import PATHS

IDS = {
    "vehicle-locations": "vehicle_id",
    "trailer-locations": "trailer_id",
    "data-freshness": "connection_id",
}


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    text: str


def load(text: str | bytes) -> Any:
    """Read JSON with numbers as written; unlike msgspec it reads lone surrogates."""
    return json.loads(text, parse_int=Number, parse_float=Number)


def rows_of(rig: Rig, name: str, **params: Any) -> list[Any]:
    """Return the rows of a list as they were sent."""
    response = rig.api("GET", PATHS[name], params={"size": 1000, **params})
    assert response.status_code == 200
    body = load(response.content)
    rows: list[Any] = body if isinstance(body, list) else body["items"]
    return rows


EVERY = [(kind, name) for kind, what in ROW_FAULTS.items() for name in what.fields]


@pytest.fixture(scope="module")
def big() -> Any:
    """A world with rows in every list, and texts where faults go."""
    rig = Rig(vehicles=120, fleets=6)
    rig.api("POST", "/v2/notifications/webhooks", json={"url": "https://a.test", "event_name": "vehicle.*"})
    yield rig
    rig.close()


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_each_fault_reaches_the_wire_in_its_own_fields_alone(big: Rig, kind: str, name: str) -> None:
    what = ROW_FAULTS[kind]
    big.sandbox.faults = []
    before = rows_of(big, name)
    big.sandbox.faults = [Fault(kind, at=name)]
    after = rows_of(big, name)
    assert len(after) == len(before) > 0
    for old, new in zip(before, after, strict=True):
        if not what.fields[name]:
            assert not isinstance(new, dict), "the whole row is something else"
            continue
        assert set(new) == set(old)
        assert set(what.fields[name]) <= set(new)
        for field in what.fields[name]:
            assert isinstance(new[field], Number) if what.put == (b"#",) else new[field] == load(what.put[0])
        changing = {*what.fields[name], "magic_link"}
        assert {k: v for k, v in new.items() if k not in changing} == {
            k: v for k, v in old.items() if k not in changing
        }


@pytest.mark.parametrize(
    ("kind", "field", "sent"),
    [
        ("row-speed", "speed", "fast"),
        ("row-h3-negative", "h3_index_11", Number("-1")),
        ("row-h3-large", "h3_index_11", Number("18446744073709551616")),
        ("row-year", "model_year", Number("2019.0")),
        ("row-surrogate", "source_name", "\ud800"),
        ("row-date", "occurred_at", ""),
        ("row-connection", "connection_id", None),
    ],
)
def test_what_is_sent_by_default(big: Rig, kind: str, field: str, sent: object) -> None:
    big.sandbox.faults = [Fault(kind)]
    name = "vehicles" if kind == "row-year" else "vehicle-locations"
    assert {row[field] for row in rows_of(big, name)} == {sent}


def test_rows_are_replaced_by_numbers_and_by_texts(big: Rig) -> None:
    big.sandbox.faults = [Fault("row-not-object")]
    sent = rows_of(big, "vehicle-locations")
    assert {type(row) for row in sent} == {Number, str}


@pytest.mark.parametrize(
    "name", ["vehicle-locations", "vehicles", "trailers", "users", "fleets", "invitations"]
)
def test_a_small_share_hits_one_row_whatever_the_list_is_filtered_by(big: Rig, name: str) -> None:
    big.sandbox.faults = [Fault("row-surrogate", 1e-9, name)]

    def hit(**params: Any) -> list[str]:
        key = IDS.get(name, "id")
        return [row[key] for row in rows_of(big, name, **params) if "\ud800" in row.values()]

    whole = hit()
    assert len(whole) == 1
    assert hit() == whole
    if name not in {"fleets", "invitations"}:
        fleets = [row["id"] for row in rows_of(big, "fleets")]
        assert [one for fleet in fleets for one in hit(fleet_ids=fleet)] == whole


def test_a_larger_share_hits_more_and_the_same_again(big: Rig) -> None:
    def hit(kind: str, share: float) -> set[str]:
        big.sandbox.faults = [Fault(kind, share)]
        field = ROW_FAULTS[kind].fields["vehicle-locations"][0]
        put = load(ROW_FAULTS[kind].put[0])
        return {row["vehicle_id"] for row in rows_of(big, "vehicle-locations") if row[field] == put}

    tenth, half = hit("row-time", 0.1), hit("row-time", 0.5)
    assert 3 <= len(tenth) < 25
    assert 40 < len(half) < 75
    assert tenth < half
    assert hit("row-time", 0.1) == tenth
    assert hit("row-address", 0.5) != half, "another fault hits others"


def test_several_faults_meet_in_one_row(big: Rig) -> None:
    big.sandbox.faults = [
        Fault("row-speed"),
        Fault("row-surrogate", at="vehicles"),
        Fault("repeat-cursor"),
        Fault("row-source"),
        Fault("row-h3-text", at="trailer-locations"),
    ]
    row = rows_of(big, "vehicle-locations")[0]
    assert (row["speed"], row["source_name"]) == ("fast", None)
    assert rows_of(big, "trailer-locations")[0]["h3_index_11"] == "8b2a1072b59ffff"
    page = load(big.api("GET", PATHS["vehicles"]).content)
    assert page["next_page"] == page["current_page"]
    assert page["items"][0]["vehicle_name"] == "\ud800"


def test_a_single_object_is_hit_like_its_row(big: Rig) -> None:
    big.sandbox.faults = [Fault("row-name", 1e-9, "vehicles")]
    rows = rows_of(big, "vehicles")
    for row in rows[:5] + [one for one in rows if one["vehicle_name"] is None]:
        one = big.api.get(f"{PATHS['vehicles']}/{row['id']}")
        assert one["vehicle_name"] == row["vehicle_name"]


def test_writes_are_answered_well(big: Rig) -> None:
    big.sandbox.faults = [Fault("row-not-object", at="invitations")]
    assert big.invite("well-answered")["fleet_ref"] == "well-answered"


@pytest.mark.parametrize("vehicles", [0, 1])
def test_small_worlds(vehicles: int) -> None:
    rig = Rig(vehicles=vehicles, fleets=1)
    rig.sandbox.faults = [Fault(kind, 1e-9, name) for kind, name in EVERY]
    for name in {name for _, name in EVERY}:
        assert rig.api("GET", PATHS[name]).status_code == 200
    assert rig.api("GET", "/v2/integrations/tsps").status_code == 200
    rig.close()
