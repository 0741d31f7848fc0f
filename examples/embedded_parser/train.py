"""Train the embedded parser from the answers of four teachers.

python -m examples.embedded_parser.train --images=FOLDER --teachers=FOLDER
    --output=dpst/segmentation/parsing/parser.npz

README.md beside this file says where the photos and the teachers come from.
"""

from __future__ import annotations

import argparse
import copy
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from examples.embedded_parser.answers import (
    IMITATED,
    Answers,
    divergence,
    random_answers,
    whole_answers,
)
from examples.embedded_parser.export import package_weights
from examples.embedded_parser.network import (
    BLOCK_BRANCHES,
    CONTEXT_ACTIVATION,
    STEM_ACTIVATION,
    Parser,
)
from examples.embedded_parser.photos import SIDE, is_held_out, read_photos
from examples.embedded_parser.relighting import relight
from examples.embedded_parser.teachers import PersonTeacher, SceneTeacher, read_graph

_SCENE_FILES = ("mosaic_r4_logits", "mosaic_r3_logits", "google_deeplabv3_logits")
_PERSON_FILE = "pan_mnv3s_skin_clothes_hair.onnx"
_CLASSES_WEIGHT = 0.5
_ACTIVATIONS_WEIGHT = 0.7

# Of the weights: as trained in changed light, the rest as after the parts' training. Source:
# Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
_ROBUST_SHARE = 0.75


def train_parts(parser: Parser, answers: Answers, teacher: SceneTeacher, steps: int, batch: int):
    """Train each part alone, from the activations of MOSAIC that it follows in the parser.

    Args:
        parser: the network; changed.
        answers: crops and the teachers' answers; half of the crops are relit.
        teacher: MOSAIC, round 4.
        steps: number of Adam's steps.
        batch: crops a step.
    """
    optimizer = torch.optim.Adam(parser.parameters(), betas=(0.9, 0.99))
    _give_scales(parser, teacher(answers.crops[:batch].float() / 255))
    for step in range(steps):
        rate = 4e-3 * (min(1, step / 30 + 0.02) * (1 - step / steps) + 0.01)
        optimizer.param_groups[0]["lr"] = rate
        drawn = answers.draw(batch)
        images = relight(drawn.crops.float() / 255, kept=0.5)
        given = teacher(images)
        with _lower_precision(images):
            scores, classes, parts = parser.parts(images, {n: given[n].float() for n in given})
        loss = divergence(scores, drawn.groups)
        loss = loss + _CLASSES_WEIGHT * divergence(classes, drawn.classes)
        loss = loss + sum(_relative_error(parts[n], given[n]) for n in parts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"parts {step}: {loss.item():.3f}", flush=True)


def train_whole(parser: Parser, answers: Answers, steps: int, batch: int) -> Parser:
    """Train the network as a whole: the answer for the photo as it was, from the relit one.

    Args:
        parser: the network; changed.
        answers: crops and the teachers' answers.
        steps: number of AdamW's steps.
        batch: crops a step.

    Returns:
        The mean of its weights over some 500 steps.
    """
    mean = copy.deepcopy(parser)
    matrices = [p for p in parser.parameters() if p.ndim > 1]
    others = [p for p in parser.parameters() if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": 0.02}, {"params": others, "weight_decay": 0}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99))
    for step in range(steps):
        done = step / steps
        for group in optimizer.param_groups:
            rate = min(1, done / 0.04 + 0.02) * (0.5 + 0.5 * math.cos(math.pi * done))
            group["lr"] = 1.5e-3 * rate
        drawn = answers.draw(batch)
        images = relight(drawn.crops.float() / 255)
        with _lower_precision(images):
            scores, classes, activations = parser(images)
        loss = divergence(scores, drawn.groups)
        loss = loss + _CLASSES_WEIGHT * divergence(classes, drawn.classes)
        errors = [_relative_error(activations[n], drawn.activations[n]) for n in IMITATED]
        loss = loss + _ACTIVATIONS_WEIGHT * sum(errors) / len(errors)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parser.parameters(), 2.0)
        optimizer.step()
        _follow(mean, parser, min(0.998, (1 + step) / (10 + step)))
        if step % 100 == 0:
            print(f"whole {step}: {loss.item():.3f}", flush=True)
    return mean


