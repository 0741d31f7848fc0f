"""Contact sheets: pictures side by side with captions, a few rows on each sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dpst import images

PICTURE_WIDTH = 320
ROWS_A_SHEET = 6
MARGIN = 8
LINE_HEIGHT = 16
FONT_SIZE = 12


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a sheet.

    Attributes:
        image: float32 [height, width, 3], RGB in [0, 1], of any size.
        caption: lines below it.
    """

    image: np.ndarray
    caption: tuple[str, ...]


def thumbnail(image: np.ndarray) -> np.ndarray:
    """Fit an image to a sheet: at most `PICTURE_WIDTH` wide and high, never enlarged."""
    return images.resize(image, images.fit_size(image.shape[:2], PICTURE_WIDTH))


def draw_sheet(rows: Sequence[Sequence[Picture | None]]) -> np.ndarray:
    """Draw pictures in rows and columns, each centred in its cell.

    Args:
        rows: the pictures, as many in each row; None leaves a place empty.

    Returns:
        float32 [height, width, 3], RGB in [0, 1]: columns are `PICTURE_WIDTH` wide, rows as high as
            their highest picture and longest caption; `MARGIN` around all.
    """
    heights = [_row_height(row) for row in rows]
    height = sum(heights) + MARGIN * (len(rows) + 1)
    num_columns = max(map(len, rows))
    width = PICTURE_WIDTH * num_columns + MARGIN * (num_columns + 1)
    sheet = Image.new("RGB", (width, height), "white")
    top = MARGIN
    for row, row_height in zip(rows, heights, strict=True):
        for column, picture in enumerate(row):
            if picture is not None:
                left = MARGIN + column * (PICTURE_WIDTH + MARGIN)
                _draw_picture(sheet, picture, left, top)
        top += row_height + MARGIN
    return np.asarray(sheet, np.float32) / 255


def write_sheets(rows: Sequence[Sequence[Picture | None]], folder: Path) -> list[Path]:
    """Draw `ROWS_A_SHEET` rows per sheet to sheet_01.png, sheet_02.png ... in a folder.

    Returns:
        The files.
    """
    paths = []
    for first in range(0, len(rows), ROWS_A_SHEET):
        path = folder / f"sheet_{first // ROWS_A_SHEET + 1:02}.png"
        images.write_image(path, draw_sheet(rows[first : first + ROWS_A_SHEET]))
        paths.append(path)
    return paths


def _row_height(row: Sequence[Picture | None]) -> int:
    pictures = [picture for picture in row if picture is not None]
    highest = max((thumbnail(p.image).shape[0] for p in pictures), default=0)
    return highest + LINE_HEIGHT * max((len(p.caption) for p in pictures), default=0)


def _draw_picture(sheet: Image.Image, picture: Picture, left: int, top: int) -> None:
    image = thumbnail(picture.image)
    pixels = np.rint(image * 255).astype(np.uint8)
    sheet.paste(Image.fromarray(pixels), (left + (PICTURE_WIDTH - image.shape[1]) // 2, top))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_SIZE)
    for number, line in enumerate(picture.caption):
        place = (left, top + image.shape[0] + number * LINE_HEIGHT)
        draw.text(place, line, fill="black", font=font)
