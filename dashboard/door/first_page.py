"""Streamlit's page as the door serves it: named, and with the map's code asked for before the script has run."""

from __future__ import annotations

import re
from collections.abc import Iterable

OWN_SCRIPT = '<script src="./door/door.js"></script>'
TITLE = "<title>Streamlit</title>"
ICON = 'href="./favicon.png"'
FONT = re.compile(r'<link\s+rel="preload"\s+href="[^"]*"\s+as="font"[^>]*>')
"""Streamlit's own font, which our theme has no use for."""
FILE = re.compile(r'(?:src|href)="\.(/static/[^"]+)"')


def first_page(page: str, head: str, icon: str, ahead: Iterable[str]) -> str:
    """Our page, made of Streamlit's.

    `head`: the tags that name it. `icon`: its address from the page. `ahead`: the map's files, itself first, as paths
    such as `/static/js/map.js`.
    """
    page = page.replace("<head>", f"<head>\n    {OWN_SCRIPT}", 1)
    page = FONT.sub("", page.replace(TITLE, head, 1).replace(ICON, f'href="{icon}"', 1), 1)
    links = "".join(map(_link, ahead)).replace(" crossorigin", " data-map crossorigin", 1)
    # Last, so that what Streamlit starts with comes first.
    return page.replace("</head>", f"{links}</head>", 1)


def files(page: str) -> list[str]:
    """The paths of all of Streamlit's files that a page names."""
    return FILE.findall(page)


def _link(path: str) -> str:
    how = 'rel="preload" as="style"' if path.endswith(".css") else 'rel="modulepreload"'
    return f'<link {how} crossorigin href=".{path}">\n'
