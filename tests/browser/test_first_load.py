"""The first visit: what comes over the wire until the vehicles are on a map with land, and what a tab is called."""

from __future__ import annotations

import pytest

from tests.browser import rig

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("codings", "most"),
    [pytest.param("br, gzip", 2_500_000, marks=pytest.mark.slow), ("gzip", 2_600_000)],
    ids=["https", "http"],
)
def test_a_first_visit_is_small(browsers, dashboard, codings: str, most: int) -> None:
    # A browser of its own has nothing in its cache; without https it takes no Brotli. Polls are as usual: what later
    # ones bring is no part of the first visit.
    server = dashboard({"CATENA_POLL_SECONDS": "15"}, hasty=False)
    with rig.opened(browsers(), server, land=True) as seen:
        wire = seen.page.context.new_cdp_session(seen.page)
        addresses: dict[str, str] = {}
        loaded: dict[str, float] = {}
        wire.on(
            "Network.responseReceived",
            lambda event: addresses.update({event["requestId"]: event["response"]["url"]}),
        )

        def finished(event: dict[str, object]) -> None:
            # Later answers of the feed are no part of the first visit.
            address = addresses.get(str(event["requestId"]), "").partition("?")[0]
            loaded.setdefault(address, float(str(event["encodedDataLength"])))

        wire.on("Network.loadingFinished", finished)
        wire.send("Network.enable")
        wire.send("Network.setExtraHTTPHeaders", {"headers": {"Accept-Encoding": codings}})
        seen.open().map_shown()
        for series in ("shapes", "names"):
            seen.until(
                lambda series=series: any(f"/basemap/{series}/" in address for address in loaded), series
            )
        everything = sum(loaded.values()) + sum(map(len, seen.frames))
        largest = sorted(loaded.items(), key=lambda one: -one[1])[:12]
        assert everything <= most, f"{everything:,.0f} bytes: {largest}"
        assert len(loaded) > 100, "the page is counted, not only the map"
        seen.clean()


def test_the_tab_is_named_before_any_script_has_run(dashboard, browsers) -> None:
    server = dashboard()
    page = browsers().request.get(server.entrance).text()
    assert page.index("<title>Catena Live Map</title>") < page.index("</head>")
    assert "Streamlit</title>" not in page
