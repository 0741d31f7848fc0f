"""Colour matching whose maps are chosen for what the blend of segments leaves of them.

A local affine fit blends the colour maps of segments, so that no seam shows. It also takes their
colours away from where the maps had put them. Here the maps are sought with which the colours
*after* the blend are distributed like the style's: sliced optimal transport tells where each colour
should go, least squares which maps bring them nearest. A segment's map is affine, but for what its
shadows and lights need of their own. What results has the strength of a full match, and colours
that depend on what is there and not on where it is.

Source: Rabin, Peyré, Delon and Bernot, "Wasserstein Barycenter and Its Application to Texture
Mixing", 2011, for the sliced transport; He, Sun and Tang, "Guided Image Filtering", 2013, for the
blend.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.linalg

from dpst import images
from dpst.images.luma import LUMA
from dpst.looks.color_matching import (
    BLEND_EPSILON,
    blend_radius,
    hue_keeping_map,
    moment_map,
    small_copy,
    within_colors_of,
)
from dpst.segmentation import Pairing, lightness_masks, segment_masks
from matting import LocalAffineMap, fit_local_affine

_NUM_ROUNDS = 25
_NUM_DIRECTIONS = 24
_MAX_RANKS = 1024
_NUM_COLORS = 4_000  # pixels of the copy whose colours are followed
_NUM_RANGES = 4  # of lightness, each with an affine map
_UNITY = 0.01  # pull of a segment's maps towards their mean
_RIDGE = 1e-5  # on the maps' steps: keeps flat segments from being stretched to noise


@dataclass(frozen=True)
class Restraint:
    """How far a segment follows the style's colours.

    Attributes:
        caution: pull of the plain match, as a share of the transport's, at least 0.
        most_stretch: how many times as large a segment's standard deviation may become: what is
            plain has no spread to stretch.
        keeps_hues: whether the plain match is `hue_keeping_map`, not `moment_map`.
        least_contrast: the share of its luma's standard deviation that a segment keeps, in [0, 1]:
            what is flat in the style need not make a haze of the photo.
        whole_share: how much of the transport, in [0, 1], is that of the whole photo to the whole
            style, where no segment is kept: the less a segment follows its own, the less harm does
            a wrong one, and the less do neighbours part.
    """

    caution: float = 0.1
    most_stretch: float = 4.0
    keeps_hues: bool = False
    least_contrast: float = 0.0
    whole_share: float = 0.0


CHOSEN = Restraint()
"""Where somebody chose what serves what."""


def match_blended_colors(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    pairing: Pairing,
    restraint: Restraint = CHOSEN,
) -> LocalAffineMap:
    """Give each segment, as it is once blended with the others, its style segment's colours.

    It is found on small copies of the images, in about a second for photos of any size.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        pairing: segments of both, of these sizes; those without pixels in either image stay as
            they are, but for the blend.
        restraint: how far to go.

    Returns:
        The map, to be applied to the content image at any size.
    """
    content, labels = small_copy(content_image, pairing.content_labels)
    style, style_labels = small_copy(style_image, pairing.style_labels)
    radius = blend_radius(labels.shape)
    terms = _segment_terms(content, labels, len(pairing.style_index))
    blended = fit_local_affine(content, terms, radius, BLEND_EPSILON).apply(content)

    # Blended colours are basis @ maps, with an offset and three slopes a segment and range.
    followed = np.random.default_rng(0).permutation(labels.size)[:_NUM_COLORS]
    basis = blended.reshape(labels.size, -1)[followed].astype(np.float64)
    where = labels.reshape(-1)[followed]
    goals = _goals(content, style, labels, style_labels, pairing.style_index, restraint)
    plain_map = hue_keeping_map if restraint.keeps_hues else moment_map
    maps = _plain_maps(content, labels, goals, len(pairing.style_index), plain_map)
    transports = _transports(where, goals)
    if restraint.whole_share and len(goals) == len(pairing.style_index) > 1:
        everywhere = np.zeros_like(labels), np.zeros_like(style_labels)
        whole = _transports(0 * where, _goals(content, style, *everywhere, (0,), restraint))
        transports = _mixed(transports, whole, restraint.whole_share)
    maps = _follow_transport(basis, where, maps, transports, restraint.caution)

    target = (terms.reshape(labels.size, -1) @ maps).reshape(content.shape)
    target = within_colors_of(style, target)
    return fit_local_affine(content, target, radius, BLEND_EPSILON)


def sorted_projections(goal: np.ndarray) -> np.ndarray:
    """Return what `sliced_transport` needs to know of a goal.

    Args:
        goal: float64 [m, 3], m at least 1.

    Returns:
        float64 [directions, k]: the colours along each direction, from the least to the largest;
        all of them, or 1024 of evenly spaced ranks.
    """
    along = np.sort(_directions() @ goal.T, axis=1)
    if along.shape[1] <= _MAX_RANKS:
        return along
    ranks = np.linspace(0, along.shape[1] - 1, _MAX_RANKS).round().astype(int)
    return along[:, ranks]


def sliced_transport(colors: np.ndarray, goal_projections: np.ndarray) -> np.ndarray:
    """Return where sliced optimal transport moves each of a set of colours.

    Along each of some directions, the colours are matched with the goal by their ranks; a colour's
    displacement is the one that fits its moves along all of them best.

    Args:
        colors: float64 [n, 3], n at least 1.
        goal_projections: float64 [directions, k], see `sorted_projections`.

    Returns:
        float64 [n, 3], the displacements.
    """
    directions = _directions()
    along = directions @ colors.T
    order = np.argsort(along, axis=1, kind="stable")
    ranks = (np.arange(len(colors)) + 0.5) / len(colors)
    goal_ranks = (np.arange(goal_projections.shape[1]) + 0.5) / goal_projections.shape[1]
    matched = np.stack([np.interp(ranks, goal_ranks, row) for row in goal_projections])
    moves = np.empty_like(along)
    np.put_along_axis(moves, order, matched, axis=1)
    moves -= along
    return np.linalg.solve(directions.T @ directions, directions.T @ moves).T


def _directions() -> np.ndarray:
    """Return float64 [n, 3]: unit vectors spread evenly over half a sphere, on a golden spiral."""
    height = (np.arange(_NUM_DIRECTIONS) + 0.5) / _NUM_DIRECTIONS
    angle = np.arange(_NUM_DIRECTIONS) * np.pi * (3 - np.sqrt(5))
    width = np.sqrt(1 - height**2)
    return np.stack([width * np.cos(angle), width * np.sin(angle), height], axis=1)


def _segment_terms(content: np.ndarray, labels: np.ndarray, num_segments: int) -> np.ndarray:
    """Return float64 [height, width, 4 R K]: in each segment's ranges 1 and its colours, else 0."""
    ranges = lightness_masks(content, _NUM_RANGES)
    masks = segment_masks(labels, num_segments)[:, None] * ranges
    masks = np.moveaxis(masks.reshape(-1, *labels.shape), 0, -1).astype(np.float64)
    ones_and_colors = np.concatenate([np.ones_like(content[..., :1]), content], axis=-1)
    return (masks[..., None] * ones_and_colors[..., None, :]).reshape(*labels.shape, -1)


