"""The card a fleet is given, as a page to print, and a sheet of many QR codes."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont

from dashboard.fleet.colours import rgb
from dashboard.invitations import qr

FONTS = Path(__file__).parent / "fonts"
FAMILY, EMOJI = "DejaVu", "Noto Emoji"
MISSING = "□"
MARGIN = 18.0
"""Millimetres around a page. Sizes are US Letter, since the fleets are in North America."""
COLUMNS, ROWS = 3, 4


@dataclass(frozen=True)
class Card:
    """What a fleet is shown. The link is a secret between the operator and the fleet."""

    company: str
    fleet: str
    fleet_ref: str
    link: str
    expires: str
    """When it expires, in words."""
    expired: bool
    agrees: str
    """What the fleet agrees to share, as the end of a sentence."""
    color: str = "#1d5fd0"
    """Stripe of the card, ``#rrggbb``. The QR code stays black on white."""

    @property
    def until(self) -> str:
        """Until when it works, as a sentence."""
        return f"This code expired {self.expires}." if self.expired else f"Works until {self.expires}."

    @property
    def steps(self) -> tuple[str, ...]:
        """What the fleet does."""
        return (
            "Scan the code with your phone's camera, or open the link.",
            "Read what is shared, and accept.",
            "Choose your telematics provider and sign in.",
        )


def printable(text: str) -> str:
    """Replace what the fonts cannot draw by a visible box, so that nothing is lost silently."""
    known = _glyphs()
    return "".join(c if ord(c) in known else MISSING for c in text)


@cache
def _glyphs() -> frozenset[int]:
    """Return the code points that both weights can draw, or the emoji's only weight."""
    pdf = _document()
    light, bold, emoji = (frozenset(font.cmap) for font in _fonts(pdf))
    _close(pdf)
    return (light & bold) | emoji


def invitation_pdf(card: Card) -> bytes:
    """Return one page to print: who invites whom, the QR code, what to do, what is shared, until when."""
    pdf = _document()
    pdf.add_page()
    width = pdf.w - 2 * MARGIN
    pdf.set_fill_color(*rgb(card.color))
    pdf.rect(0, 0, pdf.w, 9, style="F")
    pdf.set_y(22)
    _write(pdf, f"{card.company} invites", 14)
    _write(pdf, card.fleet, 24, bold=True)
    _write(pdf, "to connect its telematics.", 14)
    size = 110.0
    _qr(pdf, card.link, (pdf.w - size) / 2, pdf.get_y() + 4, size)
    pdf.set_y(pdf.get_y() + size + 8)
    for number, step in enumerate(card.steps, 1):
        _write(pdf, f"{number}.  {step}", 12)
    pdf.ln(2)
    _write(pdf, f"You agree to share {card.agrees}.", 11)
    _write(pdf, f"{card.until} It is meant for you alone.", 11)
    pdf.ln(2)
    pdf.set_font(FAMILY, size=8)
    pdf.multi_cell(width, 4, card.link, link=card.link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return _finished(pdf)


def sheet_pdf(cards: Iterable[Card]) -> bytes:
    """Return QR codes with their fleets, twelve on a page."""
    pdf = _document()
    cell_w, cell_h = (pdf.w - 2 * MARGIN) / COLUMNS, (pdf.h - 2 * MARGIN) / ROWS
    for index, card in enumerate(cards):
        place = index % (COLUMNS * ROWS)
        if place == 0:
            pdf.add_page()
        x, y = MARGIN + place % COLUMNS * cell_w, MARGIN + place // COLUMNS * cell_h
        size = 44.0
        _qr(pdf, card.link, x + (cell_w - size) / 2, y, size)
        pdf.set_xy(x + 2, y + size)
        pdf.set_font(FAMILY, "B", 9)
        pdf.multi_cell(
            cell_w - 4, 4, _fit(pdf, card.fleet, cell_w - 6), align="C", new_x=XPos.LEFT, new_y=YPos.NEXT
        )
        pdf.set_font(FAMILY, size=7)
        pdf.set_x(x + 2)
        pdf.multi_cell(cell_w - 4, 3.4, printable(card.until), align="C", new_x=XPos.LEFT, new_y=YPos.NEXT)
    return _finished(pdf)


def _document() -> FPDF:
    pdf = FPDF(format="letter")
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(auto=False)
    pdf.set_title("Invitation")
    pdf.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
    pdf.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
    # Fleets have emoji in their names, and are known by them.
    pdf.add_font(EMOJI, "", FONTS / "NotoEmoji-Medium.ttf")
    pdf.set_fallback_fonts([EMOJI], exact_match=False)
    return pdf


def _finished(pdf: FPDF) -> bytes:
    content = bytes(pdf.output())
    _close(pdf)
    return content


def _fonts(pdf: FPDF) -> list[TTFFont]:
    return [font for font in pdf.fonts.values() if isinstance(font, TTFFont)]


def _close(pdf: FPDF) -> None:
    """Close the font files, which fpdf2 leaves open."""
    for font in _fonts(pdf):
        font.ttfont.close()


def _write(pdf: FPDF, text: str, size: float, *, bold: bool = False) -> None:
    """Write a paragraph across the page, at most three lines of it."""
    pdf.set_font(FAMILY, "B" if bold else "", size)
    lines = cast(
        "list[str]",
        pdf.multi_cell(
            pdf.w - 2 * MARGIN, size * 0.5, printable(text), dry_run=True, output=MethodReturnValue.LINES
        ),
    )
    shown = lines[:3]
    if len(lines) > 3:
        shown[-1] = f"{shown[-1][:-1]}…"
    for line in shown:
        pdf.cell(pdf.w - 2 * MARGIN, size * 0.5, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _fit(pdf: FPDF, text: str, width: float) -> str:
    """Cut a text to one line."""
    text = printable(text)
    if pdf.get_string_width(text) <= width:
        return text
    while text and pdf.get_string_width(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _qr(pdf: FPDF, link: str, x: float, y: float, size: float) -> None:
    pdf.image(io.BytesIO(qr.png(link, 12)), x, y, size, size, alt_text="QR code of the invitation")
