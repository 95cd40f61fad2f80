"""Connect: from the link to moving vehicles, at any prefix, and nothing by anybody who should not."""

import re
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.sandbox.conftest import BASE, Api, Rig


class Browser:
    """Follows links and sends forms of the pages, without a browser."""

    def __init__(self, app, start: str) -> None:
        self.api = Api(app)
        self.url = start
        self.response = self._load("GET", start)

    def _load(self, method: str, url: str, **kwargs) -> httpx.Response:
        response = self.api(method, url, **kwargs)
        while response.status_code == 303:
            url = urljoin(url, response.headers["location"])
            response = self.api("GET", url)
        self.url, self.response = url, response
        return response

    @property
    def text(self) -> str:
        return unescape(self.response.text)

    @property
    def heading(self) -> str:
        return unescape(re.search(r"<h1>(.*?)</h1>", self.response.text, re.DOTALL)[1])

    def form(self, action: str, headers=None, **fields: str) -> httpx.Response:
        """Send the form with this action, with its hidden fields."""
        block = re.search(rf'<form[^>]*action="{action}".*?</form>', self.response.text, re.DOTALL)[0]
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', block))
        method = re.search(r'method="(\w+)"', block)[1]
        data = {**{k: unescape(v) for k, v in hidden.items()}, **fields}
        url = urljoin(self.url, action)
        if method == "get":
            return self._load("GET", url, params=data, headers=headers or {})
        return self._load("POST", url, data=data, headers=headers or {})

    def follow(self, label: str) -> httpx.Response:
        """Follow the link whose text holds the label."""
        for target, text in re.findall(
            r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', self.response.text, re.DOTALL
        ):
            if label in unescape(re.sub(r"<[^>]+>", " ", text)):
                return self._load("GET", urljoin(self.url, unescape(target)))
        raise AssertionError(f"no link {label!r}")

    def names(self) -> list[str]:
        return [unescape(one) for one in re.findall(r'<span class="name">(.*?)</span>', self.response.text)]


@pytest.fixture
def opened():
    """Open pages and close their event loops afterwards."""
    browsers: list[Browser] = []

    def open_page(rig: Rig, link: str, app=None) -> Browser:
        browsers.append(Browser(app or rig.sandbox.app, link))
        return browsers[-1]

    yield open_page
    for one in browsers:
        one.api.close()


def test_the_whole_way(rig: Rig, opened) -> None:
    invitation = rig.invite(
        "phone", fleet_name="Phone Fleet", success_redirect_url="https://app.example.com/done?from=x#top"
    )
    page = opened(rig, invitation["magic_link"])
    assert page.heading == "Sandbox Partner would like to see your fleet"
    assert "Phone Fleet" in page.text
    assert "Where your vehicles are and were" in page.text
    assert "Accept and continue</button>" in page.text
    assert "Decline</button>" in page.text
    page.form("accept")
    assert page.heading == "Choose your provider"
    assert rig.api.get(f"/v2/orgs/invitations/{invitation['id']}")["status"] == "accepted"
    page.form("providers", q="moTIV")
    assert page.names() == ["Motive"]
    page.follow("Motive")
    assert page.heading == "Sign in to Motive"
    page.form("connect", account="me", key="my-real-password")
    assert page.heading == "You're connected"
    assert "my-real-password" not in page.text
    back = re.search(r'class="primary" href="([^"]*)"', page.response.text)[1]
    assert unescape(back) == "https://app.example.com/done?from=x&status=success#top"
    fleet = rig.api.get("/v2/orgs/fleets", fleet_refs="phone")["items"][0]
    rows = rig.api.get("/v2/telematics/vehicle-locations", fleet_ids=fleet["id"])
    assert 5 <= rows["total"] <= 15
    assert f"{rows['total']} vehicles found" in page.text
    assert all(row["location"] for row in rows["items"])
    assert rig.api.get("/v2/telematics/users", fleet_ids=fleet["id"])["total"] > 0
    assert rig.api.get("/v2/integrations/connections/data-freshness", fleet_ids=fleet["id"])
    rig.clock.now += 60
    later = rig.api.get("/v2/telematics/vehicle-locations", fleet_ids=fleet["id"])["items"]
    assert any(a["location"] != b["location"] for a, b in zip(rows["items"], later, strict=True)), "they move"
    page.follow("Add another provider")
    page.follow("Geotab")
    page.form("connect")
    assert page.names() == ["Motive", "Geotab"]
    connections = rig.api.get("/v2/integrations/connections", fleet_ids=fleet["id"])["items"]
    assert [one["source_name"] for one in connections] == ["motive", "geotab"]


