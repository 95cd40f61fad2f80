"""Exit code 0 if the dashboard of this container answers that it is up; its settings say where that is."""

from __future__ import annotations

import os
import sys
from urllib.request import urlopen

port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
address = f"http://127.0.0.1:{port}{'/' + base if base else ''}/healthz"
try:
    with urlopen(address, timeout=3) as answer:
        sys.exit(0 if answer.read() == b"up" else 1)
except OSError as error:
    sys.exit(f"{address}: {error}")
