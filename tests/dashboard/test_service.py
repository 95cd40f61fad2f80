"""The end of the process comes soon, whatever is under way."""

import subprocess
import sys
import textwrap

import pytest

HUNG = """
    import threading, time
    from catena_client import CatenaClient
    from catena_client.http import BaseTransport, Response
    from dashboard.invitations.first_data import FirstDataTracker
    from dashboard.ingest.history import History
    from dashboard.fleet.names import Names
    from dashboard.ingest.concurrency import Concurrency
    from dashboard.ingest.poller import Poller
    from dashboard.ingest.trailers import TrailerPoller

    HANGING, hung = {hanging!r}, threading.Semaphore(0)
    PAGE = b'{{"items": [], "total": 5000, "next_page": "2"}}'
    FLEETS = b'{{"items": [{{"id": "f1"}}, {{"id": "f2"}}], "total": 2, "next_page": null}}'

    class Hanging(BaseTransport):
        def handle_request(self, request):
            path, query = request.url.path, str(request.url.query)
            if path.endswith("/token") and HANGING != "token":
                return Response(200, content=b'{{"access_token": "t", "expires_in": 300, "token_type": "Bearer"}}')
            if path.endswith("/fleets") and HANGING == "groups":
                return Response(200, content=FLEETS)
            first = path.endswith("/vehicle-locations") and "fleet_ids" not in query and "vehicle_ids" not in query
            if HANGING == "groups" and first:
                return Response(200, content=PAGE)
            hung.release()
            threading.Event().wait()

    urls = {{"api_url": "https://api.test", "auth_url": "https://auth.test/realms/catena"}}
    client = CatenaClient("id", "secret", **urls, transport=Hanging())
    poller = Poller(client, Concurrency(), 15.0)
    trailers, first_data, history = TrailerPoller(client, Names), FirstDataTracker(client), History(client)
    poller.start()
    trailers.watch()
    first_data.request(["f1"])
    history.load({{"v1": "Truck 1", "v2": "Truck 2"}}, 1)
    hung.acquire(timeout=10)
    time.sleep(0.3)
    before = time.monotonic()
    for part in (poller, trailers, first_data, history):
        part.close()
    assert time.monotonic() - before < 3, "closing waits for what hangs"
    client.close()
    assert time.monotonic() - before < 5, "the client waits for what hangs"
    under_way = [thread for thread in threading.enumerate() if thread.name.startswith(("positions", "trailers"))]
    for thread in under_way:
        thread.join(5)
        assert not thread.is_alive(), "what is under way ends with the client"
    print("closed")
"""


@pytest.mark.parametrize("hanging", ["token", "groups"])
def test_nothing_that_hangs_holds_up_the_end_of_the_process(hanging):
    script = textwrap.dedent(HUNG).format(hanging=hanging)
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "closed"), ended.stderr
