"""QR codes decode from paper, from a screen and from a photo at an angle."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from dashboard.invitations import qr
from tests.dashboard.invitations.fakes import decoded

LINK = "https://connect.catenatelematics.com/?invite=00000000-0000-7000-8000-000000000001"


def image(scale: int = 10) -> Image.Image:
    return Image.open(io.BytesIO(qr.png(LINK, scale))).convert("RGB")


def test_it_is_black_on_white_with_a_quiet_zone_of_four_modules() -> None:
    picture = image(10)
    assert set(picture.get_flattened_data()) == {(0, 0, 0), (255, 255, 255)}
    frame = picture.copy()
    frame.paste((255, 255, 255), (40, 40, picture.width - 40, picture.height - 40))
    assert set(frame.get_flattened_data()) == {(255, 255, 255)}
    assert picture.getpixel((40, 40)) == (0, 0, 0)


def test_svg_is_black_on_white_too() -> None:
    text = qr.svg(LINK).decode()
    assert 'fill="#fff"' in text
    assert 'stroke="#000"' in text
    assert "viewBox" in text


def test_it_decodes_on_a_dark_page() -> None:
    page = Image.new("RGB", (900, 900), "#0f1722")
    page.paste(image(6), (200, 200))
    assert decoded(page) == [LINK]


@pytest.mark.parametrize("dpi", [300, 200])
def test_it_decodes_at_two_centimetres_print_size(dpi: int) -> None:
    pixels = round(2 / 2.54 * dpi)
    printed = image(20).resize((pixels, pixels), Image.Resampling.BOX)
    paper = Image.new("RGB", (pixels * 3, pixels * 3), "white")
    paper.paste(printed, (pixels, pixels))
    photo = paper.resize((paper.width * 2, paper.height * 2), Image.Resampling.BICUBIC)
    assert decoded(photo.filter(ImageFilter.GaussianBlur(1))) == [LINK]


@pytest.mark.parametrize("tilt", [0.1, 0.2, 0.25])
@pytest.mark.parametrize("turn", [0, 17, 45])
def test_it_decodes_from_a_photo_at_an_angle(tilt: float, turn: int) -> None:
    table = Image.new("RGB", (1000, 1000), "#665544")
    table.paste(image(12), (500 - image(12).width // 2, 500 - image(12).height // 2))
    turned = table.rotate(turn, Image.Resampling.BICUBIC, fillcolor="#665544")
    photo = seen_from_below(turned, tilt)
    assert decoded(photo.filter(ImageFilter.GaussianBlur(1.2))) == [LINK]


def seen_from_below(picture: Image.Image, tilt: float) -> Image.Image:
    """Return the picture in perspective: its top edge farther away, narrower by `tilt` on each side."""
    w, h = picture.size
    corners = [(0, 0), (w, 0), (w, h), (0, h)]
    seen = [(w * tilt, h * tilt), (w * (1 - tilt), h * tilt), (w, h), (0, h)]
    rows = []
    for (x, y), (u, v) in zip(seen, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    wanted = np.array(corners, dtype=float).reshape(8)
    data = np.linalg.solve(np.array(rows, dtype=float), wanted)
    return picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        data.tolist(),
        Image.Resampling.BICUBIC,
        fillcolor="#665544",
    )


def test_it_decodes_with_a_smudge() -> None:
    picture = image(10)
    ImageDraw.Draw(picture).ellipse((230, 230, 290, 290), fill="#888888")
    assert decoded(picture) == [LINK]
