"""The parts of the live map's page."""
