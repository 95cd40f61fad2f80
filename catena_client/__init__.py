"""A typed client for the Catena Telematics API."""
