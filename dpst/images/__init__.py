"""Images: read, write, resize; the one statement of range, layout, colour space and orientation.

Everywhere in this library an image is a float32 array [height, width, 3] that holds RGB (sRGB)
values in [0, 1], with row 0 at the top of the upright picture. Sizes are `(height, width)`. A
`Photo` is what a file holds: values in its own colour space and depth, transparency and metadata.
"""

from dpst.images.checks import check_size
from dpst.images.color_subspace import ColorSubspace
from dpst.images.decoding import decode_channels, decode_image
from dpst.images.formats import FORMATS, open_no_others
from dpst.images.given_image import given_image
from dpst.images.photo import WORKING_SIDE, Photo, read_image, read_photo
from dpst.images.pixels import FloatImage
from dpst.images.resizing import (
    MINIMUM_SIDE,
    Size,
    area_weights,
    cubic_weights,
    fit_area,
    fit_size,
    nominal_side,
    resize,
    workable_size,
)
from dpst.images.writing import (
    check_output_path,
    check_output_size,
    losses_in_format,
    write_image,
    write_photo,
)

__all__ = [
    "FORMATS",
    "MINIMUM_SIDE",
    "WORKING_SIDE",
    "ColorSubspace",
    "FloatImage",
    "Photo",
    "Size",
    "area_weights",
    "check_output_path",
    "check_output_size",
    "check_size",
    "cubic_weights",
    "decode_channels",
    "decode_image",
    "fit_area",
    "fit_size",
    "given_image",
    "losses_in_format",
    "nominal_side",
    "open_no_others",
    "read_image",
    "read_photo",
    "resize",
    "workable_size",
    "write_image",
    "write_photo",
]
