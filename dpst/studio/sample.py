"""The sample pairs, where the project's data folder lies beside the package."""

from dataclasses import dataclass
from pathlib import Path

DATA_FOLDER = Path(__file__).parent.parent.parent / "data"


@dataclass(frozen=True)
class Sample:
    """A pair to try.

    Attributes:
        title: what it is called.
        content: path of the content photo.
        style: path of the style image.
        method: that suits it.
        labels: paths of the label maps; empty where segments are to be found. For the semantic
            method `content` is a doodle, the first of them.
    """

    title: str
    content: Path
    style: Path
    method: str
    labels: tuple[Path, ...] = ()


def find_samples(folder: Path = DATA_FOLDER) -> tuple[Sample, ...]:
    """The sample pairs whose files are there; none in an installation without the data folder."""
    samples = (
        Sample("Sample: two photos", folder / "content.jpg", folder / "style.jpg", "photo"),
        Sample(
            "Sample: painting",
            folder / "content.jpg",
            folder / "autumn.jpg",
            "artistic",
        ),
        Sample(
            "Sample: doodle",
            folder / "doodle.png",
            folder / "autumn.jpg",
            "semantic",
            (folder / "doodle.png", folder / "autumn_labels.png"),
        ),
    )
    return tuple(s for s in samples if all(p.is_file() for p in (s.content, s.style, *s.labels)))
