"""Lists of files in one flag: several style images, and a label map for each."""

import os


def split_paths(text: str) -> list[str]:
    """Split "a.png,b.png" into paths; the name of an existing file with a comma is one path."""
    parts = text.split(",")
    paths = []
    while parts:
        lengths = range(len(parts), 0, -1)
        whole = (n for n in lengths if os.path.exists(",".join(parts[:n]).strip()))
        count = next(whole, 1)
        paths.append(",".join(parts[:count]).strip())
        parts = parts[count:]
    return paths


def label_files(text: str | None, num_images: int) -> list[str] | None:
    """Return the label maps that a flag names, one for each image.

    Args:
        text: the flag's value; None if it is not given.
        num_images: how many images they belong to; a single one may have a list of masks.
    """
    if text is None:
        return None
    return [text] if num_images == 1 else split_paths(text)
