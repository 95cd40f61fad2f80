"""Who counts as local, whose word for an address is taken, and what a page of another site is."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from starlette.datastructures import Headers

from dashboard.door.caller import address_of, is_local, is_origin_of, is_same_site

LOCAL = ("127.0.0.1", 40000)


@pytest.mark.parametrize(
    ("client", "headers", "expected"),
    [
        (LOCAL, {"host": "localhost:8501"}, True),
        (LOCAL, {"host": "127.0.0.1:8501"}, True),
        (("::1", 1), {"host": "[::1]:8501"}, True),
        (("::ffff:127.0.0.1", 1), {"host": "127.0.0.1:8501"}, True),
        (("::ffff:127.0.0.1", 1), {"host": "LOCALHOST.:8501"}, True),
        (("::1%lo", 1), {"host": "[::1%25lo]:8501"}, True),
        (("::1", 1), {"host": "[::1]"}, True),
        (("::1", 1), {"host": "::1"}, False),
        (LOCAL, {"host": "localhost:8501@evil.example"}, False),
        (LOCAL, {"host": "localhost:evil.example"}, False),
        (LOCAL, {"host": "[::1]evil.example"}, False),
        (LOCAL, {"host": "0.0.0.0:8501"}, False),
        (("::ffff:192.168.1.20", 1), {"host": "localhost:8501"}, False),
        (("fe80::1%eth0", 1), {"host": "[::1]:8501"}, False),
        (("192.168.1.20", 1), {"host": "localhost:8501"}, False),
        (LOCAL, {"host": "evil.example:8501"}, False),
        (LOCAL, {"host": "localhost:8501", "x-forwarded-for": "203.0.113.9"}, False),
        (LOCAL, {"host": "localhost:8501", "x-forwarded-proto": "https"}, False),
        (LOCAL, {"host": "localhost:8501", "forwarded": "for=203.0.113.9"}, False),
        (LOCAL, {"host": "localhost", "via": "1.1 proxy"}, False),
        (LOCAL, {}, False),
        (None, {"host": "localhost"}, False),
    ],
)
def test_only_this_machine_is_local(client, headers, expected):
    assert is_local(client, Headers(headers)) is expected


NOBODY = ()
NEIGHBOUR = (ip_network("127.0.0.1"),)
INSIDE = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("client", "forwarded", "trusted", "expected"),
    [
        (("203.0.113.9", 1), None, NOBODY, "203.0.113.9"),
        (("203.0.113.9", 1), None, NEIGHBOUR, "203.0.113.9"),
        (("::ffff:203.0.113.9", 1), None, NOBODY, "203.0.113.9"),
        (None, None, NOBODY, ""),
        # Nobody is trusted: all who come through a proxy, or say so, are one.
        (("203.0.113.9", 1), "198.51.100.7", NOBODY, "proxy"),
        (("198.51.100.7", 0), "198.51.100.7", NOBODY, "proxy"),
        # A neighbour: uvicorn has put what it said in the place of its address.
        (("198.51.100.7", 0), "198.51.100.7", NEIGHBOUR, "198.51.100.7"),
        (("198.51.100.7", 5), "198.51.100.7:5", NEIGHBOUR, "198.51.100.7"),
        (("198.51.100.7", 0), "1.2.3.4, 198.51.100.7", NEIGHBOUR, "198.51.100.7"),
        (("198.51.100.7", 0), "198.51.100.7, 127.0.0.1", NEIGHBOUR, "198.51.100.7"),
        (("198.51.100.7", 0), "198.51.100.7", INSIDE, "proxy"),
        # A proxy elsewhere, which uvicorn does not believe.
        (("10.0.0.1", 1), "198.51.100.7", INSIDE, "198.51.100.7"),
        (("10.0.0.1", 1), "198.51.100.7, 10.0.0.2", INSIDE, "198.51.100.7"),
        (("10.0.0.1", 1), "1.2.3.4, 198.51.100.7, 10.0.0.2", INSIDE, "198.51.100.7"),
        (("::ffff:10.0.0.1", 1), "198.51.100.7", INSIDE, "198.51.100.7"),
        (("2001:db8::1", 1), "[2001:db9:0::7]:5", INSIDE, "2001:db9::7"),
        (("10.0.0.1", 1), "10.0.0.3", INSIDE, "proxy"),
        # Somebody who says that they are a proxy.
        (("203.0.113.9", 1), "198.51.100.7", INSIDE, "203.0.113.9"),
        (("203.0.113.9", 1), "10.0.0.1", INSIDE, "203.0.113.9"),
        (("203.0.113.9", 1), "198.51.100.7, 203.0.113.9", INSIDE, "proxy"),
        (("203.0.113.9", 1), "198.51.100.7, 203.0.113.9", NEIGHBOUR, "203.0.113.9"),
        (("10.0.0.1", 1), "not an address", INSIDE, "not an address"),
        (("10.0.0.1", 1), ",, ,", INSIDE, "proxy"),
    ],
)
def test_an_address_is_believed_only_from_whom_it_may_be(client, forwarded, trusted, expected):
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert address_of(client, headers, trusted) == expected


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://map.example", "map.example", True),
        ("http://map.example:8501", "map.example:8501", True),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("http://map.example:8502", "map.example:8501", False),
        ("https://map.example.evil.example", "map.example", False),
        ("https://evil.example/map.example", "map.example", False),
        ("https://map.example@evil.example", "map.example", False),
        ("https://[", "[", False),
        ("null", "map.example", False),
        ("null", "null", False),
        ("", "", False),
        ("map.example", "map.example", False),
    ],
)
def test_an_origin_is_exactly_that_of_the_host(origin, host, same):
    assert is_origin_of(origin, host) is same
    assert is_same_site({"origin": origin, "host": host}) is same


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "null", "sec-fetch-site": "same-site"}, False),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "null", "sec-fetch-site": "none"}, False),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, False),
    ],
)
def test_a_hidden_origin_is_taken_from_what_no_page_can_set(headers, same):
    assert is_same_site({"host": "map.example", **headers}) is same