@torch.no_grad()
def agreement(parser: Parser, answers: Answers, relit: bool) -> tuple[float, float]:
    """Return the share of positions with the teachers' label, of all and of those that are sure."""
    parser.eval()
    torch.manual_seed(5)
    same, sure = [], []
    for k in range(0, len(answers.crops), 16):
        images = answers.crops[k : k + 16].float() / 255
        scores, _, _ = parser(relight(images, kept=0) if relit else images)
        groups = answers.groups[k : k + 16]
        same.append((scores.argmax(1) == groups.argmax(1)).flatten())
        sure.append((groups.amax(1) > 0.5).flatten())
    parser.train()
    right, is_sure = torch.cat(same), torch.cat(sure)
    return right.float().mean().item(), right[is_sure].float().mean().item()


def _lower_precision(images: torch.Tensor) -> torch.autocast:
    return torch.autocast(images.device.type, torch.bfloat16, enabled=images.is_cuda)


def _relative_error(answer: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    target = target.float()
    return (answer.float() - target).square().mean() / target.var((0, 2, 3)).mean()


@torch.no_grad()
def _give_scales(parser: Parser, given: Mapping[int, torch.Tensor]) -> None:
    """Start each part's last normalisation at the mean and deviation of what it imitates."""
    ends = {STEM_ACTIVATION: parser.stem, CONTEXT_ACTIVATION: parser.dec.ctx.out}
    ends |= {n: block.pr for n, block in zip(BLOCK_BRANCHES, parser.b, strict=True)}
    for number, convolution in ends.items():
        target = given[number].float()
        convolution[1].weight.copy_(target.std((0, 2, 3)).clamp(min=0.05))
        convolution[1].bias.copy_(target.mean((0, 2, 3)))


@torch.no_grad()
def _follow(mean: Parser, parser: Parser, kept: float) -> None:
    for old, new in zip(mean.state_dict().values(), parser.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.mul_(kept).add_(new, alpha=1 - kept)


def _people(photos: Mapping[str, np.ndarray], path: Path, device: str) -> dict[str, torch.Tensor]:
    teacher = PersonTeacher(path)
    people = {}
    for name, photo in photos.items():
        square = Image.fromarray(photo).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        people[name] = torch.from_numpy(teacher(np.asarray(square))).to(device)
    return people


def main() -> None:
    """Read the flags, train, say how well the parser agrees, and write the weights."""
    flags = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    flags.add_argument("--images", type=Path, required=True, help="folder of training photos")
    flags.add_argument("--teachers", type=Path, required=True, help="folder of the teachers' files")
    flags.add_argument("--output", type=Path, required=True, help="the .npz file to write")
    flags.add_argument("--crops", type=int, default=12800)
    flags.add_argument("--part_steps", type=int, default=1920)
    flags.add_argument("--whole_steps", type=int, default=2370)
    flags.add_argument("--seed", type=int, default=0)
    arguments = flags.parse_args()

    torch.manual_seed(arguments.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = torch.float16 if device == "cuda" else torch.float32
    teachers = [
        SceneTeacher(read_graph(arguments.teachers / f"{name}.tflite"), device, dtype)
        for name in _SCENE_FILES
    ]
    arrays = read_photos(arguments.images)
    people = _people(arrays, arguments.teachers / _PERSON_FILE, device)
    photos = {
        n: torch.from_numpy(a.transpose(2, 0, 1).copy()).to(device) for n, a in arrays.items()
    }
    held_out = {name: photo for name, photo in photos.items() if is_held_out(name)}
    learnt = {name: photo for name, photo in photos.items() if not is_held_out(name)}
    print(f"{len(learnt)} photos, {len(held_out)} held out", flush=True)

    answers = random_answers(learnt, people, teachers, arguments.crops, arguments.seed)
    parser = Parser().to(device)
    train_parts(parser, answers, teachers[0], arguments.part_steps, batch=24)
    robust = train_whole(copy.deepcopy(parser), answers, arguments.whole_steps, batch=64)
    _follow(parser, robust, kept=1 - _ROBUST_SHARE)
    checks = whole_answers(held_out, people, teachers)
    for relit in (False, True):
        everywhere, where_sure = agreement(parser, checks, relit)
        print(f"{'relit' if relit else 'as it is'}: {everywhere:.3f}, sure {where_sure:.3f}")
    state = {k: v.float().cpu().numpy() for k, v in parser.state_dict().items()}
    np.savez_compressed(arguments.output, **package_weights(state))


if __name__ == "__main__":
    main()
