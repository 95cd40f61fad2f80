"""A simulated Catena: the API and the Connect pages, for demos and tests."""
