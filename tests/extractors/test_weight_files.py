"""Weight files are found, downloaded, verified and explained."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path
from typing import Any

import keras
import pytest

from dpst.extractors import (
    SQUEEZENET_WEIGHTS,
    VGG19_WEIGHTS,
    SqueezeNetExtractor,
    VGG19Extractor,
    WeightsSource,
    find_weights,
)

CONTENT = b"published weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SOURCE = WeightsSource("net.h5", "file:///nowhere/net.h5", SHA256, aliases=("other.h5",))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Points Keras's cache, still absent, at a temporary folder and unsets DPST_WEIGHTS."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("DPST_WEIGHTS", raising=False)
    return tmp_path / "keras" / "models"


@pytest.fixture
def no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> str:
        raise AssertionError("downloaded")

    monkeypatch.setattr(keras.utils, "get_file", refuse)


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def published(tmp_path: Path, content: bytes = CONTENT) -> WeightsSource:
    """A source whose address is a file on this machine."""
    return WeightsSource("net.h5", put(tmp_path / "server" / "net.h5", content).as_uri(), SHA256)


# Found on this machine.


def test_given_file_is_taken_under_any_name(tmp_path: Path, no_download: None) -> None:
    path = put(tmp_path / "mine.bin")
    assert find_weights(SOURCE, path) == str(path)


@pytest.mark.parametrize("name", ["net.h5", "other.h5"])
def test_file_is_found_in_a_given_folder(tmp_path: Path, no_download: None, name: str) -> None:
    path = put(tmp_path / "folder" / name)
    assert find_weights(SOURCE, tmp_path / "folder") == str(path)


@pytest.mark.parametrize("variable", ["variable", "variable/other.h5"])
def test_file_is_found_by_the_environment_variable(
    tmp_path: Path, no_download: None, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    path = put(tmp_path / "variable" / "other.h5")
    monkeypatch.setenv("DPST_WEIGHTS", str(tmp_path / variable))
    assert find_weights(SOURCE) == str(path)


@pytest.mark.parametrize("name", ["net.h5", "other.h5"])
def test_file_is_found_in_the_cache_of_keras(cache: Path, no_download: None, name: str) -> None:
    path = put(cache / name)
    assert find_weights(SOURCE) == str(path)


def test_cache_of_keras_is_in_the_home_folder_by_default(
    tmp_path: Path, no_download: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    path = put(tmp_path / ".keras" / "models" / "net.h5")
    assert find_weights(SOURCE) == str(path)


def test_given_path_comes_before_variable_before_cache(
    tmp_path: Path, cache: Path, no_download: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached, named = put(cache / "net.h5"), put(tmp_path / "variable" / "net.h5")
    assert find_weights(SOURCE) == str(cached)
    monkeypatch.setenv("DPST_WEIGHTS", str(named.parent))
    assert find_weights(SOURCE) == str(named)
    given = put(tmp_path / "given" / "net.h5")
    assert find_weights(SOURCE, given) == str(given)


def test_folder_of_the_variable_without_the_file_falls_back_to_the_cache(
    tmp_path: Path, cache: Path, no_download: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DPST_WEIGHTS", str(tmp_path))
    path = put(cache / "net.h5")
    assert find_weights(SOURCE) == str(path)


def test_md5_is_told_from_sha256_by_its_length(tmp_path: Path) -> None:
    source = WeightsSource("net.h5", SOURCE.url, hashlib.md5(CONTENT).hexdigest())
    assert (source.hash_algorithm, SOURCE.hash_algorithm) == ("md5", "sha256")
    assert find_weights(source, put(tmp_path / "net.h5"))


# Wrong files.


def test_wrong_hash_is_explained_and_the_file_kept(tmp_path: Path) -> None:
    path = put(tmp_path / "net.h5", b"other")
    with pytest.raises(ValueError, match="move it away and get it anew") as info:
        find_weights(SOURCE, path)
    message = str(info.value)
    assert str(path) in message and SHA256 in message and SOURCE.url in message
    assert hashlib.sha256(b"other").hexdigest() in message and "\n" not in message
    assert path.read_bytes() == b"other"


def test_wrong_file_in_the_cache_is_neither_used_nor_replaced(
    cache: Path, tmp_path: Path, no_download: None
) -> None:
    path = put(cache / "net.h5", b"other")
    with pytest.raises(ValueError, match="move it away"):
        find_weights(published(tmp_path))
    assert path.read_bytes() == b"other"


def test_user_may_vouch_for_a_file_but_not_for_one_in_the_cache(
    tmp_path: Path, cache: Path
) -> None:
    path = put(tmp_path / "mine.h5", b"other")
    assert find_weights(SOURCE, path, verify_path=False) == str(path)
    put(cache / "net.h5", b"other")
    with pytest.raises(ValueError, match="hash"):
        find_weights(SOURCE, verify_path=False)


def test_given_path_that_does_not_exist_is_an_error(tmp_path: Path, no_download: None) -> None:
    with pytest.raises(FileNotFoundError, match=r"weights path '.*gone\.h5' does not exist"):
        find_weights(SOURCE, tmp_path / "gone.h5")


def test_given_folder_without_the_file_is_an_error(tmp_path: Path, no_download: None) -> None:
    with pytest.raises(FileNotFoundError, match="holds no 'net.h5' or 'other.h5'; copy the file"):
        find_weights(SOURCE, tmp_path)


def test_variable_that_points_nowhere_is_an_error(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cache / "net.h5")
    monkeypatch.setenv("DPST_WEIGHTS", str(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError, match=r"\$DPST_WEIGHTS '.*gone' does not exist"):
        find_weights(SOURCE)


def test_hash_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"64 \(SHA-256\) or 32 \(MD5\).*got 3: 'abc'"):
        WeightsSource("net.h5", SOURCE.url, "abc")


# Downloads.


def test_missing_file_is_downloaded_once(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = published(tmp_path)
    path = find_weights(source)
    assert path == str(cache / "net.h5")
    assert Path(path).read_bytes() == CONTENT
    assert [file.name for file in cache.iterdir()] == ["net.h5"]
    monkeypatch.setattr(keras.utils, "get_file", None)
    assert find_weights(source) == path


def test_downloaded_file_of_another_hash_is_not_kept(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(ValueError, match=rf"expected {SHA256}"):
        find_weights(published(tmp_path, b"error page"))
    assert not list(cache.iterdir())


def test_failed_download_says_what_was_looked_for_where_and_what_to_do(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DPST_WEIGHTS", str(tmp_path))
    with pytest.raises(FileNotFoundError) as info:
        find_weights(SOURCE)
    message = str(info.value)
    for part in ("net.h5", "other.h5", str(tmp_path), str(cache), SOURCE.url, "--weights"):
        assert part in message
    assert "$DPST_WEIGHTS" in message and "\n" not in message
    assert not list(cache.iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt, ConnectionResetError])
def test_interrupted_download_leaves_nothing_behind(
    cache: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def interrupted(name: str, origin: str, cache_dir: str, **kwargs: Any) -> str:
        put(Path(cache_dir) / name, CONTENT[:5])
        raise error

    monkeypatch.setattr(keras.utils, "get_file", interrupted)
    with pytest.raises((KeyboardInterrupt, FileNotFoundError)):
        find_weights(SOURCE)
    assert not list(cache.iterdir())


def test_cache_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    put(tmp_path / "keras", b"a file where the folder should be")
    with pytest.raises(FileNotFoundError, match="cannot be downloaded"):
        find_weights(published(tmp_path))


# The published sources.


def test_vgg19_source_is_that_of_keras_applications() -> None:
    module = inspect.getmodule(keras.applications.VGG19)
    assert VGG19_WEIGHTS.url == module.WEIGHTS_PATH_NO_TOP  # type: ignore[union-attr]
    assert VGG19_WEIGHTS.hash in inspect.getsource(keras.applications.VGG19)


@pytest.mark.parametrize("source", [VGG19_WEIGHTS, SQUEEZENET_WEIGHTS])
def test_published_sources_are_downloaded_over_https(source: WeightsSource) -> None:
    assert source.url.startswith("https://") and source.url.endswith(f"/{source.filename}")


@pytest.mark.parametrize(
    ("build", "source"),
    [(VGG19Extractor, VGG19_WEIGHTS), (SqueezeNetExtractor, SQUEEZENET_WEIGHTS)],
)
def test_extractor_without_weights_asks_for_its_published_file(
    monkeypatch: pytest.MonkeyPatch, build: type, source: WeightsSource
) -> None:
    def offline(name: str, origin: str, **kwargs: Any) -> str:
        assert (name, origin) == (source.filename, source.url)
        raise OSError("no network")

    monkeypatch.setattr(keras.utils, "get_file", offline)
    with pytest.raises(FileNotFoundError, match=rf"{source.filename}.*\(no network\)"):
        build()
