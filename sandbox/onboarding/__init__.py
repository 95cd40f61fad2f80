"""Catena Connect, simulated."""
