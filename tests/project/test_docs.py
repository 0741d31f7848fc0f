"""The documentation: every code block runs, on small images, and every page is found."""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import dpst.stylizer
from dpst import images
from dpst.cli import cli
from dpst.efforts import PAINTING_EFFORTS, PHOTO_EFFORTS
from tests.conftest import REPOSITORY
from tests.exit_statuses import DONE

DOCS = REPOSITORY / "docs"
PAGES = [REPOSITORY / "README.md", *sorted(DOCS.glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Installing is done by .ci/run.
NOT_RUN = ("pip install", "pytest")
PHOTOS = ("mine", "theirs", "another", "painting")
LONGER_SIDE = 64


def code_blocks(page: Path) -> Iterator[tuple[str, str]]:
    """(language, text) of each block of a page that names its language."""
    yield from BLOCK.findall(page.read_text(encoding="utf-8"))


def run_commands(text: str) -> None:
    """Run the commands of a shell block that are dpst's; all others must be known."""
    for line in text.splitlines():
        for command in line.split("&&"):
            words = shlex.split(command)
            if words[:1] == ["dpst"] or words[:2] == ["python", "run.py"]:
                arguments = [word for word in words if word.startswith("--")]
                assert cli.main(["dpst", *arguments]) == DONE, command
            elif words[0] == "mkdir":
                Path(words[1]).mkdir()
            else:
                assert command.strip().startswith(NOT_RUN), f"unknown command: {command}"


@pytest.fixture
def small_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_extractor: None) -> None:
    """A working directory with the files that the pages name, small; few evaluations."""
    (tmp_path / "data").mkdir()
    for path in (REPOSITORY / "data").iterdir():
        if path.suffix in (".jpg", ".png"):
            with Image.open(path) as picture:
                size = images.workable_size(picture.size, LONGER_SIDE)
                # Photos are smoothed, label maps have a palette and keep their colours.
                picture.resize(size).save(tmp_path / "data" / path.name)
    for name, source in zip(PHOTOS, ("content", "style", "content", "autumn"), strict=True):
        shutil.copy(tmp_path / "data" / f"{source}.jpg", tmp_path / f"{name}.jpg")
    content_image = images.read_image(tmp_path / "mine.jpg")
    images.write_image(tmp_path / "next_frame.tif", content_image)
    for name, source in (("mine", "content"), ("theirs", "style")):
        labels = tmp_path / "data" / f"{source}_labels.png"
        shutil.copy(labels, tmp_path / f"{name}_labels.png")
    rows = ("content_image,style_image", "mine.jpg,theirs.jpg", "mine.jpg,another.jpg")
    (tmp_path / "jobs.csv").write_text("\n".join(rows))
    for name, photo in (("my_sky", "mine"), ("their_sky", "theirs")):
        mask = np.zeros_like(images.read_image(tmp_path / f"{photo}.jpg"))
        mask[:16] = 1
        images.write_image(tmp_path / f"{name}.png", mask)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(REPOSITORY)
    for efforts in (PHOTO_EFFORTS, PAINTING_EFFORTS):
        for quality, effort in efforts.items():
            monkeypatch.setitem(efforts, quality, effort._replace(max_evaluations=1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_blocks_run(page: Path, small_world: None) -> None:
    namespace: dict[str, object] = {}
    for language, text in code_blocks(page):
        if language == "sh":
            run_commands(text)
        else:
            assert language == "python", f"{page.name} holds a block in {language}"
            exec(compile(text, page.name, "exec"), namespace)  # noqa: S102


def test_every_page_and_picture_is_used() -> None:
    navigation = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")
    texts = {path: path.read_text(encoding="utf-8") for path in PAGES}
    for page in DOCS.rglob("*.md"):
        assert str(page.relative_to(DOCS)) in navigation, page
    for picture in (DOCS / "images").iterdir():
        assert any(f"images/{picture.name}" in text for text in texts.values()), picture


def test_api_pages_name_what_a_user_imports() -> None:
    public = {"dpst", "dpst.callbacks", "dpst.images", "matting"}
    public |= {f"dpst.{name}" for name in ("extractors", "losses", "metrics", "optimizers")}
    found = 0
    for page in (DOCS / "api").glob("*.md"):
        for name in re.findall(r"^::: (\S+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            package, _, attribute = name.rpartition(".")
            module = importlib.import_module(package)
            is_public = attribute in getattr(module, "__all__", vars(module))
            # `dpst.Look` is an assignment, of which a page of its own would say nothing.
            assert package in public and (is_public or name == "dpst.Recoloring"), name
            found += 1
    assert found > 50


def test_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in (DOCS / "images").iterdir()) < 3_000_000


def test_faq_answers_the_fifteen_questions() -> None:
    assert (DOCS / "faq.md").read_text(encoding="utf-8").count("\n## ") == 15


def test_settings_table_names_the_methods_of_each_setting(monkeypatch) -> None:
    monkeypatch.syspath_prepend(DOCS)
    rows = importlib.import_module("settings_table").settings_table().splitlines()[2:]
    cells = {row.split(" | ")[0]: row.split(" | ")[2] for row in rows}
    assert len(cells) == len(dpst.TransferConfig.__dataclass_fields__)
    assert cells["| `--patch_size`"] == "semantic" and cells["| `--seed`"] == "all"
    assert not any("Method:" in row for row in rows)


def test_settings_page_shows_a_picture_of_every_weight() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    names = [name for name in dpst.TransferConfig.__dataclass_fields__ if name.endswith("_weight")]
    assert len(names) >= 5
    for name in names:
        assert f"images/{name}.jpg" in text, name
