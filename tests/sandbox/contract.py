"""Checks an answer against the contract's schema for its operation and status."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

import httpx
import jsonschema_rs

SPEC: dict[str, Any] = json.loads(files("sandbox").joinpath("openapi.json").read_text("utf-8"))
AUTH_PREFIX = "/realms/catena"
METHODS = ("get", "post", "patch", "delete")
PATHS = {
    "fleets": "/v2/orgs/fleets",
    "invitations": "/v2/orgs/invitations",
    "share-agreements": "/v2/orgs/share_agreements",
    "tsps": "/v2/orgs/tsps",
    "connections": "/v2/integrations/connections",
    "data-freshness": "/v2/integrations/connections/data-freshness",
    "vehicles": "/v2/telematics/vehicles",
    "vehicle-locations": "/v2/telematics/vehicle-locations",
    "engine-statuses": "/v2/telematics/engine-statuses",
    "trailers": "/v2/telematics/trailers",
    "trailer-locations": "/v2/telematics/trailer-locations",
    "users": "/v2/telematics/users",
    "analytics": "/v2/telematics/analytics/vehicles",
    "webhooks": "/v2/notifications/webhooks",
}
"""The lists by their plain names, as faults are limited to them."""


def _resolve(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        found: Any = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path template and operation of everything in the contract."""
    return [
        (method, path, item[method])
        for path, item in SPEC["paths"].items()
        for method in METHODS
        if method in item
    ]


def operation_of(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """Return the template and the operation that an address belongs to; fixed paths win over variable ones."""
    path = path.removeprefix(AUTH_PREFIX)
    for template in sorted(SPEC["paths"], key=lambda one: "{" in one):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in SPEC["paths"][template]:
            return template, SPEC["paths"][template][method.lower()]
    raise AssertionError(f"{method} {path} is not in the contract")


@cache
def _validator(template: str, method: str, status: str) -> Any:
    response = _resolve(SPEC["paths"][template][method]["responses"][status])
    content = response.get("content")
    if content is None:
        return None
    schema = {**content["application/json"]["schema"], "components": SPEC["components"]}
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def check(response: httpx.Response) -> None:
    """Fail unless the answer's status is declared and its body is as the contract says."""
    method, path = response.request.method.lower(), response.request.url.path
    template, operation = operation_of(method, path)
    status = str(response.status_code)
    assert status in operation["responses"], (
        f"{method} {template} does not declare {status}: {response.text[:300]}"
    )
    validator = _validator(template, method, status)
    if validator is None:
        assert response.content == b""
        return
    assert response.headers["content-type"] == "application/json"
    errors = [f"{list(e.instance_path)}: {e.message}" for e in validator.iter_errors(response.json())]
    assert not errors, f"{method} {path} {status}: {errors[:3]}"
    if int(status) >= 400 and status != "500" and not path.startswith(AUTH_PREFIX):
        assert response.json()["code"] == int(status)
