"""The address of a share link, as browsers and others ask for it."""

import re
from http.cookies import SimpleCookie

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from dashboard.access.session import ADDRESS
from dashboard.access.viewer import Visibility
from dashboard.sharing.pass_codes import TRIES
from dashboard.sharing.routes import ShareRoutes
from dashboard.sharing.shares import COOKIE

DAY = 86_400.0
F1 = Visibility(frozenset({"f1"}))
LABEL = '<b>"Storm"</b>'


@pytest.fixture
def made(shares, ann):
    """Makes a link and gives its token."""
    return lambda **how: shares.make(ann, LABEL, F1, DAY, **how)[1]


class Browser:
    """Asks the routes, and holds no cookies but those that it is given."""

    def __init__(self, app):
        self._app = app

    def request(self, method, path, cookies=None, **how):
        async def ask():
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://map.test", cookies=cookies
            ) as client:
                return await client.request(method, path, **how)

        return anyio.run(ask)

    def get(self, path, **how):
        return self.request("GET", path, **how)

    def post(self, path, **how):
        return self.request("POST", path, **how)


def opened(shares, prefix=""):
    return Browser(Starlette(routes=ShareRoutes(shares, prefix).routes()))


def cookie(answer: httpx.Response):
    held = SimpleCookie(answer.headers.get("set-cookie", ""))
    return held.get(COOKIE)


