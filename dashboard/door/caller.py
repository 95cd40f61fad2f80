"""Where a request came from, and under which name it asked for us."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from dashboard.configuration.checks import Network, is_loopback

FORWARDED = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
    "cf-connecting-ip",
)
"""Headers that proxies add."""
PROXY = "proxy"
"""The one address of all who come through a proxy that we were not told to trust."""
UVICORN_TRUSTS = "127.0.0.1"
"""A neighbour whose X-Forwarded-For uvicorn has put in the place of its address, before we see it."""


def is_local(client: tuple[str, int] | None, headers: Mapping[str, str]) -> bool:
    """Whether a request was made on this machine, to this machine, without a proxy between."""
    if client is None or not is_loopback(client[0]):
        return False
    if any(name in headers for name in FORWARDED):
        return False
    return is_loopback(host_name(headers.get("host", "")))


def host_name(header: str) -> str:
    """The name in a Host header without its port, in lower case; "" when it is not of that form."""
    match = re.fullmatch(r"(\[[^\[\]]*\]|[^:\[\]]*)(:[0-9]*)?", header)
    return match[1].lower() if match else ""


def address_of(
    client: tuple[str, int] | None, headers: Mapping[str, str], trusted: Sequence[Network] = ()
) -> str:
    """Where a request came from, as far as that can be believed: the last address that no trusted proxy has."""
    last = _bare(client[0]) if client else ""
    if not any(name in headers for name in FORWARDED):
        return last
    if not trusted:
        return PROXY
    chain = [_bare(entry) for entry in headers.get("x-forwarded-for", "").split(",") if entry.strip()]
    named = [entry for entry in chain if entry != UVICORN_TRUSTS]
    chain.append(UVICORN_TRUSTS if named and named[-1] == last else last)
    for entry in reversed(chain):
        if not _within(entry, trusted):
            return PROXY if entry == UVICORN_TRUSTS else entry
    return PROXY


def is_same_site(headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something was made by a page of ours.

    Browsers say so by Origin. They hide it (`null`) for forms of pages that tell nobody their address, and then say it
    by Sec-Fetch-Site, which no page can set.
    """
    origin = headers.get("origin", "")
    if origin in ("", "null"):
        return headers.get("sec-fetch-site") == "same-origin"
    return is_origin_of(origin, headers.get("host", ""))


def is_origin_of(origin: str, host: str) -> bool:
    """Whether an Origin is exactly that of a Host; Streamlit, which compares alike, then asks nobody what is ours."""
    try:
        return bool(host) and urlsplit(origin).netloc == host
    except ValueError:
        return False


def _bare(entry: str) -> str:
    """An address without port and brackets, in the one way to write it; any other text as it is."""
    match = re.fullmatch(r"\[(.+)\](?::[0-9]+)?|([0-9.]+):[0-9]+|(.+)", entry.strip())
    text = next(filter(None, match.groups()), "") if match else ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _within(entry: str, networks: Sequence[Network]) -> bool:
    try:
        address = ip_address(entry)
    except ValueError:
        return False
    return any(address in network for network in networks)
