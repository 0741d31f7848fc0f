"""Nearest patches: the patch of the style's features most like each patch of the output's.

Source: Li and Wand, "Combining Markov Random Fields and Convolutional Neural Networks for Image
Synthesis", 2016, eq. 3; Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles into Fine
Artworks", 2016, section 3.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.shared_trace import shared_trace

BYTES_PER_MEGABYTE = 1_000_000

_FLOAT_BYTES = 4
_PATCH_COPIES = 3  # copies of a tile's patches: gathered, squared for their length, divided by it
_SCORE_COPIES = 2  # copies of a tile's scores


class PatchBank(NamedTuple):
    """All patches of some feature maps, without copies of their values.

    Attributes:
        features: float32 [positions, channels], the maps one after the other, row by row.
        corners: int32 [patches], the position of each patch's upper left corner.
        widths: int32 [patches], the width of the map that each patch lies in.
    """

    features: tf.Tensor
    corners: tf.Tensor
    widths: tf.Tensor


def patch_bank(
    feature_maps: Sequence[tf.Tensor],
    patch_size: int,
    valid: Sequence[np.ndarray | None] | None = None,
) -> PatchBank:
    """Collect the patches that lie wholly within their feature map.

    Args:
        feature_maps: float32 [height, width, channels] each, all with as many channels.
        patch_size: side of a patch in positions.
        valid: for each map, bool [height, width], the positions that its patches may cover, or None
            for all.

    Returns:
        The patches, map by map, row by row.

    Raises:
        ValueError: a map is smaller than a patch, the numbers of channels differ, or no patch is
            valid.
    """
    corners, widths, first = [], [], 0
    for number, features in enumerate(feature_maps):
        height, width = features.shape[:2]
        if min(height, width) < patch_size:
            raise ValueError(
                f"patch_size is {patch_size} and a layer has {height} x {width} positions, the "
                "patch must fit in: take a larger image, a smaller patch or a shallower layer."
            )
        if features.shape[2] != feature_maps[0].shape[2]:
            raise ValueError(
                f"feature maps have {feature_maps[0].shape[2]} and {features.shape[2]} channels, "
                "must all have as many; take them from one layer."
            )
        positions = first + np.arange(height * width, dtype=np.int32).reshape(height, width)
        inside = positions[: height - patch_size + 1, : width - patch_size + 1]
        mask = None if valid is None else valid[number]
        if mask is not None:
            windows = np.lib.stride_tricks.sliding_window_view(mask, (patch_size, patch_size))
            inside = inside[windows.all((2, 3))]
        corners.append(inside.ravel())
        widths.append(np.full(inside.size, width, np.int32))
        first += height * width
    if not sum(map(len, corners)):
        raise ValueError("no patch is valid, at least one must be; mark larger areas as valid.")
    flat = [tf.reshape(features, [-1, features.shape[2]]) for features in feature_maps]
    return PatchBank(
        tf.concat(flat, 0),
        tf.constant(np.concatenate(corners)),
        tf.constant(np.concatenate(widths)),
    )


def nearest_patches(
    output: PatchBank,
    style: PatchBank,
    patch_size: int,
    variety: float = TransferConfig.variety,
    memory: int = TransferConfig.matching_memory,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Find the style patch with the largest normalised cross-correlation for each output patch.

    NN(i) = arg max_j <a_i, b_j> / (|a_i| |b_j|), exact to the rounding of float32. It is found tile
    by tile, so that memory does not grow with the number of patches. The papers print arg min where
    they mean this.

    With a `variety` v, scores of style patch j are lowered by v max_i <a_i, b_j> / (|a_i| |b_j|): a
    style patch that is like many output patches leaves some of them to others.

    Args:
        output: patches for which to find the nearest.
        style: patches to choose from, with as many channels.
        patch_size: side of the patches in positions.
        variety: at least 0, below 1; above 0 matching takes twice the time.
        memory: largest memory of the tiles of patches and scores, in MB, beside the banks; at least
            one pair of patches is compared at a time.

    Returns:
        int32 [output patches], indices of the style's patches, the first of equals; and float32
        [output patches], the normalised cross-correlations with them, in [-1, 1]. A patch of zeros
        scores 0 with any other.

    Raises:
        ValueError: the numbers of channels differ, or an option is out of range.
    """
    num_channels = output.features.shape[1]
    if num_channels != style.features.shape[1]:
        raise ValueError(
            f"output patches have {num_channels} channels and style patches "
            f"{style.features.shape[1]}, must have as many; take both from one layer."
        )
    if not 0 <= variety < 1 or memory <= 0:
        raise ValueError(
            f"variety = {variety}, memory = {memory}: variety must be at least 0 and below 1, "
            "memory above 0."
        )
    rows, columns = tile_sizes(
        output.corners.shape[0], style.corners.shape[0], patch_size**2 * num_channels, memory
    )
    penalties = tf.zeros(tf.shape(style.corners), tf.float32)
    sizes = tf.constant(rows), tf.constant(columns)
    if variety:
        # The largest score of each style patch is that of its nearest output patch.
        _, largest = _best_matches(
            style, output, patch_size, tf.zeros_like(output.widths, tf.float32), *sizes[::-1]
        )
        penalties = variety * largest
    indices, scores = _best_matches(output, style, patch_size, penalties, *sizes)
    return indices, scores


