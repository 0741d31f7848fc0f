"""Label map: the labels of an image, their names and how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dpst import images
from dpst.segmentation.label_maps.label_arrays import Labels


@dataclass(frozen=True)
class LabelMap:
    """Integer labels of an image.

    Attributes:
        labels: int32 [height, width], indices into `names`; every pixel has one.
        names: name of each label: its colour in hex ("ff0000"), the number that an integer map
            used for it, or the name of its mask or group of classes. The same for the two maps of a
            pair; a label need not occur in both.
        off_palette_counts: for each label, how many of its pixels in `labels` had a colour that is
            not within `COLOR_TOLERANCE` of any label's, and took this label as the nearest; with
            masks, how many pixels no mask or several claimed. Empty where that is not known.
        shades: for each label the colour in hex, within `COLOR_TOLERANCE` of it, that the map
            mostly shows it in, "" where there is none. Empty where the map was not colour-coded.
        map_size: (height, width) of the map as it was given; None where that is not known.
        image_size: (height, width) of the image where `labels` are those of a smaller copy, else
            None.
        colors: for each label the colour in hex to draw it in. Empty where the names are colours.
        relatives: for each label the names of those that may serve it where the style map lacks it,
            the best first. Empty where that is not known.
    """

    labels: Labels
    names: tuple[str, ...]
    off_palette_counts: tuple[int, ...] = ()
    shades: tuple[str, ...] = ()
    map_size: images.Size | None = None
    image_size: images.Size | None = None
    colors: tuple[str, ...] = ()
    relatives: tuple[tuple[str, ...], ...] = ()

    @property
    def off_palette_pixels(self) -> int:
        """Number of pixels off the palette in all."""
        return sum(self.off_palette_counts)

    def picture(self) -> images.FloatImage:
        """Draw the map in its labels' colours.

        Written to a file and read by `read_label_maps` it gives the same labels.

        Returns:
            float32 [height, width, 3], RGB in [0, 1].

        Raises:
            ValueError: there are no `colors`, and a label is not named by a colour.
        """
        try:
            palette = [tuple(bytes.fromhex(color)) for color in self.colors or self.names]
            colors = np.array(palette, np.float32).reshape(-1, 3)
        except ValueError as error:
            raise ValueError(
                f"the labels are named {', '.join(self.names)}, each must be six hexadecimal "
                "digits to be drawn: rename them."
            ) from error
        return (colors / 255).astype(np.float32)[self.labels]
