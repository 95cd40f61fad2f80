"""The door: who comes in, by HTTP or WebSocket, before anything else answers."""
