"""A small Catena for tests of the dashboard: lists in memory, served over the client's own HTTP layer."""

import json
import threading
from collections import Counter

import httpx

from catena_client import CatenaClient, RetryPolicy

T0 = "2026-05-04T12:00:00Z"
FLEETS = "/v2/orgs/fleets"
LOCATIONS = "/v2/telematics/vehicle-locations"
VEHICLES, USERS, TSPS = "/v2/telematics/vehicles", "/v2/telematics/users", "/v2/orgs/tsps"
FRESHNESS = "/v2/integrations/connections/data-freshness"
TRAILERS, TRAILER_LOCATIONS = "/v2/telematics/trailers", "/v2/telematics/trailer-locations"
TOKEN = "/realms/catena/protocol/openid-connect/token"


def location(vehicle_id, *, fleet_id="fleet-1", lon=-88.0, lat=42.0, at=T0, **changes):
    row = {
        "fleet_id": fleet_id, "fleet_ref": f"ref-{fleet_id}", "id": f"row-{vehicle_id}-{at}", "created_at": T0,
        "updated_at": T0, "connection_id": "connection-1", "tsp_id": "tsp-1", "tsp_slug": "geotab",
        "source_name": "geotab", "source_id": "s", "source_data_hash": "0", "occurred_at": at,
        "vehicle_id": vehicle_id, "driver_id": "driver-1", "speed": 20.0,
        "location": {"type": "Point", "coordinates": [lon, lat]}, "h3_index_11": 626692562405187583,
    }  # fmt: skip
    return row | changes


def vehicle(vehicle_id, *, fleet_id="fleet-1", **changes):
    row = {
        "fleet_id": fleet_id, "id": vehicle_id, "created_at": T0, "updated_at": T0, "connection_id": "connection-1",
        "tsp_slug": "geotab", "source_name": "geotab", "source_id": "s", "source_data_hash": "0",
        "vehicle_name": f"Truck {vehicle_id}", "vin": "VIN", "license_plate_number": "PLATE",
    }  # fmt: skip
    return row | changes


def fleet(fleet_id, **changes):
    row = {
        "id": fleet_id, "created_at": T0, "updated_at": T0, "name": f"Fleet {fleet_id}", "fleet_ref": f"ref-{fleet_id}",
        "display_name": f"Line {fleet_id}",
    }  # fmt: skip
    return row | changes


def trailer_row(kind, number, **given):
    base = {
        "id": f"{kind}-{number}", "fleet_id": "f1", "connection_id": "c", "created_at": T0, "updated_at": T0,
        "source_name": "geotab", "source_id": "s", "tsp_slug": "geotab", "source_data_hash": "0",
    }  # fmt: skip
    return base | given


class Catena:
    """Holds rows per path and answers as the API does: pages of `page_size`, filtered by fleet or vehicle ids."""

    def __init__(self, page_size=1000):
        self.page_size = page_size
        self.rows = {
            "/v2/orgs/fleets": [], "/v2/telematics/vehicle-locations": [], "/v2/telematics/vehicles": [],
            "/v2/telematics/users": [], "/v2/orgs/tsps": [], FRESHNESS: [],
        }  # fmt: skip
        self.asked = Counter()
        self.failing = {}
        """Path to the status and body of its answer."""
        self.refused = {}
        """Fleet id to the status of answers to requests that ask for it; "": that ask for locations of all."""
        self.silent = set()
        """Fleet ids for which no request is answered; "": those that ask for locations of all."""
        self.requests = []
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def locations(self, rows):
        self.rows["/v2/telematics/vehicle-locations"] = rows

    def client(self, **options):
        options.setdefault("retry", RetryPolicy(attempts=1))
        return CatenaClient(
            "id", "secret", api_url="https://api.test", auth_url="https://auth.test/realms/catena",
            transport=httpx.MockTransport(self._answer), **options,
        )  # fmt: skip

    def _answer(self, request):
        with self._lock:
            self.asked[request.url.path] += 1
            self.requests.append((request.url.path, request.url.params))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self.respond(request)
        finally:
            with self._lock:
                self.at_once -= 1

    def _refusal(self, path, fleet_ids):
        if path == LOCATIONS and not fleet_ids:
            return self.refused.get("")
        return next((self.refused[fleet_id] for fleet_id in fleet_ids if fleet_id in self.refused), None)

    def respond(self, request):
        path, query = request.url.path, request.url.params
        if path in self.failing:
            status, body = self.failing[path]
            return httpx.Response(status, json=body)
        if path.endswith("/token"):
            return httpx.Response(
                200, json={"access_token": "token", "expires_in": 300, "token_type": "Bearer"}
            )
        if path.endswith("/revoke"):
            return httpx.Response(200)
        if path not in self.rows:
            return httpx.Response(404, json={"code": 404, "message": "Not Found", "detail": None})
        if path == LOCATIONS and not self.silent.isdisjoint(query.get_list("fleet_ids") or [""]):
            raise httpx.ReadTimeout("no answer", request=request)
        if status := self._refusal(path, query.get_list("fleet_ids")):
            return httpx.Response(status, json={"message": "not for you"})
        rows = self.rows[path]
        by_vehicle = "vehicle_id" if path == LOCATIONS else "id"
        for name, field in (("fleet_ids", "fleet_id"), ("vehicle_ids", by_vehicle)):
            if name in query:
                rows = [
                    row for row in rows if isinstance(row, dict) and row.get(field) in query.get_list(name)
                ]
        if path in {TSPS, FRESHNESS}:
            return httpx.Response(200, json=rows)
        start = int(query.get("cursor", "0"))
        end = start + self.page_size
        page = {
            "items": rows[start:end],
            "total": len(rows),
            "next_page": str(end) if end < len(rows) else None,
        }
        return httpx.Response(200, content=json.dumps(page), headers={"content-type": "application/json"})


class Histories(Catena):
    """Gives the locations of the vehicle asked for."""

    def respond(self, request):
        ids = request.url.params.get_list("vehicle_ids")
        if ids and request.url.path not in self.failing:
            rows = self.rows["/v2/telematics/vehicle-locations"]
            kept = Catena(self.page_size)
            kept.locations([row for row in rows if row["vehicle_id"] in ids])
            request = httpx.Request(
                "GET", request.url.copy_remove_param("vehicle_ids"), headers=request.headers
            )
            return Catena.respond(kept, request)
        return super().respond(request)


def full_catena():
    """Two fleets with a located vehicle each and one that never was, and names for all."""
    catena = Catena()
    catena.rows["/v2/orgs/fleets"] = [fleet("fleet-1"), fleet("fleet-2")]
    catena.rows["/v2/orgs/tsps"] = [
        {"id": "tsp-1", "name": "Geotab", "slug": "geotab", "source_name": "geotab", "created_at": T0,
         "updated_at": T0, "is_sandbox": False, "status": "active", "conn_type": "api_key"}
    ]  # fmt: skip
    catena.rows["/v2/telematics/vehicles"] = [
        vehicle("a"),
        vehicle("b"),
        vehicle("never-located", fleet_id="fleet-2"),
    ]
    catena.rows["/v2/telematics/users"] = [
        {"id": "driver-1", "fleet_id": "fleet-1", "first_name": "Driver", "last_name": "0001", "connection_id": "c",
         "source_name": "geotab", "source_id": "s", "source_data_hash": "0", "created_at": T0, "updated_at": T0}
    ]  # fmt: skip
    catena.locations([location("a"), location("b", lon=-87.0, fleet_id="fleet-2")])
    return catena
