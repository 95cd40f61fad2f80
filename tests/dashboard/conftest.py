"""What all tests of the dashboard share."""

from functools import cache

from streamlit.components.v2 import manifest_scanner

# Streamlit's test runner looks through all installed packages for components, for each page that it opens, which is
# most of such a test's time. What is installed does not change meanwhile.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
