"""The page to print and the sheet of codes take any name, and their codes decode."""

from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image

from dashboard.invitations.card import Card, invitation_pdf, printable, sheet_pdf
from tests.dashboard.invitations.fakes import decoded

LINK = "https://connect.catenatelematics.com/?invite=00000000-0000-7000-8000-000000000001"
CARD = Card(
    company="Acme Insurance",
    fleet="Nord Fracht",
    fleet_ref="F1",
    link=LINK,
    expires="Tue 24 Nov 2026, 14:05 CET",
    expired=False,
    agrees="your vehicles and where they are",
)


NAMES = [
    "Žluťoučký kůň",
    "Ελλάς Москва",
    "東京 🚚",
    "<script>",
    "x" * 200,
    "x " * 100,
    "مرحبا",
    "a\ud800b",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_to_print_takes_any_name(name: str) -> None:
    content = invitation_pdf(replace(CARD, fleet=name, company=name))
    assert content.startswith(b"%PDF-")
    assert len(content) < 200_000


def test_a_sheet_takes_all_names_at_once() -> None:
    content = sheet_pdf([replace(CARD, fleet=name, company=name) for name in NAMES * 2])
    assert content.startswith(b"%PDF-")
    assert len(content) < 400_000


def test_what_the_font_lacks_is_shown_as_a_box() -> None:
    assert printable("Ž東\ud800x") == "Ž□□x"


def test_emoji_are_drawn() -> None:
    assert printable("🚚 ❤️ 🦅") == "🚚 ❤️ 🦅"
    (drawn,), (nameless,) = (
        pages(invitation_pdf(replace(CARD, company=name, fleet=name))) for name in ("🚚🦅", "")
    )
    assert drawn.tobytes() != nameless.tobytes()
    (others,) = pages(invitation_pdf(replace(CARD, company="🚛🐻", fleet="🚛🐻")))
    assert drawn.tobytes() != others.tobytes(), "not as the same box each"


def test_the_page_to_print_is_one_page_with_the_code_and_the_link() -> None:
    content = invitation_pdf(CARD)
    (page,) = pages(content)
    assert decoded(page) == [LINK]
    assert LINK.encode() in content


def test_an_expired_card_says_so() -> None:
    assert CARD.until == "Works until Tue 24 Nov 2026, 14:05 CET."
    assert replace(CARD, expired=True).until == "This code expired Tue 24 Nov 2026, 14:05 CET."


def test_a_sheet_has_twelve_codes_on_a_page_and_all_decode() -> None:
    links = [f"{LINK}{number}" for number in range(25)]
    drawn = pages(sheet_pdf([replace(CARD, link=link) for link in links]))
    assert [len(decoded(page)) for page in drawn] == [12, 12, 1]
    assert {link for page in drawn for link in decoded(page)} == set(links)


def pages(content: bytes) -> list[Image.Image]:
    """Draw the pages of a PDF at 200 dots per inch."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.render(scale=200 / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()
