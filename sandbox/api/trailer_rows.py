"""From trailer row numbers and moments to the rows of an answer."""

import numpy as np

from sandbox.api import models
from sandbox.api.analytics_models import TrailerLiveLocation
from sandbox.api.models import build
from sandbox.api.rows import Columns, RowBuilder, isos, null_unknown
from sandbox.world.motion import Floats, Ints
from sandbox.world.roster import ids

ARRIVAL_SECONDS = 4.0


class TrailerRowBuilder:
    """Builds trailer answers with the columns that `RowBuilder` shares."""

    def __init__(self, rows: RowBuilder) -> None:
        self._rows = rows
        self._world = rows.world
        self._trailers = rows.trailers
        self.now = rows.now

    def trailer_list(self, trailers: Ints) -> list[models.Trailer]:
        """Return trailers."""
        key = self._trailers.key[trailers]
        begin = self._rows.vehicles.begin[self._trailers.tows[trailers]]
        numbers = self._trailers.number[trailers].tolist()
        columns: Columns = {
            **self._rows.sourced(
                self._trailers,
                trailers,
                ids(key, "trailer"),
                "trl",
                created=begin,
                occurred=begin,
                updated=begin,
            ),
            "trailer_name": [f"TRL-{number:04d}" for number in numbers],
            "license_plate_number": [f"T{number:06d}" for number in numbers],
            "trailer_length": [16.154] * len(trailers),
        }
        return build(models.Trailer, columns)

    def locations(self, trailers: Ints, t: Floats, *, latest: bool) -> list[models.TrailerLocation]:
        """Return fixes: where its truck is, or where it was dropped."""
        columns, key = self._trailers, self._trailers.key[trailers]
        tows, hooked = columns.tows[trailers], t < columns.dropped_at[trailers]
        state = self._world.state(tows, np.minimum(t, columns.dropped_at[trailers]))
        points, cells = self._rows.where(tows, state.lon, state.lat)
        vehicle_ids = null_unknown(ids(self._rows.vehicles.key[tows], "vehicle"), hooked)
        if latest:
            row_ids, created = ids(key, "trailer location"), self._rows.vehicles.begin[tows]
        else:
            row_ids, created = self._rows.sample_ids(key, t, "trailer location"), t + ARRIVAL_SECONDS
        trailer_ids = ids(key, "trailer")
        values: Columns = {
            **self._rows.sourced(
                columns, trailers, row_ids, "trlloc", created=created, occurred=t, updated=t + ARRIVAL_SECONDS
            ),
            "trailer_id": trailer_ids,
            "source_trailer_id": [f"trl:{one[:8]}" for one in trailer_ids],
            "vehicle_id": vehicle_ids,
            "source_vehicle_id": [one and f"veh:{one[:8]}" for one in vehicle_ids],
            "location": points,
            "h3_index_11": cells,
            "inferred_address": self._rows.address(columns.connection[trailers], state.place),
        }
        return build(models.TrailerLocation, values)

    def live(self, trailers: Ints, t: Floats) -> list[TrailerLiveLocation]:
        """Return newest fixes with those of the towing trucks; both are null-safe for dropped trailers."""
        columns = self._trailers
        tows, hooked = columns.tows[trailers], t < columns.dropped_at[trailers]
        where = self.locations(trailers, t, latest=True)
        t_truck = self._rows.latest(tows)
        trucks = self._rows.vehicle_locations(tows, t_truck, latest=True)
        values: Columns = {
            "trailer_id": [location.trailer_id for location in where],
            "tsp_id": [location.tsp_id for location in where],
            "tsp_slug": [location.tsp_slug for location in where],
            "source_name": [location.source_name for location in where],
            "trailer_name": [f"TRL-{number:04d}" for number in columns.number[trailers].tolist()],
            "vehicle_id": [location.vehicle_id for location in where],
            "driver_id": null_unknown([location.driver_id for location in trucks], hooked),
            "driver_name": null_unknown(self._rows.driver_names(tows), hooked),
            "trailer_h3_index_11": [location.h3_index_11 for location in where],
            "trailer_location_occurred_at": isos(t),
            "trailer_location": [location.location for location in where],
            "vehicle_h3_index_11": null_unknown([location.h3_index_11 for location in trucks], hooked),
            "vehicle_location_occurred_at": null_unknown(
                [location.occurred_at for location in trucks], hooked
            ),
            "vehicle_location": null_unknown([location.location for location in trucks], hooked),
        }
        return build(TrailerLiveLocation, values)
