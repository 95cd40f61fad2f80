"""Links that a phone cannot open: said on the page before there is a code, with the address that it can open."""

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from catena_client import Secret
from dashboard.access.viewer import OPERATOR
from dashboard.ingest.embedded import CONNECT_URL
from dashboard.service import Service
from dashboard.ui import sign_in
from dashboard.ui.invitations import reach
from tests.dashboard.invitations.fakes import FakeCatena
from tests.dashboard.ui.invitations.test_invitations import (
    create,
    press,
    read_again,
    script,
    select_tab,
    words,
)

LAPTOP = "192.168.1.5"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """`at(address)`: the page, opened under an address, on a machine in a network."""

    def opened_under(address: str, *, own: str = LAPTOP, listens: bool = True) -> AppTest:
        monkeypatch.setattr("streamlit.runtime.context.ContextProxy.url", address)
        monkeypatch.setattr(reach, "own_address", lambda: own)
        monkeypatch.setattr(reach, "listens", lambda *_where: listens)
        return AppTest.from_function(script, default_timeout=20).run()

    return opened_under


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST:8501"])
@pytest.mark.parametrize("tab", ["Invite", "Many at once"])
def test_what_a_phone_cannot_open_is_said_before_there_is_a_code(
    served: Service, at: Callable[..., AppTest], host: str, tab: str
) -> None:
    page = select_tab(at(f"http://{host}/maps/invitations"), tab)
    assert "A phone cannot open links made here" in words(page)
    press(page, f"Make links for http://{LAPTOP}:8501")
    assert "A phone cannot open" not in words(page)
    assert f"Links are made for http://{LAPTOP}:8501" in words(page)


def test_the_code_is_made_for_the_address_that_was_chosen(
    served: Service, catena: FakeCatena, at: Callable[..., AppTest]
) -> None:
    page = at("http://localhost:8501/invitations")
    create(page, "NORD-1")
    catena.invitations[0]["magic_link"] = f"{CONNECT_URL}/?invite=1"
    read_again(served, page)
    assert [code.value for code in page.code] == ["http://localhost:8501/connect/?invite=1"]
    press(page, f"Make links for http://{LAPTOP}:8501")
    assert [code.value for code in page.code] == [f"http://{LAPTOP}:8501/connect/?invite=1"]


def test_who_comes_from_another_machine_learns_nothing_of_this_one(
    served: Service, at: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser may name any address and port as the one that it has opened."""
    monkeypatch.setattr(sign_in, "viewer", lambda: replace(OPERATOR, address="203.0.113.9"))
    page = at("http://localhost:22/")
    assert "Open the dashboard by the address that its machine has" in words(page)
    assert LAPTOP not in words(page)
    assert not any(button.label.startswith("Make links") for button in page.button)


@pytest.mark.parametrize(
    ("address", "machine", "says"),
    [
        ("http://localhost/", {"own": ""}, "Connect this machine to the network"),
        ("http://localhost/", {"listens": False}, f"then open http://{LAPTOP}:80 here"),
        ("https://localhost/", {"listens": False}, f"then open https://{LAPTOP}:443 here"),
    ],
)
def test_where_no_address_can_be_offered_it_is_said_what_to_do(
    served: Service, at: Callable[..., AppTest], address: str, machine: dict[str, object], says: str
) -> None:
    page = at(address, **machine)
    assert says in words(page)
    assert not any(button.label.startswith("Make links") for button in page.button)


@pytest.mark.parametrize(
    ("settings", "offers"),
    [
        ({"public_url": "https://map.example.com/fleets"}, "https://map.example.com"),
        ({"redirect_uri": "https://map.example.com/oauth2callback"}, "https://map.example.com"),
        ({"public_url": "http://localhost:8501"}, f"http://{LAPTOP}:8501"),
        ({"redirect_uri": "http://localhost:8501/oauth2callback"}, ""),
    ],
)
def test_an_address_that_the_settings_name_is_offered_first(
    served: Service, at: Callable[..., AppTest], settings: dict[str, str], offers: str
) -> None:
    served.settings = replace(served.settings, **settings)
    page = at("http://localhost:8501/invitations")
    made = [button.label for button in page.button if button.label.startswith("Make links")]
    assert made == ([f"Make links for {offers}"] if offers else [])
    assert ("name another in `redirect_uri`" in words(page)) is not offers


@pytest.mark.parametrize(
    "address", ["http://192.168.1.5:8501/invitations", "https://map.example.com/invitations", ""]
)
def test_nothing_is_said_where_phones_can_open_the_links(
    served: Service, at: Callable[..., AppTest], address: str
) -> None:
    page = at(address)
    assert "phone" not in words(page)


def test_links_that_catena_makes_are_left_as_they_are(
    served: Service, catena: FakeCatena, at: Callable[..., AppTest]
) -> None:
    served.settings = replace(served.settings, client_id="id", client_secret=Secret("secret of a test"))
    page = at("http://localhost:8501/invitations")
    assert "phone" not in words(page)
    create(page, "NORD-1")
    assert "A phone cannot open" not in words(page)
    catena.invitations[0]["magic_link"] = "http://localhost:9000/connect/?invite=1"
    read_again(served, page)
    assert "They come from Catena as they are" in words(page)
    assert not any(button.label.startswith("Make links") for button in page.button)


def test_a_port_is_found_open_or_not() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert not reach.listens("127.0.0.1", port)
        listener.listen()
        assert reach.listens("127.0.0.1", port)


def test_the_own_address_is_never_the_one_that_only_this_machine_knows() -> None:
    address = reach.own_address()
    assert not address.startswith("127.")
    assert address.count(".") in (0, 3)
