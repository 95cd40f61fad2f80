"""QR codes of invitation links: black on white with a quiet zone of four modules, whatever the theme."""

import io

import segno

QUIET_ZONE = 4


def _code(link: str) -> segno.QRCode:
    # Never Micro QR: phones do not read it. Level M survives a smudge without making the modules too small to print.
    return segno.make_qr(link, error="m")


def png(link: str, scale: int = 10) -> bytes:
    """Return the code as PNG, ``scale`` pixels per module."""
    out = io.BytesIO()
    _code(link).save(out, kind="png", scale=scale, border=QUIET_ZONE, dark="#000", light="#fff")
    return out.getvalue()


def svg(link: str) -> bytes:
    """Return the code as a standalone SVG file that scales to any size."""
    out = io.BytesIO()
    _code(link).save(
        out, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True, svgversion=1.1
    )
    return out.getvalue()
