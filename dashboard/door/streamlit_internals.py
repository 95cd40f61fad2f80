"""What we need of Streamlit that it does not promise to keep: everything of the kind is here, and pinned by a test."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itsdangerous.encoding import base64_decode, bytes_to_int
from streamlit import config, file_util
from streamlit.auth_util import encode_provider_token, get_cookie_with_chunks, get_origin_from_redirect_uri
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.web.server.server_util import get_cookie_secret, get_url
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

__all__ = [
    "SignedIn",
    "address",
    "encode_provider_token",
    "first_themes",
    "index_html",
    "map_files",
    "serve_component",
    "signed_in",
    "static_folder",
]

UVICORN_PORT = 8000
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)["'`]\./([^"'`]+)""")
"""A file that a script of Streamlit's page needs before it can begin."""
IMPORTS_WITHIN = 50_000
"""Characters from a script's beginning, where all that it imports is named."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What Streamlit's cookie says of somebody who has signed in."""

    claims: Mapping[str, Any]
    """What the provider said of them, with `provider`, the name by which we know it."""
    signed_at: float
    """Seconds since 1970."""
    held: str
    """The signed text of the cookie, without its signatures: the same however a copy of it is written."""


def signed_in(cookies: Mapping[str, str], most_hours: float) -> SignedIn | None:
    """Who signed in here at most so many hours ago; None: nobody, or the cookie is not one that Streamlit wrote."""
    if USER_COOKIE_NAME not in cookies:
        return None
    secret, signed = get_cookie_secret(), []

    def one(name: str) -> bytes | None:
        raw = cookies.get(name, "")
        value = decode_signed_value(secret, name, raw.encode("latin-1", "replace"), most_hours / 24)
        if value is not None:
            signed.append(raw.rpartition(".")[0])
        return value

    content = get_cookie_with_chunks(one, USER_COOKIE_NAME)
    try:
        claims = json.loads(content or b"")
        signed_at = float(bytes_to_int(base64_decode(signed[0].rpartition(".")[2])))
    except (ValueError, IndexError):
        return None
    if not isinstance(claims, dict) or claims.get("is_logged_in") is not True:
        return None
    if claims.get("origin") != get_origin_from_redirect_uri():
        return None
    return SignedIn(claims, signed_at, " ".join(signed))


def index_html() -> str:
    """The page that Streamlit's own script is in."""
    return (static_folder().parent / "index.html").read_text(encoding="utf-8")


def static_folder() -> Path:
    """Where the files are that this page asks for below `/static/`."""
    return Path(file_util.get_static_dir()) / "static"


def map_files() -> list[str]:
    """What a map takes, as paths such as `/static/js/map.js`: its script first, all that this imports, its style."""
    scripts, styles = static_folder() / "js", static_folder() / "css"
    found = [path.name for path in scripts.glob("DeckGlJsonChart.*.js")]
    for name in found:  # grows meanwhile
        with (scripts / name).open(encoding="utf-8") as script:
            imported = IMPORTED.findall(script.read(IMPORTS_WITHIN))
        found += dict.fromkeys(one for one in imported if one not in found)
    return [
        *(f"/static/js/{name}" for name in found),
        *(f"/static/css/{path.name}" for path in styles.glob("DeckGlJsonChart.*.css")),
    ]


def first_themes() -> dict[str, dict[str, str]]:
    """What `window.__streamlit` has to say, so that the page looks as ours before it has heard of the script.

    Without it, it is painted in white and loads a font that it has no use for a moment later.
    """
    font = str(config.get_option("theme.font") or "")
    colours = ("primaryColor", "backgroundColor", "secondaryBackgroundColor", "textColor")
    given = {
        mode: {name: config.get_option(f"theme.{mode}.{name}") for name in colours}
        for mode in ("light", "dark")
    }
    return {
        f"{mode.upper()}_THEME": {name: said for name, said in {"bodyFont": font, **theme}.items() if said}
        for mode, theme in given.items()
    }


def serve_component(package: str, name: str, folder: Path) -> str:
    """The full name of a component whose files are in a folder, which are served from now on.

    Streamlit serves the files of installed packages only; what is given to it as text comes from a `blob:` address,
    which our Content-Security-Policy refuses.
    """
    manager, full = get_bidi_component_manager(), f"{package}.{name}"
    if manager.get_component_asset_root(full) is None:
        component = ComponentConfig(name, folder.name)
        manager.register_from_manifest(ComponentManifest(package, "1", [component]), folder.parent)
    return full


def address() -> str:
    """Where a browser of this machine reaches us, without a slash at the end; known once the server has its port."""
    if config._server_mode != "asgi-server":  # noqa: SLF001 - "starlette-app": `streamlit run` has chosen the port
        return get_url("localhost")
    given = re.search(r"--port[= ]([0-9]+)", " ".join(sys.argv))
    port = given[1] if given else os.environ.get("UVICORN_PORT", UVICORN_PORT)
    scheme = "https" if "--ssl-certfile" in " ".join(sys.argv) else "http"
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"{scheme}://localhost:{port}" + (f"/{base}" if base else "")
