"""A Catena of a few rows that a test writes itself, over real HTTP."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.browser.replay import EMPTY, Replay
from tests.dashboard.catena import fleet, location, trailer_row, vehicle
from tests.dashboard.invitations.fakes import invitation

HTML = '<img src=x onerror="window.bad=1"><b>bold</b>'
FORTY = {
    "ja": "東京都渋谷区の配送トラック第一号車" + "あ" * 23,
    "ar": "شاحنة التوصيل السريع رقم واحد في المدينة"[:40].ljust(40, "\u0627"),
    "ru": "Грузовик дальнего следования номер тысяча"[:40],
    "de": "Übergrößenschwerlasttransportfahrzeugbau".ljust(40, "ß")[:40],
}
FLEETS = ("velmora", "quorbit", "zandovy")
"""Words that stand nowhere else, for fleets that must be told apart in bytes."""
HOSTILE_TEXTS = [
    "[x](https://evil.example) ![](https://evil.example/p.png) :material/home: **b** $x$ :red[x] <b>i</b> `c`\nnext",
    "# a -> b -- c <-> d >= e ~= f :streamlit: :smile: :material_home: 1. www.evil.example a@evil.example",
    "- [ ] <img src=x> &lt;b&gt; ~~s~~ | t | [^1] $$y$$ \\* ```",
    "1. <https://evil.example> :blue-badge[x] ![x][y] _u_ 12:30:45",
]
"""What Markdown, Streamlit's additions to it, or HTML would make something of."""
FIXED = "2026-05-04T12:00:00Z"


