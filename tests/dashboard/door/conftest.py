"""Sign-in as secrets.toml would set it up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st

from tests.dashboard.door.knocking import COOKIE_SECRET, PUBLIC


@pytest.fixture
def secrets() -> Iterator[None]:
    """Streamlit's own settings of sign-in."""
    auth = {
        "redirect_uri": f"https://{PUBLIC}/oauth2callback",
        "cookie_secret": COOKIE_SECRET,
        "office": {
            "client_id": "the-office",
            "client_secret": "of the tests",
            "server_metadata_url": "https://login.example.com/.well-known/openid-configuration",
        },
    }
    st.secrets.merge_programmatic_secrets({"auth": auth})
    yield
    st.secrets._reset()
