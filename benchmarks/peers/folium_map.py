"""streamlit-folium with `FastMarkerCluster`, its markers put into a map that stays, without tiles."""

from __future__ import annotations

import folium
import pandas as pd
from folium.plugins import FastMarkerCluster
from streamlit_folium import st_folium

from benchmarks.peers.page import show
from benchmarks.peers.rows import WORDS

MARKER = """function (row) {
  const marker = L.circleMarker([row[0], row[1]], {radius: 5, color: row[2]});
  return marker.bindTooltip("<b>" + row[3] + "</b><br>" + row.slice(4).join(" · "));
}"""
# From this machine: elsewhere they come from three hosts outside.
folium.Map.default_js = [(name, f"/leaflet/{name}.js") for name in ("leaflet", "leaflet.markercluster")]
folium.Map.default_css = [
    (name, f"/leaflet/{name}.css") for name in ("leaflet", "MarkerCluster", "MarkerCluster.Default")
]
FastMarkerCluster.default_js = FastMarkerCluster.default_css = []


def draw(rows: pd.DataFrame) -> None:
    """Draw these positions."""
    ground = folium.Map(location=(39, -95), zoom_start=4, tiles=None, maxZoom=18)
    group = folium.FeatureGroup(name="Vehicles")
    FastMarkerCluster(rows[["lat", "lon", "colour", *WORDS]], callback=MARKER).add_to(group)
    st_folium(
        ground,
        feature_group_to_add=group,
        returned_objects=[],
        key="map",
        height=545,
        use_container_width=True,
    )


show(draw)
