"""Whatever label maps are given: every pixel is labelled and reported, or a clear error comes."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dpst.config import ORPHAN_POLICIES
from dpst.segmentation import KEPT, read_label_maps, segment_table
from dpst.segmentation.pairing.pairing import pair_segments

COLORS = st.tuples(*[st.integers(0, 255)] * 3)
FORMATS = ("RGB", "P", "L", "RGBA", "JPEG", "1")


def encoded(colors: np.ndarray, file_format: str) -> io.BytesIO:
    buffer = io.BytesIO()
    image = Image.fromarray(colors)
    if file_format == "JPEG":
        image.save(buffer, "JPEG", quality=80)
    else:
        image.convert(file_format).save(buffer, "PNG")
    return buffer


@st.composite
def drawn_maps(draw: st.DrawFn) -> tuple[np.ndarray, str, tuple[int, int]]:
    """Blocks of flat colours with noise; the format to save them in; the size of the photo."""
    palette = draw(st.lists(COLORS | st.sampled_from([(0,) * 3, (255,) * 3]), min_size=1))
    block = draw(st.integers(1, 16))
    height, width = draw(st.integers(4, 40)), draw(st.integers(4, 40))
    noise = draw(st.sampled_from([0, 0, 0, 4, 30, 255]))
    scale = draw(st.sampled_from([1, 2, 3]))
    generator = np.random.default_rng(draw(st.integers(0, 2**31)))
    cells = generator.integers(0, len(palette), (-(-height // block), -(-width // block)))
    colors = np.array(palette)[cells.repeat(block, 0).repeat(block, 1)[:height, :width]]
    colors = np.clip(colors + generator.integers(-noise, noise + 1, colors.shape), 0, 255)
    size = (height * scale, width * scale)
    return colors.astype(np.uint8), draw(st.sampled_from(FORMATS)), size


@settings(max_examples=80, deadline=None)
@given(
    content=drawn_maps(),
    style=drawn_maps(),
    policy=st.sampled_from(ORPHAN_POLICIES),
    segment_map=st.sampled_from(["", "000000=ffffff", "ffffff=none", "black=none,white=black"]),
)
def test_every_pixel_is_labelled_and_reported_or_a_clear_error_comes(
    content: tuple, style: tuple, policy: str, segment_map: str, tmp_path_factory
) -> None:
    folder = tmp_path_factory.mktemp("maps")
    sizes = content[2], style[2]
    for name, (colors, file_format, _) in (("content", content), ("style", style)):
        (folder / name).write_bytes(encoded(colors, file_format).getvalue())
    generator = np.random.default_rng(0)
    photos = [generator.random((*size, 3), np.float32) for size in sizes]
    try:
        maps = read_label_maps(folder / "content", folder / "style", *sizes)
        pairing = pair_segments(*maps, *photos, policy, segment_map)
    except ValueError as error:
        assert any(word in str(error) for word in ("must", "at most")), error
        return
    num_segments = len(pairing.style_index)
    np.testing.assert_array_equal(np.unique(pairing.content_labels), np.arange(num_segments))
    assert pairing.content_labels.shape == sizes[0]
    assert pairing.style_labels.shape == sizes[1]
    assert set(pairing.style_index) <= {KEPT, *np.unique(pairing.style_labels).tolist()}
    assert set(pairing.style_index) != {KEPT}
    rows = pairing.segments
    assert sum(row.content_pixels for row in rows) == pairing.content_labels.size
    assert sum(row.style_pixels for row in rows) == pairing.style_labels.size
    assert sum(row.content_off_palette for row in rows) == maps[0].off_palette_pixels
    assert all(row.action for row in rows)
    assert len(list(segment_table(rows, is_colored=True))) == len(rows) + 1