def _goals(
    content: np.ndarray,
    style: np.ndarray,
    labels: np.ndarray,
    style_labels: np.ndarray,
    served_by: Sequence[int],
    restraint: Restraint,
) -> dict[int, np.ndarray]:
    """Return float64 [m, 3], the colours to reach, for each segment that both images have."""
    goals = {}
    for segment, label in enumerate(served_by):
        inside, style_inside = labels == segment, style_labels == label
        if inside.any() and style_inside.any():
            colors = content[inside].astype(np.float64)
            goal = style[style_inside].astype(np.float64)
            goals[segment] = _within_reach(goal, colors, restraint)
    return goals


class _Transport(NamedTuple):
    """Some of the followed colours, and what they are to reach.

    Attributes:
        members: int [n], n at least 1, indices of the colours.
        goal: see `sorted_projections`.
        weight: in [0, 1], the share of the pull.
    """

    members: np.ndarray
    goal: np.ndarray
    weight: float = 1.0


def _transports(where: np.ndarray, goals: dict[int, np.ndarray]) -> list[_Transport]:
    """Return the transport of each segment that has a goal and any of the followed colours."""
    members = {segment: np.flatnonzero(where == segment) for segment in goals}
    return [
        _Transport(members[segment], sorted_projections(goal))
        for segment, goal in goals.items()
        if members[segment].size
    ]


