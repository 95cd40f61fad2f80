"""The simulated world: roads, vehicles, fleets and how they came to be."""
