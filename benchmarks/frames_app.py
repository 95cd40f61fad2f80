"""A page with nothing but a map, on which frames are counted: `python -m benchmarks.frames_app PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

from dashboard.deck import assets

app = st.App(Path(__file__).parent / "frames_page.py", routes=assets.routes(""))

if __name__ == "__main__":
    app.run(config={"server.port": int(sys.argv[1]), "server.address": "127.0.0.1"})
