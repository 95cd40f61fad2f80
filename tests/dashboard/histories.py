"""A Catena that gives each vehicle its own history."""

import httpx

from tests.dashboard.catena import Catena


class Histories(Catena):
    """Gives the locations of the vehicle asked for."""

    def _respond(self, request):
        ids = request.url.params.get_list("vehicle_ids")
        if ids and request.url.path not in self.failing:
            rows = self.rows["/v2/telematics/vehicle-locations"]
            kept = Catena(self.page_size)
            kept.locations([row for row in rows if row["vehicle_id"] in ids])
            request = httpx.Request(
                "GET", request.url.copy_remove_param("vehicle_ids"), headers=request.headers
            )
            return Catena._respond(kept, request)
        return super()._respond(request)
