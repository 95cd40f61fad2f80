"""What the door counts of its answers."""

import pytest

from dashboard.configuration.settings import Settings
from dashboard.door.traffic import what_of
from tests.dashboard.door.knocking import SIGN_IN, House


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/", "page"),
        ("/invitations", "page"),
        ("/feed/vehicles/moving.json", "feed"),
        ("/static/js/index.js", "file"),
        ("/app/static/inter-latin.woff2", "file"),
        ("/_stcore/bidi-components/x/window.js", "file"),
        ("/s/a-secret", "share link"),
        ("/webhooks/catena", "webhook"),
        ("/healthz", "watch"),
        ("/metrics", "watch"),
        ("/_stcore/health", "other"),
        ("/door/session", "other"),
    ],
)
def test_a_path_is_one_of_a_few_words(path, what):
    assert what_of(path) == what


def test_answers_are_counted_by_status_and_bytes_as_they_were_sent():
    house = House(Settings())
    sent = [len(house.ask(path).body) for path in ("/feed/x", "/feed/y", "/s/wrong")]
    traffic = house.doorway.traffic
    assert traffic.answers == {("feed", 200): 2, ("share link", 404): 1}
    assert traffic.bytes == {"feed": sent[0] + sent[1], "share link": sent[2]}


def test_what_the_door_refuses_is_counted_as_what_the_caller_got(secrets):
    house = House(SIGN_IN)
    house.ask("/feed/x", headers={"host": "fleets.example.com"})
    house.ask("/maps", headers={"host": "evil.example"}, client=("10.0.0.7", 4000))
    assert house.doorway.traffic.answers == {("feed", 401): 1, ("page", 403): 1}
