"""Paths, filters and models against Catena's OpenAPI description, as the sandbox carries it."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

import catena_client.models as models
from catena_client import CatenaClient, InvitationCreate
from catena_client.paging import ListResource
from tests.client.fake import FakeCatena

CONTRACT = json.loads((Path(__file__).resolve().parents[2] / "sandbox" / "openapi.json").read_text())
SCHEMAS = CONTRACT["components"]["schemas"]
NOT_OFFERED = {"include_source_data"}
"""The models leave the raw data of the providers out."""

SCHEMA_OF = {
    "Connection": "ConnectionRead",
    "Fleet": "FleetRead",
    "Invitation": "InvitationRead",
    "ShareAgreement": "ShareAgreementRead",
    "Trailer": "TrailerRead",
    "TrailerLocation": "TrailerLocationRead",
    "Tsp": "TspRead",
    "TspIntegrations": "TspIntegrationsRead",
    "User": "UserRead",
    "Vehicle": "VehicleRead",
    "VehicleLocation": "VehicleLocationRead",
    "Webhook": "WebhookRead",
}
MODELS = sorted(set(models.__all__) - {"InvitationResult", "Page", "coordinates"})


def lists() -> Iterator[ListResource[Any, ...]]:
    client = CatenaClient("a", "b", transport=httpx.MockTransport(FakeCatena()))
    for holder in (client, client.tsps, client.analytics):
        yield from (value for value in vars(holder).values() if isinstance(value, ListResource))


LISTS = {one.path: one for one in lists()}


def parameters(path: str) -> dict[str, Any]:
    """Query parameters of a list, by name, with their schemas."""
    given = CONTRACT["paths"][path]["get"].get("parameters", [])
    shared = CONTRACT["components"]["parameters"]
    whole = [shared[one["$ref"].split("/")[-1]] if "$ref" in one else one for one in given]
    return {one["name"]: one["schema"] for one in whole if one["in"] == "query"}


def test_all_lists_are_looked_at() -> None:
    assert len(LISTS) == 15


@pytest.mark.parametrize("path", LISTS)
def test_filters_are_those_of_the_contract(path: str) -> None:
    offered = {field.name for field in fields(LISTS[path].query_type)}
    assert offered == parameters(path).keys() - NOT_OFFERED


@pytest.mark.parametrize("path", LISTS)
def test_lists_of_values_are_those_that_are_split(path: str) -> None:
    several = {name for name, schema in parameters(path).items() if "array" in str(schema)}
    assert several == {name for name in parameters(path) if name.endswith(("_ids", "_refs"))}
    assert all("'maxItems': 100" in str(parameters(path)[name]) for name in several)


@pytest.mark.parametrize("name", MODELS)
def test_models_have_the_contracts_fields_and_demand_no_more_than_it_does(name: str) -> None:
    schema = SCHEMAS[SCHEMA_OF.get(name, name)]
    for field in msgspec.structs.fields(getattr(models, name)):
        if (name, field.name) == ("Webhook", "deleted_at"):
            schema = SCHEMAS["WebhookCreated"]
        assert field.name in schema["properties"]
        if field.required:
            assert field.name in schema["required"]
            nullable = "null" in str(schema["properties"][field.name])
            assert not nullable or type(None) in getattr(field.type, "__args__", ())


def test_an_invitation_demands_what_the_contract_demands() -> None:
    demanded = {field.name for field in msgspec.structs.fields(InvitationCreate) if field.required}
    assert demanded == set(SCHEMAS["InvitationCreate"]["required"])
    left_out = set(SCHEMAS["InvitationCreate"]["properties"]) - set(InvitationCreate.__struct_fields__)
    assert all(name.startswith("partner_provided_") for name in left_out)
