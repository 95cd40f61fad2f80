"""Assets as a browser gets them."""

import gzip
from xml.etree import ElementTree as ET

import httpx
import pytest
from starlette.applications import Starlette

from dashboard.deck import assets

LOGO = "brand/logo-light.svg"


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = Starlette(routes=assets.routes("/maps"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/maps/")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_gzip_is_sent_ready_made_and_kept_for_good(client: httpx.AsyncClient) -> None:
    async with client, client.stream("GET", assets.url("assets/", LOGO)) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "immutable" in answer.headers["cache-control"]
    assert gzip.decompress(raw) == (assets.FOLDER / LOGO).read_bytes()


@pytest.mark.anyio
async def test_plain_bytes_for_who_does_not_take_gzip(client: httpx.AsyncClient) -> None:
    async with client:
        answer = await client.get(assets.url("assets/", LOGO), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == (assets.FOLDER / LOGO).read_bytes()
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.anyio
async def test_tiles_are_served_under_the_address_for_deck(client: httpx.AsyncClient) -> None:
    address = assets.tiles_url("assets/", "basemap/shapes")
    async with client:
        found = await client.get(address.format(z=3, x=1, y=3))
        ocean = await client.get(address.format(z=6, x=0, y=30))
        no_series = await client.get("assets/basemap/other/3/1/3.json")
    kinds = {feature["properties"]["k"] for feature in found.json()["features"]}
    assert {"land", "lake", "state", "country"} <= kinds
    assert ocean.json() == {"type": "FeatureCollection", "features": []}
    for answer in (found, ocean):
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
    assert no_series.status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize("query", ["", "?v=000000000000"])
async def test_an_address_without_the_current_hash_is_asked_again(
    client: httpx.AsyncClient, query: str
) -> None:
    async with client:
        answer = await client.get(f"assets/{LOGO}{query}")
        again = await client.get(f"assets/{LOGO}{query}", headers={"If-None-Match": answer.headers["etag"]})
    assert answer.headers["cache-control"] == "no-cache"
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path",
    [
        "basemap/nothing.json",
        "../settings.py",
        "%2e%2e/settings.py",
        "basemap/LICENSE.md",
        "basemap/shapes.tiles.gz",
        "",
        "brand",
    ],
)
async def test_nothing_but_the_assets_is_served(client: httpx.AsyncClient, path: str) -> None:
    async with client:
        answer = await client.get(f"assets/{path}")
    assert answer.status_code == 404


def test_an_unknown_file_is_an_error_when_the_page_is_built() -> None:
    with pytest.raises(KeyError):
        assets.url("assets/", "basemap/nothing.json")


@pytest.mark.parametrize("name", ["logo-light.svg", "logo-dark.svg", "icon.svg"])
def test_brand_is_clean_svg(name: str) -> None:
    text = (assets.FOLDER / "brand" / name).read_text()
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    # Shapes only: no font that a machine may lack, nothing from outside.
    assert not [node.tag for node in root.iter() if node.tag.endswith(("text", "image", "script"))]
    assert text.replace("http://www.w3.org/2000/svg", "").count("http") == 0
