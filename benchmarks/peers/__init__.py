"""Other ways to put the same vehicles on a map, each as its own documentation shows it: what ours is measured against.

All get the same vehicles from the same poller and draw them anew at the same interval, in a fragment, without
mounting their map anew, and with the same texts where they can show any.
"""

from __future__ import annotations

TITLES = {
    "ours": "ours",
    "inline": "st.pydeck_chart, rows inline",
    "st_map": "st.map (no tooltip)",
    "plotly_chart": "st.plotly_chart (scatter_map)",
    "folium_map": "streamlit-folium, clustered",
}
"""Each page that is measured, and its name in tables."""
PEERS = tuple(kind for kind in TITLES if kind != "ours")