def tile_sizes(num_output: int, num_style: int, patch_length: int, memory: int) -> tuple[int, int]:
    """Choose how many output and style patches are compared at a time.

    Args:
        num_output: number of all output patches.
        num_style: number of all style patches.
        patch_length: number of values in a patch.
        memory: largest memory, in MB.

    Returns:
        Numbers of output patches and of style patches in a tile: equal, unless there are too few of
        one kind.
    """
    budget = memory * BYTES_PER_MEGABYTE / _FLOAT_BYTES
    length = _PATCH_COPIES * patch_length
    # The side t of a square: _SCORE_COPIES t^2 + 2 length t = budget.
    side = (np.sqrt(length**2 + _SCORE_COPIES * budget) - length) / _SCORE_COPIES
    sides = [max(min(int(side), number), 1) for number in (num_output, num_style)]
    for this, other, number in ((0, 1, num_output), (1, 0, num_style)):
        left = budget - length * sides[other]
        widened = int(left / (_SCORE_COPIES * sides[other] + length))
        sides[this] = max(min(widened, number), sides[this])
    return sides[0], sides[1]


def gather_patches(
    bank: PatchBank, corners: tf.Tensor, widths: tf.Tensor, patch_size: int
) -> tf.Tensor:
    """Gather some patches of a bank.

    Args:
        bank: where the patches are.
        corners: int32 [patches], see `PatchBank`.
        widths: int32 [patches], see `PatchBank`.
        patch_size: side of the patches in positions.

    Returns:
        float32 [patches, patch_size^2 * channels], the values offset by offset.
    """
    steps = tf.range(patch_size)
    offsets = steps[:, None] * widths[:, None, None] + steps
    positions = tf.reshape(corners[:, None, None] + offsets, [-1, patch_size**2])
    patches = tf.gather(bank.features, positions)
    # Their number of channels is not static in a trace that several layers share.
    return tf.reshape(patches, [-1, patch_size**2 * tf.shape(bank.features)[1]])


@shared_trace
def _best_matches(
    output: PatchBank,
    style: PatchBank,
    patch_size: int,
    penalties: tf.Tensor,
    rows: tf.Tensor,
    columns: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Find `nearest_patches` tile by tile, with given penalties of the style patches."""
    num_output, num_style = tf.shape(output.corners)[0], tf.shape(style.corners)[0]
    num_tiles = -(-num_output // rows)
    indices = tf.TensorArray(tf.int32, num_tiles, infer_shape=False, element_shape=[None])
    scores = tf.TensorArray(tf.float32, num_tiles, infer_shape=False, element_shape=[None])

    def match_rows(tile: tf.Tensor, indices: tf.TensorArray, scores: tf.TensorArray) -> tuple:
        wanted = _unit_patches(output, tile * rows, rows, patch_size)
        number = tf.shape(wanted)[0]

        def match_tile(
            first: tf.Tensor, best: tf.Tensor, index: tf.Tensor, score: tf.Tensor
        ) -> tuple:
            offered = _unit_patches(style, first, columns, patch_size)
            correlation = tf.matmul(wanted, offered, transpose_b=True)
            rated = correlation - penalties[first : first + columns]
            nearest = tf.argmax(rated, 1, tf.int32)
            value = tf.gather(rated, nearest, batch_dims=1)
            is_better = value > best
            return (
                first + columns,
                tf.where(is_better, value, best),
                tf.where(is_better, first + nearest, index),
                tf.where(is_better, tf.gather(correlation, nearest, batch_dims=1), score),
            )

        empty = tf.fill([number], -float("inf"))
        start = (tf.constant(0), empty, tf.zeros([number], tf.int32), empty)
        shapes = (tf.TensorShape([]), *[tf.TensorShape([None])] * 3)
        _, _, index, score = tf.while_loop(
            lambda first, *_: first < num_style, match_tile, start, shapes
        )
        return tile + 1, indices.write(tile, index), scores.write(tile, score)

    _, indices, scores = tf.while_loop(
        lambda tile, *_: tile < num_tiles,
        match_rows,
        (tf.constant(0), indices, scores),
        parallel_iterations=1,
    )
    return indices.concat(), scores.concat()


def _unit_patches(
    bank: PatchBank, first: tf.Tensor, number: tf.Tensor, patch_size: int
) -> tf.Tensor:
    """Gather `number` patches from `first` on, divided by their lengths."""
    rows = slice(first, first + number)
    patches = gather_patches(bank, bank.corners[rows], bank.widths[rows], patch_size)
    return tf.math.divide_no_nan(patches, tf.norm(patches, axis=1, keepdims=True))
