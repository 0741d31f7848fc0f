"""`pair_dataset`: many pairs as a `tf.data.Dataset` of results."""

import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import tensorflow as tf

from dpst import images
from dpst.metrics import Metrics
from dpst.segmentation import read_labels
from dpst.stylizer import Stylizer

PairSource: TypeAlias = Mapping[str, Any] | Sequence[Any]
"""Images and label maps by name, or in the order of `PAIR_KEYS`; each a path or an array."""

PAIR_KEYS = ("content_image", "style_image", "content_labels", "style_labels")
_NUM_REQUIRED = 2


def pair_dataset(jobs: Iterable[PairSource], stylizer: Stylizer | None = None) -> tf.data.Dataset:
    """Return the results of many transfers as a dataset, made one by one as they are asked for.

    tf.data adds no buffers of its own, which would make transfers that nobody waits for: put
    `.prefetch(1)` at the end to work one pair ahead.

    Example:
        ```python
        jobs = [("a.jpg", "evening.jpg"), {"content_image": "b.jpg", "style_image": "snow.jpg"}]
        for pair in dpst.pair_dataset(jobs):
            print(pair["output_image"].shape, pair["metrics"]["edge_ssim"])
        ```

    Args:
        jobs: pairs, each as (content image, style image), with their label maps as third and
            fourth item if there are any, or a mapping of the names in `PAIR_KEYS`. Images are
            paths, or floating [height, width, 3], RGB in [0, 1]; label maps are paths, or what
            `Stylizer` takes. A list is checked at once, and can be gone through again; an iterator
            only once.
        stylizer: makes the transfers; None takes one with the default settings.

    Returns:
        A dataset of dicts: `content_image`, `style_image` and `output_image`, float32
        [height, width, 3], RGB in [0, 1], and `metrics`, a dict of float32 scalars, see
        `dpst.metrics.Metrics`. An error in a job is raised when its turn comes, as tf.data does,
        with the message in a `tf.errors.InvalidArgumentError` or the like.

    Raises:
        FileNotFoundError: a file of a list of jobs does not exist.
        ValueError: a job of a list lacks an image, or has more than there is a place for.
    """
    stylizer = stylizer or Stylizer()
    if isinstance(jobs, Sequence):
        for index, job in enumerate(jobs):
            _check_files(_named(job, index), index)

    def results() -> Iterator[dict[str, Any]]:
        for index, job in enumerate(jobs):
            arguments = _read(_named(job, index))
            result = stylizer(**arguments)
            yield {
                "content_image": images.given_image(arguments["content_image"], "content_image"),
                "style_image": images.given_image(arguments["style_image"], "style_image"),
                "output_image": result.output_image,
                "metrics": dataclasses.asdict(result.metrics),
            }

    image = tf.TensorSpec([None, None, 3], tf.float32)
    scalar = tf.TensorSpec([], tf.float32)
    signature = {
        "content_image": image,
        "style_image": image,
        "output_image": image,
        "metrics": {field.name: scalar for field in dataclasses.fields(Metrics)},
    }
    dataset = tf.data.Dataset.from_generator(results, output_signature=signature)
    # tf.data gives what runs in it one thread an operation, unless it is told otherwise: slower,
    # and rounded in another order than by `Stylizer` alone. Its tuning would add buffers.
    options = tf.data.Options()
    options.threading.max_intra_op_parallelism = 0
    options.autotune.enabled = False
    return dataset.with_options(options)


def _named(job: PairSource, index: int) -> dict[str, Any]:
    """Return a job's items by name, without those that are None."""
    if isinstance(job, Mapping):
        items = dict(job)
    elif isinstance(job, list | tuple) and len(job) <= len(PAIR_KEYS):
        items = dict(zip(PAIR_KEYS, job, strict=False))
    else:
        raise ValueError(
            f"job {index} is a {type(job).__name__}, must be a mapping or a tuple of at most "
            f"{len(PAIR_KEYS)} items: give {', '.join(PAIR_KEYS)}."
        )
    items = {name: item for name, item in items.items() if item is not None}
    if isinstance(items.get("style_image"), list | tuple):
        raise ValueError(
            f"job {index} has a list of style images, a pair must have one: make a job for each, "
            "or call `Stylizer` with several."
        )
    missing = [name for name in PAIR_KEYS[:_NUM_REQUIRED] if name not in items]
    unknown = [str(name) for name in items if name not in PAIR_KEYS]
    if missing or unknown:
        fault = f"lacks {missing[0]!r}" if missing else f"has the unknown key {unknown[0]!r}"
        raise ValueError(f"job {index} {fault}, its keys must be of {', '.join(PAIR_KEYS)}.")
    return items


def _check_files(items: Mapping[str, Any], index: int) -> None:
    for name, item in items.items():
        is_file = isinstance(item, str | os.PathLike) and "=" not in os.fspath(item)
        if is_file and not Path(item).exists():
            raise FileNotFoundError(
                f"{name} '{os.fspath(item)}' of job {index} does not exist: correct the path."
            )


def _read(items: Mapping[str, Any]) -> dict[str, Any]:
    """Read the files, so that arrays take the place of paths."""
    return {
        name: item
        if not isinstance(item, str | os.PathLike)
        else (images.read_image if name.endswith("_image") else read_labels)(item, name)
        for name, item in items.items()
    }
