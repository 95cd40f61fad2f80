"""From Catena to a snapshot: what is fetched, how often, and how it is joined."""
