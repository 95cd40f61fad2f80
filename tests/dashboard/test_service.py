"""What the service keeps beyond its end, and that the end of the process comes soon, whatever is under way."""

import stat
import subprocess
import sys
import textwrap

import pytest

from catena_client import Secret
from dashboard.access.viewer import OPERATOR, Visibility
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.settings import Settings, SettingsError
from dashboard.configuration.sign_in import Provider
from dashboard.service import Service

ANN = {
    "email": "ann@example.com",
    "email_verified": True,
    "provider": "office",
    "iss": "https://login.example.com",
}
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


def real(folder):
    return Settings(
        client_id="id",
        client_secret=Secret("secret"),
        api_url="http://127.0.0.1:9",
        auth_url="http://127.0.0.1:9",
        data_folder=folder,
    )


def test_links_and_the_record_survive_a_restart_where_only_this_user_can_read_them(tmp_path):
    folder = tmp_path / "new" / "kept"
    first = Service(real(folder))
    share, token = first.shares.make(OPERATOR, "Storm", Visibility(frozenset({"f1"})), 86_400.0)
    first.close()
    again = Service(real(folder))
    assert again.shares.find(token) == share
    assert [entry.event for entry in again.audit.latest()] == ["share made"]
    again.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {
        "audit.jsonl": 0o600,
        "shares.db": 0o600,
    }
    assert token.encode() not in b"".join(file.read_bytes() for file in folder.iterdir())


def test_simulated_data_leaves_nothing_behind(tmp_path):
    made = Service(Settings(data_folder=tmp_path / "kept"))
    made.shares.make(OPERATOR, "Storm", Visibility(frozenset({"f1"})), 86_400.0)
    made.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: folder.write_text("a file"),
        lambda folder: (folder / "shares.db").mkdir(parents=True),
        lambda folder: (folder / "audit.jsonl").mkdir(parents=True),
    ],
    ids=["no-folder", "no-store", "no-log"],
)
def test_where_nothing_can_be_kept_the_start_ends_with_one_sentence_that_names_the_setting(tmp_path, spoil):
    folder = tmp_path / "kept"
    spoil(folder)
    with pytest.raises(SettingsError, match=r"^CATENA_DATA_FOLDER") as refused:
        Service(real(folder))
    assert str(folder) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_routes_of_links_are_below_the_base_path(tmp_path):
    made = Service(Settings(), "maps")
    assert "/maps/s/{token}" in [getattr(route, "path", "") for route in made.routes()]
    made.close()


def test_other_rules_hold_from_now_on_and_pause_what_is_being_sent(monkeypatch):
    made = Service(Settings(sign_in=(Provider("office", "https://login.example.com"),)))
    paused = []
    monkeypatch.setattr(made.bulk_runs, "pause_all", lambda: paused.append(made.roles.grant(ANN)))
    made.apply(None)
    assert paused == []
    made.apply((AccessRule(frozenset({"ann@example.com"}), "viewer"),))
    assert [grant.role for grant in paused] == ["viewer"], "whoever continues is asked by the new rules"
    made.close()


def test_the_simulated_pages_name_who_invites_as_the_card_does():
    for settings, name in ((Settings(company_name="Acme"), "Acme"), (Settings(), "Sandbox Partner")):
        made = Service(settings)
        try:
            assert made._sandbox is not None
            assert made._sandbox.config.partner_name == settings.inviter == name
        finally:
            made.close()


def test_without_a_shared_redis_its_library_is_not_even_imported():
    script = """
        import sys
        from dashboard.configuration.settings import Settings
        from dashboard.service import Service
        made = Service(Settings())
        assert type(made.poller).__name__ == "Poller"
        made.close()
        print([name for name in sys.modules if name.split(".")[0] == "redis" or name.endswith("shared_poller")])
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stdout.strip() == "[]", ended.stderr
