"""Endpoints, rows and errors of the simulated API."""