def test_sending_a_form_twice_changes_nothing(rig: Rig, opened) -> None:
    page = opened(rig, rig.invite("twice")["magic_link"])
    review = page.response, page.url
    page.form("accept")
    page.response, page.url = review
    page.form("accept")
    assert page.heading == "Choose your provider"
    page.follow("Raven")
    sign_in = page.response, page.url
    page.form("connect")
    page.response, page.url = sign_in
    page.form("connect")
    assert page.names() == ["Raven"]
    fleet = rig.api.get("/v2/orgs/fleets", fleet_refs="twice")
    assert fleet["total"] == 1
    assert len(rig.api.get("/v2/integrations/connections", fleet_refs="twice")["items"]) == 1


def test_declining_with_a_reason(rig: Rig, opened) -> None:
    invitation = rig.invite("no", failure_redirect_url="https://app.example.com/sorry")
    page = opened(rig, invitation["magic_link"])
    page.form("decline", reason="  <b>too early</b> ")
    assert page.heading == "You declined"
    assert 'href="https://app.example.com/sorry?status=failure"' in page.response.text
    answer = rig.api.get(f"/v2/orgs/invitations/{invitation['id']}")
    assert (answer["status"], answer["decline_reason"]) == ("declined", "<b>too early</b>")
    assert opened(rig, invitation["magic_link"]).heading == "You declined this invitation"


@pytest.mark.parametrize(
    ("limit", "names"),
    [
        (["samsara", "geotab"], ["Samsara", "Geotab"]),
        (["hos247"], ["3PL Tek"]),
        (["catena_simulator", "raven"], ["Raven", "Groundhog"]),
        (["nobody"], []),
        ([], []),
    ],
)
def test_limited_providers(rig: Rig, opened, limit: list[str], names: list[str]) -> None:
    page = opened(rig, rig.invite("limited", limit_tsps=limit)["magic_link"])
    page.form("accept")
    assert page.names() == names
    session = parse_qs(urlsplit(page.url).query)["s"][0]
    for slug in ("eroad-us", "cake"):
        blocked = page.api("POST", "/connect/connect", data={"s": session, "tsp": slug})
        assert blocked.status_code == 404
        assert page.api("GET", "/connect/credentials", params={"s": session, "tsp": slug}).status_code == 404
    assert rig.api.get("/v2/integrations/connections", fleet_refs="limited")["items"] == []


def test_links_that_do_not_work(rig: Rig, opened) -> None:
    for query in ("", "?invite=", "?invite=x", "?invite=00000000-0000-4000-8000-000000000000", "?invite=%00"):
        page = opened(rig, f"{BASE}/connect/{query}")
        assert page.response.status_code == 404
        assert page.heading == "This link does not work"
    invitation = rig.invite("slow", expires_in_hours=1)
    rig.clock.now += 3600
    assert opened(rig, invitation["magic_link"]).heading == "This link has expired"
    rig.api.sign_in(rig.sandbox)
    deleted = rig.invite("gone")
    rig.api("DELETE", f"/v2/orgs/invitations/{deleted['id']}")
    assert opened(rig, deleted["magic_link"]).heading == "This invitation was withdrawn"
    assert opened(rig, f"{BASE}/connect/nowhere").response.status_code == 404