def ago(**span: float) -> str:
    """A moment before now, as the API writes it; negative numbers give one to come."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


class World(Replay):
    """Rows by path; whatever is not there is an empty list."""

    def __init__(self, rows: dict[str, Any], freshness: list[dict[str, Any]] | None = None) -> None:
        super().__init__(Path("/nonexistent"))
        self.rows = rows
        self.freshness = freshness or []

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Rows of a list, all on one page, filtered as asked."""
        if path == "/v2/orgs/tsps":
            return 200, [
                {"id": "tsp-1", "name": HTML, "slug": "geotab", "source_name": "geotab", "created_at": FIXED}
            ]
        if path.endswith("/data-freshness"):
            return 200, self.freshness
        if path.endswith("/trailer-locations") and path not in self.rows:
            return 403, {"code": 403, "message": HOSTILE_TEXTS[0], "detail": None}
        rows = self.rows.get(path, [])
        for name, key in (("fleet_ids", "fleet_id"), ("vehicle_ids", "vehicle_id")):
            if name in query:
                wanted = ",".join(query[name]).split(",")
                rows = [row for row in rows if row.get(key) in wanted]
        return 200, {**EMPTY, "items": rows, "total": len(rows)}

    def move(self, vehicle_id: str, lon: float, lat: float) -> None:
        """Report a new place for one vehicle."""
        rows = [dict(row) for row in self.rows["/v2/telematics/vehicle-locations"]]
        for row in rows:
            if row["vehicle_id"] == vehicle_id:
                row |= {
                    "location": {"type": "Point", "coordinates": [lon, lat]},
                    "occurred_at": ago(seconds=1),
                }
        self.rows = {**self.rows, "/v2/telematics/vehicle-locations": rows}

    def remove(self, vehicle_id: str) -> dict[str, Any]:
        """Let the API forget where one vehicle is; gives the row for `add`."""
        rows = self.rows["/v2/telematics/vehicle-locations"]
        gone = next(row for row in rows if row["vehicle_id"] == vehicle_id)
        self.rows = {
            **self.rows,
            "/v2/telematics/vehicle-locations": [row for row in rows if row is not gone],
        }
        return gone

    def add(self, row: dict[str, Any]) -> None:
        """Report one more position, at its place in the order of ids, so that a world put back is as it was."""
        rows = [*self.rows["/v2/telematics/vehicle-locations"], row]
        self.rows = {
            **self.rows,
            "/v2/telematics/vehicle-locations": sorted(rows, key=lambda row: row["vehicle_id"]),
        }

    @staticmethod
    def small_rows() -> dict[str, Any]:
        """Five vehicles of two fleets, and a trailer of the first, with fixes of just now."""
        spots = {"a": (-88, 42), "b": (-90, 40), "c": (-95, 38), "d": (-100, 36), "e": (-80, 35)}
        homes = {"a": "fleet-1", "b": "fleet-1", "c": "fleet-1", "d": "fleet-2", "e": "fleet-2"}
        return {
            "/v2/orgs/fleets": [fleet("fleet-1"), fleet("fleet-2")],
            "/v2/telematics/vehicles": [vehicle(name, fleet_id=home) for name, home in homes.items()],
            "/v2/telematics/vehicle-locations": [
                location(name, fleet_id=homes[name], lon=float(lon), lat=float(lat), at=ago(seconds=20))
                for name, (lon, lat) in spots.items()
            ],
            "/v2/telematics/trailer-locations": [
                location("", fleet_id="fleet-1", trailer_id="t", lon=-92.0, lat=39.0, at=ago(seconds=20))
            ],
        }

    @classmethod
    def told_apart(cls) -> World:
        """Three fleets of which every text names the fleet; what is private of a vehicle has the mark `ostrimex`."""
        rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for place, name in enumerate(FLEETS):
            of_it = {
                "fleet_id": f"fleet-{name}",
                "fleet_ref": f"ref-{name}",
                "connection_id": f"connection-{name}",
                "source_name": f"source-{name}",
                "tsp_slug": f"tsp-{name}",
            }
            private = {"vin": f"OSTRIMEXVIN{place}", "license_plate_number": f"OSTRIMEX{place}"}
            driver = {"first_name": "Ostrimex", "last_name": "Ostrimexson", "is_driver": True}
            moment = {"at": ago(seconds=20), "driver_id": f"driver-{name}"}
            rows["/v2/orgs/fleets"].append(
                fleet(f"fleet-{name}", fleet_ref=f"ref-{name}", display_name=f"Line {name}")
            )
            rows["/v2/telematics/users"].append(trailer_row("driver", name, **of_it, **driver))
            for number in range(2 + place):
                spot = {"lon": -100.0 + 8 * place + 2 * number, "lat": 42.0 - 3 * place - number}
                given = f"{name}-{number}"
                rows["/v2/telematics/vehicles"].append(vehicle(given, **{**of_it, **private}))
                rows["/v2/telematics/vehicle-locations"].append(location(given, **of_it, **spot, **moment))
            rows["/v2/telematics/trailers"].append(
                trailer_row("trailer", name, **of_it, **private, trailer_name=f"Box {name}")
            )
            spot = {"lon": -98.0 + 8 * place, "lat": 38.0}
            rows["/v2/telematics/trailer-locations"].append(
                location("", **of_it, **spot, **moment, trailer_id=f"trailer-{name}")
            )
        return cls(dict(rows))

    @classmethod
    def hostile(cls) -> World:
        """Vehicles with names that readers of CSV or Markdown take apart, of a fleet with such a name."""
        text = HOSTILE_TEXTS[0]
        names = [
            "T12 | Smith | Reefer",
            "T14 | Jones | Flatbed",
            "A;B;C",
            "A;B",
            "0412",
            "true",
            'a "b", c',
            text,
        ]
        now = datetime.now(UTC)
        return cls(
            {
                "/v2/orgs/fleets": [fleet("fleet-1", display_name=text)],
                "/v2/telematics/vehicles": [
                    vehicle(f"v{n}", vehicle_name=name) for n, name in enumerate(names)
                ],
                "/v2/telematics/vehicle-locations": [
                    location(f"v{n}", lon=-95.0 + 2 * n, lat=38.0 + n % 3, at=ago(seconds=20))
                    for n in range(len(names))
                ],
                "/v2/orgs/invitations": [
                    invitation(text, now, status="declined", decline_reason=text, declined_at=FIXED)
                ],
            }
        )

    @classmethod
    def odd(cls) -> World:
        """Everything that a position, a name or a time can be wrong in; and a fleet without vehicles."""
        home = {"fleet_id": "fleet-html"}
        spots: dict[str, dict[str, Any]] = {
            "html": {},
            "null-island": {"lon": 0.0, "lat": 0.0},
            "pole": {"lon": 10.0, "lat": 90.0},
            "other-pole": {"lon": 10.0, "lat": -89.5},
            "east": {"lon": 179.999, "lat": -17.0},
            "west": {"lon": -179.999, "lat": -17.0},
            "meridian": {"lon": 0.0, "lat": 51.5},
            "nowhere": {"location": None},
            "no-speed": {"speed": None, "lat": 43.0},
            "future": {"at": ago(hours=-3), "lat": 44.0},
            **{f"forty-{code}": {"lat": 45.0 + n} for n, code in enumerate(FORTY)},
        }
        names = {"html": HTML, **{f"forty-{code}": name for code, name in FORTY.items()}}
        return cls(
            {
                "/v2/orgs/fleets": [
                    fleet("fleet-html", display_name=HTML),
                    fleet("fleet-empty", display_name="Nobody drives here"),
                ],
                "/v2/telematics/vehicles": [
                    vehicle(name, vehicle_name=names.get(name, name), **home) for name in spots
                ],
                "/v2/telematics/users": [
                    {
                        "id": "driver-1",
                        "fleet_id": "fleet-html",
                        "created_at": FIXED,
                        "updated_at": FIXED,
                        "connection_id": "connection-1",
                        "tsp_slug": "geotab",
                        "source_name": "geotab",
                        "source_id": "s",
                        "source_data_hash": "0",
                        "first_name": HTML,
                        "last_name": "Doe",
                        "username": HTML,
                        "is_driver": True,
                    }
                ],
                "/v2/telematics/vehicle-locations": [
                    location(name, **{**home, "at": ago(seconds=30), **changes})
                    for name, changes in spots.items()
                ],
            }
        )