@pytest.mark.parametrize("prefix", ["", "/maps"])
@pytest.mark.parametrize("view", ["", "state=moving&q=a+b"])
def test_a_link_hands_over_a_cookie_and_leads_to_the_map_without_the_token(shares, made, prefix, view):
    token = made(view=view)
    answer = opened(shares, prefix).get(f"{prefix}/s/{token}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{prefix}/{f'?{view}' if view else ''}"
    held = cookie(answer)
    assert shares.way({COOKIE: held.value}).grant.name == LABEL
    assert token not in str(answer.headers) + answer.text
    assert (held["httponly"], held["samesite"], held["path"]) == (True, "lax", prefix or "/")


def test_the_audit_log_says_where_a_guest_came_from_as_the_door_has_found_out(shares, made, audit):
    inside = Starlette(routes=ShareRoutes(shares, "").routes())

    async def door(scope, receive, send):
        await inside({**scope, ADDRESS: "203.0.113.7"}, receive, send)

    held = cookie(Browser(door).get(f"/s/{made()}"))
    shares.way({COOKIE: held.value})
    used = audit.latest()[0]
    assert (used.event, used.address) == ("share used", "203.0.113.7")


def wrong(_shares, _ann, token, _clock):
    return token[:-1]


def revoked(shares, ann, token, _clock):
    shares.revoke(ann, shares.find(token).id)
    return token


def expired(_shares, _ann, token, clock):
    clock.now += DAY
    return token


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize(("spoil", "status"), [(wrong, 404), (revoked, 410), (expired, 410)])
def test_a_link_that_opens_nothing_says_so_in_plain_words(shares, ann, made, clock, method, spoil, status):
    token = spoil(shares, ann, made(pass_code="4711"), clock)
    answer = opened(shares).request(
        method, f"/s/{token}", data={"code": "4711"} if method == "POST" else None
    )
    assert (answer.status_code, cookie(answer)) == (status, None)
    assert token not in answer.text
    assert "Storm" not in answer.text
    if method != "HEAD":
        assert "<h1>This link" in answer.text


def test_a_pass_code_is_asked_for_by_a_form_that_works_without_scripts(shares, made):
    token, browser = made(pass_code="4711"), opened(shares)
    form = browser.get(f"/s/{token}")
    assert (form.status_code, cookie(form)) == (200, None)
    assert '<form method="post">' in form.text
    assert "Storm" not in form.text
    again = browser.post(f"/s/{token}", data={"code": '1234"><script>'})
    assert (again.status_code, cookie(again)) == (403, None)
    assert "That is not the pass code" in again.text
    assert "<script>" not in again.text
    right = browser.post(f"/s/{token}", data={"code": "4711"})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    assert shares.way({COOKIE: cookie(right).value})


@pytest.mark.parametrize(
    "body",
    [b"", b"code=", b"other=4711", b"code=4711&more=" + b"4" * 5000, b"\xff\xfe%%%", b"code=%00"],
    ids=len,
)
def test_a_form_of_another_shape_opens_nothing(shares, made, body):
    answer = opened(shares).post(f"/s/{made(pass_code='4711')}", content=body)
    assert answer.status_code in (200, 403)
    assert cookie(answer) is None


def test_wrong_codes_are_answered_only_so_often(shares, made):
    token, browser = made(pass_code="4711"), opened(shares)
    statuses = [browser.post(f"/s/{token}", data={"code": "1234"}).status_code for _ in range(TRIES + 1)]
    assert statuses == [403] * TRIES + [429]
    answer = browser.post(f"/s/{token}", data={"code": "4711"})
    assert (answer.status_code, cookie(answer)) == (429, None)
    assert "quarter of an hour" in answer.text


def test_who_is_a_guest_of_the_link_stays_the_same_guest(shares, store, made):
    token, browser = made(pass_code="4711"), opened(shares)
    first = browser.post(f"/s/{token}", data={"code": "4711"})
    again = browser.get(f"/s/{token}", cookies={COOKIE: cookie(first).value})
    assert (again.status_code, cookie(again)) == (303, None)


@pytest.mark.parametrize("held", ["of-another-link", "made-up", "left"])
def test_who_holds_another_cookie_gets_one_of_this_link(shares, store, made, clock, held):
    token = made()
    secrets = {
        "of-another-link": lambda: shares.open(made())[1],
        "made-up": lambda: "made-up",
        "left": lambda: shares.open(token)[1],
    }
    secret = secrets[held]()
    if held == "left":
        store.end(shares.way({COOKIE: secret}).id, shares.find(token).expires_at)
        clock.now += 1.1
    answer = opened(shares).get(f"/s/{token}", cookies={COOKIE: secret})
    assert cookie(answer).value != secret
    assert shares.way({COOKIE: cookie(answer).value}).grant.share == shares.find(token).id


def test_who_only_looks_whether_a_link_is_there_is_no_guest(shares, made, audit):
    token, browser = made(), opened(shares)
    answer = browser.request("HEAD", f"/s/{token}")
    assert (answer.status_code, cookie(answer)) == (200, None)
    for _ in range(5):
        assert browser.get(f"/s/{token}", headers={"User-Agent": "a preview"}).status_code == 303
    assert [entry.event for entry in audit.latest()] == ["share made"]


PREVIEWS = {
    "facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "imessage": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "whatsapp": "WhatsApp/2.23.20.0",
    "teams": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
}


@pytest.mark.parametrize("agent", PREVIEWS)
@pytest.mark.parametrize("pass_code", ["", "4711"], ids=["open", "code"])
def test_a_preview_is_told_what_it_is_and_nothing_of_the_link(shares, made, audit, agent, pass_code):
    token = made(pass_code=pass_code)
    routes = ShareRoutes(shares, "", "Acme <Insurance> · Live map").routes()
    browser = Browser(Starlette(routes=routes))
    answer = browser.get(f"/s/{token}", headers={"User-Agent": PREVIEWS[agent]})
    assert (answer.status_code, cookie(answer)) == (200, None)
    assert '<meta property="og:title" content="Acme &lt;Insurance&gt; · Live map">' in answer.text
    assert '<meta property="og:description" content="A live map of vehicles, shared with you.' in answer.text
    assert token not in answer.text
    assert "Storm" not in answer.text
    assert [entry.event for entry in audit.latest()] == ["share made"]
    # Somebody who was taken for a preview comes in by the button.
    way_in = browser.post(f"/s/{token}", headers={"User-Agent": PREVIEWS[agent]})
    assert way_in.status_code == (200 if pass_code else 303)
    assert (cookie(way_in) is None) == bool(pass_code)


def test_a_preview_of_a_wrong_link_says_that_it_opens_nothing(shares):
    answer = opened(shares).get("/s/wrong", headers={"User-Agent": PREVIEWS["slack"]})
    assert answer.status_code == 404
    assert "This link opens nothing" in answer.text


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Linux; Android 10; CUBOT_X30) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0]",
        "",
    ],
    ids=["cubot", "facebook's browser", "none"],
)
def test_people_are_taken_for_no_preview(shares, made, agent):
    assert opened(shares).get(f"/s/{made()}", headers={"User-Agent": agent}).status_code == 303


@pytest.mark.parametrize("kind", ["right", "wrong", "form", "head"])
def test_no_answer_may_be_stored_or_indexed(shares, made, kind):
    token = made(pass_code="4711" if kind == "form" else "")
    browser = opened(shares)
    answer = (
        browser.request("HEAD", f"/s/{token}")
        if kind == "head"
        else browser.get(f"/s/{'x' if kind == 'wrong' else token}")
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert not re.search(r"https?://", answer.text), "nothing is loaded from elsewhere"


def test_a_store_that_fails_is_said(shares, store, made):
    token = made()
    store.close()
    answer = opened(shares).get(f"/s/{token}")
    assert (answer.status_code, cookie(answer)) == (503, None)
    assert "Try again in a minute" in answer.text


@pytest.mark.parametrize("path", ["/s/", "/s", "/s/a/b", "/s/%2e%2e", "/s/" + "a" * 3000, "/s/%00%ff"])
def test_odd_addresses_open_nothing(shares, made, path):
    made()
    assert opened(shares).get(path).status_code == 404
