"""What an invitation's permissions mean, in plain words."""

_MAIN = {
    "vehicle_location": "Where your vehicles are and were, with speed, odometer and fuel",
    "vehicle": "Your vehicles: names, plates, VINs, makes",
    "user": "Your drivers: names and contact details",
    "trailer": "Your trailers",
    "trailer_location": "Where your trailers are and were",
    "hos_event": "Your drivers' hours of service",
    "driver_safety_event": "Safety events such as harsh braking",
    "ifta_summary": "Fuel tax summaries",
}


def in_words(permissions: dict[str, str]) -> tuple[list[str], list[str], bool]:
    """Return the main things shared, the names of the others, and whether any may be changed."""
    main = [words for name, words in _MAIN.items() if name in permissions]
    others = [name.replace("_", " ").capitalize() for name in permissions if name not in _MAIN]
    return main, sorted(others), "read_write" in permissions.values()
