"""Every byte that a browser is sent in a whole session, and every line logged, is searched for secrets.

The dashboard runs with credentials against a simulated Catena in another process, so that the test knows all
ids, links and tokens there are from the API itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Response, expect

from catena_client import CatenaClient, Invitation
from sandbox import SandboxConfig
from tests.browser import rig
from tests.browser.invitations_page import choose_row, connect, invited, settled, tab

pytestmark = pytest.mark.browser
JWT = re.compile(rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.")


@pytest.fixture(scope="module")
def catena(sandbox_server) -> rig.Server:
    return sandbox_server("--vehicles", "40", "--fleets", "2", "--seed", "3")


@pytest.fixture(scope="module")
def api(catena: rig.Server) -> Iterator[CatenaClient]:
    config = SandboxConfig()
    with CatenaClient(
        config.client_id, config.client_secret, api_url=catena.url, auth_url=f"{catena.url}/realms/catena"
    ) as client:
        yield client


@pytest.fixture(scope="module")
def real(dashboard, catena: rig.Server) -> rig.Server:
    config = SandboxConfig()
    return dashboard(
        {
            "CATENA_CLIENT_ID": config.client_id,
            "CATENA_CLIENT_SECRET": config.client_secret,
            "CATENA_API_URL": catena.url,
            "CATENA_AUTH_URL": f"{catena.url}/realms/catena",
        }
    )


def received(seen: rig.Watch) -> bytes:
    """Everything that came to the browser: addresses, headers, bodies and websocket frames. The page is closed then."""
    found = b"\n".join([*seen.frames, *(part for answer in seen.responses for part in parts(answer))])
    seen.page.close()
    return found


def parts(answer: Response) -> Iterator[bytes]:
    yield answer.url.encode()
    yield str(answer.headers).encode()
    if "/static/" not in answer.url:  # files that anybody is given
        with suppress(Error):  # a redirect has no body
            yield answer.body()


def tokens(invitations: list[Invitation]) -> set[str]:
    held = (
        token
        for one in invitations
        for token in (one.pre_registration_access_token, one.pre_registration_refresh_token)
        if token is not None
    )
    return {token.reveal() for token in held}


def test_secrets_stay_where_they_belong(real: rig.Server, api: CatenaClient, visit, phone) -> None:
    page = visit(real, "/invitations")
    link = invited(page, "SECRET-1")
    connect(phone(link).page, "Geotab")
    expect(page.page.get_by_text("SECRET-1 is on the map:")).to_be_visible()
    other = invited(page, "SECRET-2")
    for name in ("Progress", "Many at once", "Follow up"):
        tab(page, name)
    page.page.get_by_role("searchbox", name="Search").fill("SECRET-1")
    page.page.keyboard.press("Enter")
    choose_row(page, 0)
    settled(page)
    got_operator = received(page)
    onlooker = visit(real, "/").map_shown()
    got_onlooker = received(onlooker)
    reader = visit(real, "/invitations")
    for name in ("Follow up", "Progress", "Many at once", "Invite"):
        tab(reader, name)
    got_reader = received(reader)

    invitations = list(api.invitations.iterate())
    accepted = next(one for one in invitations if one.fleet_ref == "SECRET-1")
    assert accepted.status == "accepted"
    kept = tokens(invitations)
    assert len(kept) >= 2, "nothing to look for"
    assert len(tokens([accepted])) == 2
    never = {secret.encode() for secret in kept | {SandboxConfig().client_secret}}
    assert b"SECRET-1" in got_operator, "the search itself must find what is there"
    assert b"SECRET-1" in got_reader, "the search itself must find what is there"
    for got in (got_operator, got_onlooker, got_reader, real.log().encode()):
        assert not [secret for secret in never if secret in got]
        assert not JWT.search(got)

    # Ids and links: only of the invitations whose card this operator opened, and in no address or log.
    assert link.encode() in got_operator
    assert other.encode() in got_operator
    addresses = "\n".join(answer.url for seen in (page, onlooker, reader) for answer in seen.responses)
    for one in invitations:
        for secret in (one.id.reveal(), one.magic_link.reveal()):
            assert one.fleet_ref in ("SECRET-1", "SECRET-2") or secret.encode() not in got_operator, (
                one.fleet_ref
            )
            assert secret.encode() not in got_onlooker + got_reader, one.fleet_ref
            assert secret not in addresses + real.log(), one.fleet_ref
