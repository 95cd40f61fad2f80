"""What browsers' tabs, search engines and previews of links are told of a page: nothing of what is on it."""

from __future__ import annotations

from html import escape

SITE = "Catena Live Map"
DESCRIPTION = "The vehicles of all connected fleets, live on one map."


def head(title: str, description: str = DESCRIPTION, image: str = "") -> str:
    """The tags for a page's head, of plain texts. `image`: an absolute address, "" without one."""
    told = {"og:site_name": SITE, "og:type": "website", "og:title": title, "og:description": description}
    if image:
        told["og:image"] = image
    tags = [f'<meta property="{name}" content="{escape(text)}">' for name, text in told.items()]
    tags = [
        f"<title>{escape(title)}</title>",
        f'<meta name="description" content="{escape(description)}">',
        *tags,
    ]
    return "".join(tags)
