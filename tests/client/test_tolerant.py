"""Answers that are odd in one place cost that place alone."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest

from catena_client import (
    CatenaClient,
    DataFreshness,
    Fleet,
    InferredAddress,
    Invitation,
    Page,
    ShareAgreement,
    Trailer,
    Tsp,
    TspIntegrations,
    UnexpectedAnswer,
    User,
    Vehicle,
    VehicleLocation,
    Webhook,
    WebhookFilters,
    coordinates,
)
from catena_client.call import Answer, Call
from catena_client.decoding import decode
from catena_client.models.base import NonNegativeInt, Time
from tests.client.fake import (
    SAMPLES,
    WHEN,
    FakeCatena,
    Raw,
    fleet_row,
    invitation_row,
    page,
    sample,
    source_row,
    written,
)

CALL = Call("GET", "/v2/lists")
LOCATIONS = "telematics_vehicle_locations_list"
POINT = {"type": "Point", "coordinates": [-88.45, 42.31]}


def read(value: Any, kind: Any) -> Any:
    content = value if isinstance(value, bytes) else written(value).encode("utf-8", "surrogateescape")
    return decode(CALL, Answer(200, {}, content), kind)


SURROGATE = Raw('"lone \\ud800"')
NO_UTF8 = Raw('"\udcff"')  # the byte FF, see `read`

# The model, the field, what was sent, and what it is then: None where it is unknown.
UNREADABLE: list[tuple[Any, str, Any]] = [
    *((VehicleLocation, "speed", sent) for sent in ("fast", [5], {}, True, Raw("NaN"), Raw("-Infinity"))),
    *((VehicleLocation, "speed", sent) for sent in (Raw("1e400"), Raw("1" + "0" * 400), Raw("1" + "0" * 5000))),
    *((VehicleLocation, "occurred_at", sent) for sent in ("", "yesterday", "2026-04-17T01:41:18", 0, 1.5e9)),
    *((VehicleLocation, "occurred_at", f"{year}T00:00:00{zone}") for year, zone in (("0001-01-01", "+14:00"),)),
    (VehicleLocation, "occurred_at", "9999-12-31T23:59:59-10:00"),
    (VehicleLocation, "occurred_at", "2026-02-30T00:00:00Z"),
    *((VehicleLocation, "h3_index_11", sent) for sent in ("8b2664c1a6d5fff", "626692562405187583", -1, 2**63, 2**64)),
    *((VehicleLocation, "h3_index_11", sent) for sent in (1.5, True, Raw("1" + "0" * 5000))),
    *((VehicleLocation, "inferred_address", sent) for sent in ("Harvard, IL", 5, ["Harvard"])),
    *((VehicleLocation, "vehicle_id", sent) for sent in (5, {}, SURROGATE, NO_UTF8)),
    *((VehicleLocation, name, 5) for name in ("fleet_id", "connection_id", "source_name", "source_id", "driver_id")),
    (VehicleLocation, "created_at", "soon"),
    (Vehicle, "vehicle_name", SURROGATE),
    (Vehicle, "vehicle_name", NO_UTF8),
    (Vehicle, "vehicle_name", 12),
    (Vehicle, "is_active", "yes"),
    (Vehicle, "model_year", 2019.0),
    (Vehicle, "model_year", "2019"),
    (Trailer, "total_axles", -2),
    (User, "license_expiration", ""),
    (User, "license_expiration", "2026-13-01"),
    (User, "first_name", SURROGATE),
    (Fleet, "regulatory_id_date", ""),
    (Fleet, "name", 5),
    (Fleet, "invitation_id", 5),
    (Fleet, "websites", ["https://a.test", 5]),
    (Fleet, "websites", "https://a.test"),
    (Tsp, "is_sandbox", "no"),
    (Tsp, "name", {}),
    (TspIntegrations, "implemented_count", "many"),
    (TspIntegrations, "integrations", {"vehicle": 5}),
    (Invitation, "expires_at", ""),
    (Invitation, "magic_link", 5),
    (Invitation, "expires_in_hours", "24"),
    (Invitation, "permissions", {"vehicle": None}),
    (Invitation, "status", 5),
    (ShareAgreement, "scopes", []),
    (ShareAgreement, "effective_date", "2026-01-01"),
    (DataFreshness, "last_successful_execution_at", "never"),
    (Webhook, "filters", "all"),
]  # fmt: skip

# The fault of the sandbox, the model, its good sample, the fields that are unreadable, and those that are null.
SANDBOX_FAULTS: list[tuple[str, Any, str, set[str], set[str]]] = [
    ("row-speed", VehicleLocation, LOCATIONS, {"speed"}, set()),
    ("row-time", VehicleLocation, LOCATIONS, {"occurred_at"}, set()),
    ("row-position", VehicleLocation, LOCATIONS, {"h3_index_11"}, {"location"}),
    ("row-h3-text", VehicleLocation, LOCATIONS, {"h3_index_11"}, set()),
    ("row-h3-negative", VehicleLocation, LOCATIONS, {"h3_index_11"}, set()),
    ("row-h3-large", VehicleLocation, LOCATIONS, {"h3_index_11"}, set()),
    ("row-address", VehicleLocation, LOCATIONS, {"inferred_address"}, set()),
    ("row-connection", VehicleLocation, LOCATIONS, set(), {"connection_id"}),
    ("row-source", VehicleLocation, LOCATIONS, set(), {"source_name"}),
    ("row-fleet", VehicleLocation, LOCATIONS, set(), {"fleet_id", "fleet_ref"}),
    ("row-name", Fleet, "orgs_fleets_list", set(), {"name"}),
    ("row-date", VehicleLocation, LOCATIONS, {"occurred_at"}, set()),
    ("row-year", Vehicle, "telematics_vehicles_list", {"model_year"}, set()),
    ("row-surrogate", VehicleLocation, LOCATIONS, {"source_name"}, set()),
    ("null-coordinates", VehicleLocation, LOCATIONS, set(), {"location", "h3_index_11"}),
    ("bad-coordinates", VehicleLocation, LOCATIONS, set(), {"location", "h3_index_11"}),
]
SANDBOX_ROW_FAULTS = ["row-id", "row-not-object"]
"""What leaves no row to read."""

GOOD: dict[Any, dict[str, Any]] = {
    **dict.fromkeys((VehicleLocation, Vehicle, Trailer, User), source_row()),
    Fleet: fleet_row(),
    Tsp: {"id": "tsp-0", "slug": "geotab"},
    TspIntegrations: {"tsp_id": "tsp-0", "slug": "geotab"},
    Invitation: invitation_row(),
    ShareAgreement: {"id": "agreement-0", "fleet_id": "fleet-0", "status": "active"},
    DataFreshness: {"resource": "vehicle", "connection_id": "connection-0"},
    Webhook: {"id": "webhook-0", "event_name": "e"},
}


@pytest.mark.parametrize(
    ("kind", "name", "sent"), UNREADABLE, ids=lambda value: getattr(value, "__name__", repr(value)[:40])
)
def test_one_field_of_a_row_costs_that_field(kind: Any, name: str, sent: Any) -> None:
    good = GOOD[kind]
    got = read({"items": [good, good | {name: sent}, good], "total": 3, "next_page": "on"}, Page[kind])
    assert got.unreadable_fields == {name: 1}
    assert (got.unreadable, got.total, got.next_page) == (0, 3, "on")
    known = read(good, kind)
    assert got.items == [known, msgspec.structs.replace(known, **{name: None}), known]
    # The same row alone, and in a plain array.
    assert read(good | {name: sent}, kind) == got.items[1]
    assert read([good | {name: sent}, good], list[kind]) == [got.items[1], known]


@pytest.mark.parametrize(
    ("fault", "kind", "good", "unreadable", "null"),
    SANDBOX_FAULTS,
    ids=[fault for fault, *_ in SANDBOX_FAULTS],
)
def test_a_fault_of_the_sandbox_costs_the_fields_it_names(
    fault: str, kind: Any, good: str, unreadable: set[str], null: set[str]
) -> None:
    got = read(sample(f"odd_{fault}"), Page[kind])
    assert (got.unreadable, got.unreadable_fields) == (0, dict.fromkeys(unreadable, 2))
    unknown = dict.fromkeys(unreadable | null)
    rows = read(sample(good), Page[kind]).items[:2]
    if "location" in null:
        assert [coordinates(row.location) for row in got.items] == [None, None]
        unknown["location"] = "no point"
        got = msgspec.structs.replace(
            got, items=[msgspec.structs.replace(row, location="no point") for row in got.items]
        )
    assert got.items == [msgspec.structs.replace(row, **unknown) for row in rows]


@pytest.mark.parametrize("fault", SANDBOX_ROW_FAULTS)
def test_a_fault_of_the_sandbox_may_cost_the_row(fault: str) -> None:
    got = read(sample(f"odd_{fault}"), Page[VehicleLocation])
    assert (got.items, got.unreadable, got.unreadable_fields) == ([], 2, {})
    assert got.total is not None


def test_every_odd_sample_is_read() -> None:
    faults = [*(row[0] for row in SANDBOX_FAULTS), *SANDBOX_ROW_FAULTS]
    assert {path.stem for path in SAMPLES.glob("odd_*")} == {f"odd_{fault}" for fault in faults}


@pytest.mark.parametrize("name", ["connection_id", "source_name", "created_at", "source_id"])
def test_null_is_unknown_without_being_odd(name: str) -> None:
    got = read({"items": [source_row(**{name: None})]}, Page[Vehicle])
    assert getattr(got.items[0], name) is None
    assert (got.unreadable, got.unreadable_fields) == (0, {})


@pytest.mark.parametrize(
    "row",
    [None, 5, "row", [], [source_row()], {}, source_row(id=5), source_row(id=None), source_row(id=SURROGATE)],
    ids=repr,
)
@pytest.mark.parametrize("other", [{}, {"vehicle_name": SURROGATE}], ids=["typed", "by the standard library"])
def test_a_row_that_cannot_stand_is_counted_and_the_rest_stays(row: Any, other: dict[str, Any]) -> None:
    got = read({"items": [source_row(1, **other), row, source_row(2)], "total": 3}, Page[Vehicle])
    assert [one.id for one in got.items] == ["row-1", "row-2"]
    assert (got.unreadable, got.total) == (1, 3)
    assert got.unreadable_fields == dict.fromkeys(other, 1)
    assert [one.id for one in read([row, source_row(2)], list[Vehicle])] == ["row-2"]


def test_several_odd_rows_are_added_up() -> None:
    rows = [
        source_row(n, **odd) for n, odd in enumerate([{"speed": "x"}, {"speed": "y", "odometer": ""}, {}])
    ]
    got = read({"items": [*rows, None, 7]}, Page[VehicleLocation])
    assert (len(got.items), got.unreadable) == (3, 2)
    assert got.unreadable_fields == {"speed": 2, "odometer": 1}


def test_a_nested_row_loses_its_odd_field_alone() -> None:
    address = {"city": "Harvard", "province": 5, "country_code": "USA"}
    got = read({"items": [source_row(inferred_address=address)]}, Page[VehicleLocation])
    assert got.items[0].inferred_address == InferredAddress(city="Harvard", country_code="USA")
    assert got.unreadable_fields == {"inferred_address": 1}
    hook = {"id": "w", "filters": {"fleet_ids": ["a"], "fleet_refs": 5}}
    assert read(hook, Webhook).filters == WebhookFilters(fleet_ids=["a"])


@pytest.mark.parametrize(
    "location",
    [
        {"type": "Point", "coordinates": [Raw("NaN"), 42.31]},
        {"type": "Point", "coordinates": [Raw("1e400"), 42.31]},
        {"type": "Point", "coordinates": SURROGATE},
    ],
    ids=repr,
)
def test_a_location_that_no_value_holds_is_no_place(location: Any) -> None:
    rows = [source_row(0, location=location, speed=1.5), source_row(1, location=POINT)]
    got = read({"items": rows}, Page[VehicleLocation])
    assert [coordinates(row.location) for row in got.items] == [None, (-88.45, 42.31)]
    assert got.items[0].speed == 1.5
    assert got.unreadable_fields == {"location": 1}
    msgspec.json.encode(got.items[0].location)  # nothing is left in it that cannot be written


@pytest.mark.parametrize("total", ["many", -1, 2**64, 1.5, [], Raw("NaN"), Raw("1e400"), SURROGATE])
def test_an_odd_total_is_unknown(total: Any) -> None:
    got = read({"items": [source_row()], "total": total, "next_page": None}, Page[Vehicle])
    assert (len(got.items), got.total, got.unreadable) == (1, None, 0)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        *(
            (content, Page[Vehicle])
            for content in (
                {}, [], None, {"items": None}, {"items": {}}, {"items": 5, "total": Raw("NaN")},
                {"items": [], "next_page": 5}, {"items": [], "next_page": SURROGATE}, {"items": [], "next_page": []},
            )
        ),
        *((content, list[Vehicle]) for content in ({}, None, "text", {"items": []}, {"a": SURROGATE})),
        *((content, Vehicle) for content in ([], None, {}, source_row(id=5), source_row(id=SURROGATE))),
        (b"[" * 100_000, Page[Vehicle]),
        (b'{"items": [' + b"[" * 50_000 + b"]" * 50_000 + b"]}", Page[Vehicle]),
    ],
    ids=lambda value: repr(value)[:60],
)  # fmt: skip
def test_a_wrong_frame_is_unexpected(content: Any, kind: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"^GET /v2/lists was answered 200 with .+\.$") as caught:
        read(content, kind)
    assert type(caught.value) is UnexpectedAnswer
    assert caught.value.__context__ is None


class Few(msgspec.Struct, kw_only=True, frozen=True):
    """A row as a caller of `pages_as` may want it."""

    id: str
    occurred_at: Time | None = None
    speed: float | None = None
    cell: NonNegativeInt | None = msgspec.field(name="h3_index_11", default=None)
    source_name: str = "unknown"


def test_rows_of_the_callers_own_follow_the_same_rule(client: CatenaClient, fake: FakeCatena) -> None:
    odd = {"occurred_at": "0001-01-01T00:00:00+14:00", "speed": [], "h3_index_11": 2**64, "source_name": None}
    fake.answer = lambda _: page([source_row(0, **odd), source_row(1, occurred_at=WHEN), None])
    [got] = client.vehicle_locations.pages_as(Few)
    when = datetime(2026, 4, 17, 1, 41, 18, 263362, tzinfo=UTC)
    assert got.items == [Few(id="row-0"), Few(id="row-1", occurred_at=when, source_name="geotab")]
    assert got.unreadable == 1
    assert got.unreadable_fields == {"occurred_at": 1, "speed": 1, "cell": 1, "source_name": 1}


class MayLackId(msgspec.Struct, kw_only=True, frozen=True):
    """A row that stands without an id."""

    id: str | None = None
    source_id: str | None = None


def test_rows_without_an_id_are_not_taken_for_each_other(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = lambda _: page([source_row(0, id=7, source_id="a"), source_row(1)])
    pages = client.vehicle_locations.pages_as(MayLackId, fleet_ids=[f"f{n}" for n in range(101)])
    ids = [[row.id for row in one.items] for one in pages]
    assert ids == [[None, "row-1"], [None]], "one row of each request may be any; row-1 came before"


def test_good_fields_of_an_odd_row_are_read_as_ever() -> None:
    row = fleet_row(
        created_at="2026-04-17T03:41:18+02:00",
        regulatory_id_date="2020-02-29",
        invitation_id="abc",
        city=SURROGATE,
    )
    got = read({"items": [row]}, Page[Fleet]).items[0]
    assert got.created_at == datetime(2026, 4, 17, 1, 41, 18, tzinfo=UTC)
    assert got.created_at.tzinfo is UTC
    assert got.regulatory_id_date == date(2020, 2, 29)
    assert got.invitation_id is not None
    assert got.invitation_id.reveal() == "abc"


@pytest.mark.parametrize(
    ("ask", "answer", "told"),
    [
        (
            lambda client: client.fleets.get("f"),
            fleet_row(name=5),
            "GET /v2/orgs/fleets/{fleet_id}: fields that could not be read and are unknown: name (1).",
        ),
        (
            lambda client: client.tsps.list(),
            [{"id": "a"}, None, 5],
            "GET /v2/orgs/tsps: 2 rows could not be read and were left out.",
        ),
        (
            lambda client: list(client.fleets.iterate()),
            {"items": [fleet_row(name=5), None]},
            "GET /v2/orgs/fleets: 1 rows could not be read and were left out.",
        ),
        (lambda client: client.fleets.page(), {"items": [fleet_row(name=5), None]}, None),
    ],
)
def test_where_no_page_tells_of_it_the_log_does(
    client: CatenaClient,
    fake: FakeCatena,
    caplog: pytest.LogCaptureFixture,
    ask: Callable[[CatenaClient], object],
    answer: Any,
    told: str | None,
) -> None:
    fake.answer = lambda _: httpx.Response(200, json=answer)
    with caplog.at_level(logging.WARNING):
        ask(client)
    said = [record.getMessage() for record in caplog.records]
    assert (told in said) if told else said == []


def test_a_sum_with_an_unknown_part_is_unknown(client: CatenaClient, fake: FakeCatena) -> None:
    answers = iter([{"fleets": 2, "vehicles": 3, "drivers": 1}, {"fleets": 1, "vehicles": -3, "drivers": 1}])
    fake.answer = lambda _: httpx.Response(200, json=next(answers))
    count = client.analytics.overview(fleet_ids=[str(n) for n in range(150)])
    assert (count.fleets, count.vehicles, count.drivers, count.trailers) == (3, None, 2, None)


def test_what_can_be_read_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason why tidy answers cost nothing more. Counted, not timed."""
    monkeypatch.setattr(
        "catena_client.decoding.salvage", lambda *_: pytest.fail("a tidy page was read twice")
    )
    got = read({"items": [source_row(n, speed=1, location=POINT) for n in range(3)]}, Page[VehicleLocation])
    assert len(got.items) == 3
