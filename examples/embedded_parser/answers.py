"""Crops of photos with what the teachers answer for them, made once and drawn from at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from examples.embedded_parser.photos import (
    SIDE,
    crop,
    random_placement,
    shuffled_batches,
    whole_photo,
)
from examples.embedded_parser.teachers import SceneTeacher, group_scores

# Of MOSAIC, round 4, at stride 16: what the parser as a whole is to have in any light.
IMITATED = (141, 180, 229)
_ANSWER_SIDE = SIDE // 4
_CROPS_AT_A_TIME = 64


@dataclass(frozen=True)
class Answers:
    """Crops, uint8 [n, 3, 512, 512], with the teachers' answers."""

    crops: torch.Tensor
    groups: torch.Tensor  # probabilities [n, 16, 128, 128]
    classes: torch.Tensor  # probabilities [n, 32, 128, 128]
    activations: dict[int, torch.Tensor]

    def draw(self, count: int) -> Answers:
        """Return so many at random, all of them mirrored half of the time."""
        chosen = torch.randint(len(self.crops), (count,), device=self.crops.device)
        mirrored = bool(torch.rand(()) < 0.5)

        def picked(maps: torch.Tensor) -> torch.Tensor:
            return maps[chosen].flip(3) if mirrored else maps[chosen]

        activations = {number: picked(maps) for number, maps in self.activations.items()}
        return Answers(picked(self.crops), picked(self.groups), picked(self.classes), activations)


def random_answers(
    photos: Mapping[str, torch.Tensor],
    people: Mapping[str, torch.Tensor],
    teachers: Sequence[SceneTeacher],
    count: int,
    seed: int,
) -> Answers:
    """Return random crops with the teachers' answers.

    Args:
        photos: uint8 [3, height, width] by name.
        people: float [3, 128, 128] by the same names, skin, clothes and hair on the whole photo.
        teachers: the scene parsers, MOSAIC's round 4 first.
        count: number of crops.
        seed: of their places.

    Returns:
        The crops and answers.
    """
    generator = np.random.default_rng(seed)
    names = shuffled_batches(list(photos), min(_CROPS_AT_A_TIME, count), generator)
    batches: list[Answers] = []
    while sum(len(batch.crops) for batch in batches) < count:
        batch = next(names)
        batches.append(
            _answered(batch, photos, people, teachers, lambda: random_placement(generator))
        )
    return _joined(batches, count)


def whole_answers(
    photos: Mapping[str, torch.Tensor],
    people: Mapping[str, torch.Tensor],
    teachers: Sequence[SceneTeacher],
) -> Answers:
    """Return whole photos with the teachers' answers."""
    names = list(photos)
    batches = [
        _answered(names[k : k + 16], photos, people, teachers, whole_photo)
        for k in range(0, len(names), 16)
    ]
    return _joined(batches, len(names))


def _answered(
    names: Sequence[str],
    photos: Mapping[str, torch.Tensor],
    people: Mapping[str, torch.Tensor],
    teachers: Sequence[SceneTeacher],
    place: Callable[[], torch.Tensor],
) -> Answers:
    crops, shares = [], []
    for name in names:
        placement = place()
        crops.append(crop(photos[name].float() / 255, placement, SIDE))
        shares.append(crop(people[name].float(), placement, _ANSWER_SIDE))
    images = torch.stack(crops)
    all_activations = [teacher(images) for teacher in teachers]
    scores = [t.scores(a) for t, a in zip(teachers, all_activations, strict=True)]
    classes = torch.stack(scores).mean(0)
    half = torch.float16
    return Answers(
        (images * 255).round().clamp(0, 255).to(torch.uint8),
        group_scores(classes, torch.stack(shares)).to(half),
        classes.to(half),
        {number: all_activations[0][number].to(half) for number in IMITATED},
    )


def _joined(batches: Sequence[Answers], count: int) -> Answers:
    return Answers(
        torch.cat([batch.crops for batch in batches])[:count],
        torch.cat([batch.groups for batch in batches])[:count],
        torch.cat([batch.classes for batch in batches])[:count],
        {n: torch.cat([batch.activations[n] for batch in batches])[:count] for n in IMITATED},
    )


def divergence(scores: torch.Tensor, probabilities: torch.Tensor) -> torch.Tensor:
    """Return Kullback and Leibler's divergence of scores from probabilities, in the mean."""
    log_scores = F.log_softmax(scores.float(), 1)
    return F.kl_div(log_scores, probabilities.float(), reduction="none").sum(1).mean()
