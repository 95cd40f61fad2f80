"""What each forked dashboard would do at its start, done once in the process that they are forked from."""

from __future__ import annotations

from functools import cache

from streamlit.components.v2 import manifest_scanner

from dashboard.door import packed, streamlit_internals
from dashboard.door.first_page import files

manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
manifest_scanner.scan_component_manifests()

packed.CODINGS = {coding: cache(pack) for coding, pack in packed.CODINGS.items()}
for path in {*files(streamlit_internals.index_html()), *streamlit_internals.map_files()}:
    place = streamlit_internals.static_folder() / path.removeprefix(packed.STATIC)
    for pack in packed.CODINGS.values():
        pack(place.read_bytes())
