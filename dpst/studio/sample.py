"""Sample pairs to try, from the repository's data folder."""

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
"""Where the repository is, if the package runs from a checkout."""

DATA_FOLDER = REPOSITORY / "data"


@dataclass(frozen=True)
class Sample:
    """A pair to try.

    Attributes:
        title: text of its button.
        content: path of the content photo; of a doodle, that of its label map.
        style: path of the style image.
        method: the method that suits it.
        labels: paths of both label maps of a doodle; empty where segments should be found.
    """

    title: str
    content: Path
    style: Path
    method: str
    labels: tuple[Path, ...] = ()


def find_samples(repository: Path = REPOSITORY) -> tuple[Sample, ...]:
    """Return the sample pairs whose files are there.

    An installed package has none: the data folder is only in the repository, and a folder of that
    name beside an installed package belongs to something else.

    Args:
        repository: folder that holds `run.py` and the data folder.
    """
    if not (repository / "run.py").is_file():
        return ()
    folder = repository / DATA_FOLDER.name
    doodle, painting = folder / "doodle.png", folder / "autumn.jpg"
    content = folder / "content.jpg"
    samples = (
        Sample("Sample: two photos", content, folder / "style.jpg", "photo"),
        Sample("Sample: painting", content, painting, "artistic"),
        Sample(
            "Sample: doodle", doodle, painting, "semantic", (doodle, folder / "autumn_labels.png")
        ),
    )
    return tuple(s for s in samples if all(p.is_file() for p in (s.content, s.style, *s.labels)))
