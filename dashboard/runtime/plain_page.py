"""A page of plain HTML, for whoever stands at the door: it needs no script, and tells nothing of the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

from dashboard.runtime import preview

STYLE = """
:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}
body{max-width:38rem;margin:12vh auto;padding:0 1.25rem;overflow-wrap:anywhere}
h1{font-size:1.75rem;line-height:1.25}
code,pre{background:#8882;border-radius:.3em}
code{padding:.1em .35em;white-space:nowrap}
pre{padding:1rem;overflow:auto}
input,button,.button{font:inherit;padding:.55em 1em;border-radius:.5em;border:1px solid #8888}
button,.button{display:inline-block;margin:.25em .5em .25em 0;background:#0b6e6e;color:#fff;border-color:#0b6e6e;
text-decoration:none;cursor:pointer}
"""


def plain_page(
    title: str, body: str, status: int = 200, headers: Mapping[str, str] | None = None, head: str = ""
) -> HTMLResponse:
    """A page with a title (text) and a body (HTML: whoever writes it has escaped what came from outside).

    `head`: the tags that name it where its title alone would not do.
    """
    content = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head or preview.head(title)}<style>{STYLE}</style><main><h1>{escape(title)}</h1>{body}</main></html>"
    )
    return HTMLResponse(content, status, {"Cache-Control": "no-store", **(headers or {})})
