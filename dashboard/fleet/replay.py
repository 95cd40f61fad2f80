"""Trails as a map draws them: lines coloured by speed, marked stops, and everybody's place at one moment."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dashboard.fleet import bins, units
from dashboard.fleet.colours import Theme, bin_colours
from dashboard.fleet.lines import cut, simplify
from dashboard.fleet.stops import Stop
from dashboard.fleet.trails import Trail


def time_range(trails: Iterable[Trail]) -> tuple[datetime, datetime] | None:
    """Return the first and the last moment of any fix; None without fixes."""
    ends = [time for trail in trails if len(trail.times) for time in (trail.times[0], trail.times[-1])]
    return (_aware(min(ends)), _aware(max(ends))) if ends else None


def paths(trail: Trail, name: str, *, theme: Theme = "light", metric: bool = False) -> list[dict[str, Any]]:
    """Return the trail as lines, each of one class of speed: `path` [[lon, lat], …], `color`, `speed`, `name`.

    The speed of a step is the one reported on arrival; where none was, the line has the colour of the unknown.

    Lines end at holes of more than 15 minutes. A line that crosses the antimeridian is cut there. No fix lies more
    than 5 m beside its line.
    """
    colours = bin_colours(bins.SPEED_BINS, theme=theme)
    labels = bins.speed_labels(metric=metric)
    classes = bins.bin_codes(trail.speed[1:], bins.SPEED_BINS)
    joined = trail.joined
    lines = []
    breaks = np.flatnonzero((classes[1:] != classes[:-1]) | ~joined[1:] | ~joined[:-1]) + 1
    for run in np.split(np.arange(len(classes)), breaks):
        if not len(run) or not joined[run[0]]:
            continue
        code = int(classes[run[0]])
        about = {"color": list(colours[code]), "speed": labels[bins.SPEED_BINS[code].key]}
        about |= {"vehicle_id": trail.vehicle_id, "name": name}
        drawn = run[0] + simplify(trail.lon[run[0] : run[-1] + 2], trail.lat[run[0] : run[-1] + 2])
        points = np.column_stack([trail.lon[drawn], trail.lat[drawn]]).round(6).tolist()
        lines += [{"path": piece} | about for piece in cut(points)]
    return lines


def stop_marks(trail: Trail, name: str) -> list[dict[str, Any]]:
    """Return the stops as marks: `lon`, `lat`, `label` (its length in words), `start`, `name`."""
    return [
        {
            "lon": stop.lon,
            "lat": stop.lat,
            "label": stop_label(stop),
            "start": units.moment(_aware(stop.start)),
        }
        | {"vehicle_id": trail.vehicle_id, "name": name}
        for stop in trail.stops
    ]


def stop_label(stop: Stop) -> str:
    """Say how long a stop was, and for how long at a time nobody saw the vehicle."""
    label = f"stopped {units.duration(stop.seconds)}"
    return f"{label}, unseen for up to {units.duration(stop.longest_hole)}" if stop.longest_hole else label


def positions(trails: Mapping[str, Trail], moment: datetime) -> list[dict[str, Any]]:
    """Return where each vehicle is at a moment: `vehicle_id`, `lon`, `lat`, `speed` (m/s or None), `held_seconds`.

    Between two fixes at most 15 minutes apart the place is on the straight line between them. In a hole and after
    the last fix it stays at the last fix, and `held_seconds` says for how long (0: it is known). Before its first
    fix a vehicle is nowhere and left out.
    """
    time = np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")
    return [
        _position(trail, time) for trail in trails.values() if len(trail.times) and trail.times[0] <= time
    ]


def _position(trail: Trail, time: np.datetime64) -> dict[str, Any]:
    at = int(np.searchsorted(trail.times, time, side="right")) - 1
    lon, lat = float(trail.lon[at]), float(trail.lat[at])
    since = float((time - trail.times[at]) / np.timedelta64(1, "us")) / 1e6
    held = since
    if at + 1 < len(trail.times) and trail.joined[at]:
        share = since * 1e6 / float((trail.times[at + 1] - trail.times[at]) / np.timedelta64(1, "us"))
        east = (float(trail.lon[at + 1]) - lon + 180) % 360 - 180
        lon, lat = (lon + share * east + 180) % 360 - 180, lat + share * (float(trail.lat[at + 1]) - lat)
        held = 0.0
    speed = float(trail.speed[at])
    return {
        "vehicle_id": trail.vehicle_id,
        "lon": lon,
        "lat": lat,
        "speed": None if held or np.isnan(speed) else speed,
        "held_seconds": held,
    }


def _aware(time: np.datetime64) -> datetime:
    moment: datetime = time.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)
