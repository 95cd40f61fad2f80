"""What uvicorn writes of a request for a share link."""

import logging

import pytest

from dashboard.sharing.access_log import hide_tokens


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/s/TOKEN", "/s/***"),
        ("/maps/s/TOKEN", "/maps/s/***"),
        ("/s/TOKEN?utm=1", "/s/***?utm=1"),
        ("/s/TOKEN/more", "/s/***/more"),
        ("/?key=KEY", "/?key=***"),
        ("/maps/?state=moving&key=KEY&size=8", "/maps/?state=moving&key=***&size=8"),
        ("/feed/vehicles?id=1", "/feed/vehicles?id=1"),
        ("/static/js/main.js", "/static/js/main.js"),
    ],
)
def test_no_token_is_written(caplog, path, written):
    hide_tokens()
    hide_tokens()
    with caplog.at_level(logging.INFO, "uvicorn.access"):
        logging.getLogger("uvicorn.access").info(
            '%s - "%s %s HTTP/%s" %d', "127.0.0.1:9", "GET", path, "1.1", 303
        )
    assert [record.getMessage() for record in caplog.records] == [
        f'127.0.0.1:9 - "GET {written} HTTP/1.1" 303'
    ]