def test_a_page_left_open_past_the_expiry(rig: Rig, opened) -> None:
    page = opened(rig, rig.invite("slow", expires_in_hours=1)["magic_link"])
    rig.clock.now += 3601
    page.form("accept")
    assert page.response.status_code == 409
    assert page.heading == "This is no longer possible"


def test_a_used_link_works_again_once_it_was_sent_again(rig: Rig, opened) -> None:
    link = rig.invite("again")["magic_link"]
    page = opened(rig, link)
    page.form("accept")
    page.follow("Samsara")
    page.form("connect")
    assert opened(rig, link).heading == "This link has already been used"
    assert rig.invite("again")["magic_link"] == link
    page = opened(rig, link)
    assert page.heading == "Choose your provider"
    page.follow("Motive")
    page.form("connect")
    assert page.heading == "You're connected"
    assert opened(rig, link).heading == "This link has already been used"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
    ],
)
def test_forms_from_other_sites_are_refused(rig: Rig, opened, headers: dict[str, str]) -> None:
    invitation = rig.invite("forged")
    for action in ("accept", "decline"):
        page = opened(rig, invitation["magic_link"])
        page.form(action, headers=headers)
        assert page.response.status_code == 403
    assert rig.api.get(f"/v2/orgs/invitations/{invitation['id']}")["status"] == "active"
    page = opened(rig, invitation["magic_link"])
    page.form("accept", headers={"origin": BASE, "sec-fetch-site": "same-origin"})
    assert page.heading == "Choose your provider"


def test_a_visit_is_needed(rig: Rig, opened) -> None:
    page = opened(rig, rig.invite("v")["magic_link"])
    for method, path in (
        ("GET", "providers"),
        ("GET", "credentials"),
        ("GET", "connected"),
        ("POST", "connect"),
    ):
        for session in ("", "guess"):
            assert page.api(method, f"/connect/{path}", params={"s": session}).status_code == 410
    session = re.search(r'name="s" value="([^"]*)"', page.response.text)[1]
    assert page.api("GET", "/connect/providers", params={"s": session}).status_code == 410, "not accepted yet"


def test_what_the_partner_wrote_is_shown_as_text(rig: Rig, opened) -> None:
    page = opened(rig, rig.invite("<script>alert(1)</script>")["magic_link"])
    assert "<script" not in page.response.text
    assert "<script>alert(1)</script>" in page.text
    page.form("accept")
    page.form("providers", q='"><img src=x>')
    assert "<img" not in page.response.text


def test_any_prefix_and_no_other_host(rig: Rig, opened) -> None:
    invitation = rig.invite("deep")
    app = Starlette(routes=[Mount("/maps/demo/sandbox/connect", rig.sandbox.connect)])
    page = opened(rig, f"{BASE}/maps/demo/sandbox/connect/?invite={invitation['id']}", app)
    pages = [page.response.text]
    style = page.api("GET", urljoin(page.url, "style.css"))
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert page.api("GET", urljoin(page.url, "icon.svg")).status_code == 200
    page.form("accept")
    pages.append(page.response.text)
    page.follow("Samsara")
    pages.append(page.response.text)
    page.form("connect")
    pages.append(page.response.text)
    assert page.heading == "You're connected"
    for text in pages:
        assert "Simulated Catena Connect — no real data is shared" in text
        targets = re.findall(r'(?:href|src|action)="([^"]*)"', text)
        assert targets
        assert not [one for one in targets if one.startswith(("/", "http:", "https:"))]
    for text in (style.text, *pages):
        assert "url(" not in text
        assert "@import" not in text
    policy = page.response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert page.response.headers["referrer-policy"] == "no-referrer"
    assert page.response.headers["cache-control"] == "no-store"


def test_a_changed_permission_is_said(rig: Rig, opened) -> None:
    page = opened(rig, rig.invite("w", permissions={"vehicle": "read_write"})["magic_link"])
    assert "asks to change" in page.text
    page = opened(rig, rig.invite("r", permissions={"vehicle": "read"})["magic_link"])
    assert "asks to change" not in page.text
    assert "Where your vehicles are" not in page.text