def _mixed(
    transports: Sequence[_Transport], others: Sequence[_Transport], share: float
) -> list[_Transport]:
    """Return all of two lists of transports, of which the second has a share of the pull."""
    weighted = (transports, 1 - share), (others, share)
    return [each._replace(weight=weight) for some, weight in weighted for each in some]


def _plain_maps(
    content: np.ndarray,
    labels: np.ndarray,
    goals: dict[int, np.ndarray],
    num_segments: int,
    plain_map: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> np.ndarray:
    """Return float64 [4 R K, 3], the plain map of each segment; without a goal, the identity."""
    maps = np.tile(np.vstack([np.zeros(3), np.eye(3)]), (num_segments, _NUM_RANGES, 1, 1))
    for segment, goal in goals.items():
        slopes, offset = plain_map(content[labels == segment].astype(np.float64), goal)
        maps[segment] = np.vstack([offset, slopes])
    return maps.reshape(-1, 3)


def _within_reach(goal: np.ndarray, colors: np.ndarray, restraint: Restraint) -> np.ndarray:
    """Return a goal drawn together or pulled apart, as far as a segment's colours can follow.

    Args:
        goal: float64 [m, 3], RGB in [0, 1], the style's colours.
        colors: float64 [n, 3], RGB in [0, 1], the segment's.
        restraint: how far that is.

    Returns:
        float64 [m, 3].
    """
    mean = goal.mean(0)
    spread, goal_spread = np.sqrt(colors.var(0).sum()), np.sqrt(goal.var(0).sum())
    apart = (goal - mean) * min(1.0, restraint.most_stretch * spread / max(goal_spread, 1e-6))
    luma, own = apart @ LUMA, colors @ LUMA
    missing = restraint.least_contrast * own.std() - luma.std()
    if missing > 0:
        # From the segment's own lights and shadows: those of what is flat may be its noise.
        ranks = (luma.argsort(kind="stable").argsort() + 0.5) / len(luma)
        apart += missing / own.std() * np.quantile(own - own.mean(), ranks)[:, None]
    return mean + apart


def _follow_transport(
    basis: np.ndarray,
    where: np.ndarray,
    maps: np.ndarray,
    transports: Sequence[_Transport],
    caution: float,
) -> np.ndarray:
    """Let colours basis @ maps flow to the goals of their segments, as far as maps can bring them.

    Args:
        basis: float64 [n, 4 R K].
        where: int [n], the segment of each colour.
        maps: float64 [4 R K, 3], where to start.
        transports: which colours are to reach which.
        caution: pull of where the maps start.

    Returns:
        float64 [4 R K, 3].
    """
    num_segments = len(maps) // (4 * _NUM_RANGES)
    shares = np.bincount(where, minlength=num_segments) / len(where)
    unlike = np.eye(_NUM_RANGES) - 1 / _NUM_RANGES  # takes the mean of the ranges' maps away
    pull = _UNITY * np.kron(np.kron(np.diag(shares), unlike), np.eye(4))
    normal = basis.T @ basis / len(basis) + pull + _RIDGE * np.eye(len(maps))
    factor = scipy.linalg.cho_factor(normal)
    start = basis @ maps
    for _ in range(_NUM_ROUNDS):
        colors = basis @ maps
        moves = caution * (start - colors)
        # Also beyond the gamut: what only clipping brings to its goal has a tint of its own there.
        for transport in transports:
            inside = transport.members
            moves[inside] += transport.weight * sliced_transport(colors[inside], transport.goal)
        gradient = basis.T @ moves / len(basis) - pull @ maps
        maps = maps + scipy.linalg.cho_solve(factor, gradient)
    return maps
