"""A Catena whose vehicles have histories."""

from datetime import UTC, datetime, timedelta

from tests.dashboard.catena import (
    TRAILER_LOCATIONS,
    TRAILERS,
    Histories,
    fleet,
    location,
    trailer_row,
    vehicle,
)


def catena_with_histories():
    """Vehicle a drove for an hour, b stood, c has no position; 21 more stand around."""
    made, now = Histories(), datetime.now(UTC)
    made.rows["/v2/orgs/fleets"] = [fleet("fleet-1"), fleet("fleet-2")]
    others = [f"v{n:02}" for n in range(21)]
    made.rows["/v2/telematics/vehicles"] = [
        *map(vehicle, "abc"),
        *(vehicle(name, fleet_id="fleet-2", vehicle_name=f"Spare {name}") for name in others),
    ]
    made.rows[TRAILER_LOCATIONS] = [
        trailer_row("l", 0, trailer_id="trailer-0", occurred_at=now.isoformat(), location=None)
    ]
    made.rows[TRAILERS] = []
    made.locations(
        [
            *(
                location("a", lon=-88 + n * 0.01, at=(now - timedelta(minutes=60 - n)).isoformat())
                for n in range(60)
            ),
            location("b", lon=-90.0, speed=0.0, at=now.isoformat()),
            location("c", location=None, at=now.isoformat()),
            *(location(name, fleet_id="fleet-2", at=now.isoformat()) for name in others),
        ]
    )
    return made
