"""A company's colour so that it can be read."""

from __future__ import annotations

from dashboard.fleet.colours import Rgb, rgb

LEAST = 4.5
"""Contrast of text to what is behind it, as WCAG 2 asks for at level AA."""
STEPS = 20


def readable(colour: str, ground: str) -> str:
    """The colour nearest to `colour`, on the way to black or white, that can be read on `ground`; both `#rrggbb`."""
    behind = rgb(ground)
    far = (0, 0, 0) if contrast((0, 0, 0), behind) >= contrast((255, 255, 255), behind) else (255, 255, 255)
    mixed = (_mixed(rgb(colour), far, step / STEPS) for step in range(STEPS + 1))
    found = next((one for one in mixed if contrast(one, behind) >= LEAST), far)
    return "#{:02x}{:02x}{:02x}".format(*found)


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast of two colours as WCAG 2 defines it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
