"""Answers as types: the recorded ones, and those with fields missing, unknown or in other zones."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import h3
import msgspec
import pytest

import catena_client.models as models
from catena_client import (
    Connection,
    DataFreshness,
    Fleet,
    FleetSummary,
    Invitation,
    InvitationCreate,
    Page,
    ResourceCount,
    ShareAgreement,
    Trailer,
    TrailerLiveLocation,
    TrailerLocation,
    Tsp,
    TspIntegrations,
    User,
    Vehicle,
    VehicleLiveLocation,
    VehicleLocation,
    VehicleSummary,
    Webhook,
    coordinates,
)
from catena_client.auth import TokenAnswer
from catena_client.call import Answer, Call
from catena_client.decoding import decode
from catena_client.models.base import Model
from tests.client.fake import EXAMPLES, SAMPLES, WHEN, example, sample, source_row

KINDS: dict[str, Any] = {
    "auth_token": TokenAnswer,
    "integrations_connection_get": Connection,
    "integrations_connections_list": Page[Connection],
    "integrations_data_freshness": list[DataFreshness],
    "integrations_tsp_get": TspIntegrations,
    "integrations_tsps_list": Page[TspIntegrations],
    "notifications_webhook_create": Webhook,
    "notifications_webhook_get": Webhook,
    "notifications_webhooks_list": Page[Webhook],
    "orgs_fleet_get": Fleet,
    "orgs_fleets_list": Page[Fleet],
    "orgs_invitation_accept": Invitation,
    "orgs_invitation_create_200_refreshed": Invitation,
    "orgs_invitation_create_201": Invitation,
    "orgs_invitation_decline": Invitation,
    "orgs_invitation_get": Invitation,
    "orgs_invitations_list": Page[Invitation],
    "orgs_share_agreement_get": ShareAgreement,
    "orgs_share_agreement_patch": ShareAgreement,
    "orgs_share_agreements_list": Page[ShareAgreement],
    "orgs_tsp_get": Tsp,
    "orgs_tsps_list": list[Tsp],
    "telematics_analytics_fleets": Page[FleetSummary],
    "telematics_analytics_overview": ResourceCount,
    "telematics_analytics_trailers_live_locations": Page[TrailerLiveLocation],
    "telematics_analytics_vehicles": Page[VehicleSummary],
    "telematics_analytics_vehicles_live_locations": Page[VehicleLiveLocation],
    "telematics_trailer_get": Trailer,
    "telematics_trailer_locations_list": Page[TrailerLocation],
    "telematics_trailers_list": Page[Trailer],
    "telematics_user_get": User,
    "telematics_users_list": Page[User],
    "telematics_vehicle_get": Vehicle,
    "telematics_vehicle_locations_list": Page[VehicleLocation],
    "telematics_vehicles_list": Page[Vehicle],
}
RECORDED: dict[str, Any] = {
    **{name: kind for name, kind in KINDS.items() if name != "notifications_webhook_get"},
    "telematics_vehicle_locations_page1": Page[VehicleLocation],
    "telematics_vehicle_locations_page2": Page[VehicleLocation],
}
MODELS = [getattr(models, name) for name in models.__all__ if name[0].isupper()]
ROWS = [kind for kind in MODELS if issubclass(kind, Model)]


def read(content: object, kind: Any) -> Any:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return decode(Call("GET", "/"), Answer(200, {}, raw), kind)


@pytest.mark.parametrize("name", KINDS)
def test_an_answer_of_the_sandbox_is_read_whole(name: str) -> None:
    raw = sample(name)
    assert_same(read(raw, KINDS[name]), json.loads(raw))


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_answer_is_read_whole(name: str) -> None:
    raw = example(name)
    assert_same(read(raw, RECORDED[name]), json.loads(raw))


def assert_same(got: Any, sent: Any) -> None:
    """Everything the model has is what was sent, and nothing sent was taken for missing."""
    if isinstance(got, msgspec.Struct):
        for field in got.__struct_fields__:
            if field in sent:
                assert_same(getattr(got, field), sent[field])
    elif isinstance(got, list) and sent and isinstance(got[0], msgspec.Struct):
        assert len(got) == len(sent)
        for one, other in zip(got, sent, strict=True):
            assert_same(one, other)
    elif isinstance(got, datetime):
        assert got.tzinfo is UTC
        assert got == datetime.fromisoformat(sent)
    elif hasattr(got, "reveal"):
        assert got.reveal() == sent
    elif hasattr(got, "isoformat"):
        assert got.isoformat() == sent
    else:
        assert got == sent


def test_every_sample_is_read_by_a_test() -> None:
    others = ("error_", "garbled_", "odd_")
    assert {path.stem for path in SAMPLES.iterdir() if not path.name.startswith(others)} == KINDS.keys()


def test_every_recorded_answer_has_a_model() -> None:
    if not EXAMPLES.exists():
        pytest.skip("the recorded examples are not here")
    assert {path.stem for path in EXAMPLES.glob("*.json")} == RECORDED.keys() | {"errors"}


@pytest.mark.parametrize("source", [sample, example])
@pytest.mark.parametrize("name", ["telematics_vehicle_locations_list", "telematics_trailer_locations_list"])
def test_cells_are_those_of_their_positions(name: str, source: Callable[[str], bytes]) -> None:
    rows = read(source(name), KINDS[name]).items
    for row in rows:
        lon, lat = coordinates(row.location) or pytest.fail("a position was not read")
        assert h3.str_to_int(h3.latlng_to_cell(lat, lon, 11)) == row.h3_index_11
        assert type(row.h3_index_11) is int


def test_what_the_contract_calls_optional_may_be_missing() -> None:
    row = read(source_row(), VehicleLocation)
    assert (row.speed, row.location, row.occurred_at, row.fleet_ref, row.inferred_address) == (None,) * 5
    assert read(source_row(), Vehicle).vehicle_name is None
    assert read({"items": []}, Page[Vehicle]) == Page(items=[], total=None, next_page=None)


def test_unknown_fields_are_ignored() -> None:
    row = read(source_row(vehicle={"id": "new"}, extras=None, source_data={"a": [1]}), VehicleLocation)
    assert row.id == "row-0"


@pytest.mark.parametrize("number", [626692562405187583, 2**63 - 1, 2**53 + 1])
def test_cells_are_exact(number: int) -> None:
    assert read(source_row(h3_index_11=number), VehicleLocation).h3_index_11 == number


@pytest.mark.parametrize(
    "sent", ["2026-04-17T01:41:18Z", "2026-04-17T03:41:18+02:00", "2026-04-16T20:11:18.000000-05:30"]
)
def test_times_are_turned_to_utc(sent: str) -> None:
    row = read(source_row(occurred_at=sent, deleted_at=None), VehicleLocation)
    assert row.occurred_at == datetime(2026, 4, 17, 1, 41, 18, tzinfo=UTC)
    assert row.occurred_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ({"type": "Point", "coordinates": [-88.45, 42.31]}, (-88.45, 42.31)),
        ({"type": "Point", "coordinates": [-88, 42, 200.5], "bbox": None}, (-88.0, 42.0)),
        ({"type": "Point", "coordinates": [180, -90]}, (180.0, -90.0)),
        ({"type": "Point", "coordinates": [0, 0]}, (0.0, 0.0)),
        (None, None),
        ("Point", None),
        ([], None),
        ({}, None),
        ({"type": "Point"}, None),
        ({"type": "Point", "coordinates": None}, None),
        ({"type": "Point", "coordinates": []}, None),
        ({"type": "Point", "coordinates": [1]}, None),
        ({"type": "Point", "coordinates": "12"}, None),
        ({"type": "Point", "coordinates": [None, None]}, None),
        ({"type": "Point", "coordinates": ["1", "2"]}, None),
        ({"type": "Point", "coordinates": [True, False]}, None),
        ({"type": "Point", "coordinates": [180.1, 0]}, None),
        ({"type": "Point", "coordinates": [0, 90.1]}, None),
        ({"type": "Point", "coordinates": [float("nan"), 0]}, None),
        ({"type": "Point", "coordinates": [0, float("inf")]}, None),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, None),
    ],
)
def test_coordinates(location: object, place: tuple[float, float] | None) -> None:
    assert coordinates(location) == place


@pytest.mark.parametrize("sent", [None, {}, "here", 5, [1, 2], {"type": "Polygon"}])
def test_a_location_may_be_anything(sent: object) -> None:
    assert read(source_row(location=sent), VehicleLocation).location == sent


@pytest.mark.parametrize("kind", ROWS)
def test_models_are_frozen_and_untracked(kind: type[Model]) -> None:
    assert kind.__struct_config__.frozen
    assert not kind.__struct_config__.gc


def test_an_invitation_is_sent_without_what_is_none() -> None:
    wanted = InvitationCreate(
        fleet_ref="a <script> 🚚", limit_tsps=["geotab"], permissions={"vehicle": "read"}
    )
    assert json.loads(msgspec.json.encode(wanted)) == {
        "fleet_ref": "a <script> 🚚",
        "limit_tsps": ["geotab"],
        "permissions": {"vehicle": "read"},
    }


def test_a_page_is_smaller_than_what_json_makes_of_it() -> None:
    """The reason for the fields left out. Counted, not timed."""
    raw = json.dumps(
        {"items": [source_row(n, extras={}, source_data={}, location=None, speed=1.5) for n in range(500)]}
    ).encode()
    sizes = []
    for work in (lambda: read(raw, Page[VehicleLocation]), lambda: json.loads(raw)):
        work()
        tracemalloc.start()
        kept = work()
        sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        del kept
    assert sizes[0] < 0.75 * sizes[1]
    assert WHEN in raw.decode()
