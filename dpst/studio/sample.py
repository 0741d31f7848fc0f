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
    """

    title: str
    content: Path
    style: Path
    method: str


def find_samples(folder: Path = DATA_FOLDER) -> tuple[Sample, ...]:
    """The sample pairs whose files are there; none in an installation without the data folder."""
    samples = (
        Sample("Sample: two photos", folder / "content.jpg", folder / "style.jpg", "photo"),
        Sample(
            "Sample: photo and painting",
            folder / "content.jpg",
            folder / "autumn.jpg",
            "artistic",
        ),
    )
    return tuple(s for s in samples if s.content.is_file() and s.style.is_file())
