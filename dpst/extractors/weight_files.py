"""Weight files: found, downloaded, verified by their hash; what is missing is explained."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras

from dpst.files.digest import file_digest
from dpst.files.place import home_path
from dpst.files.regular_file import check_regular_file

WEIGHTS_VARIABLE = "DPST_WEIGHTS"

_HASH_ALGORITHMS = {64: "sha256", 32: "md5"}  # by the number of hexadecimal digits


@dataclass(frozen=True)
class WeightsSource:
    """The origin of a published weight file, and what tells it from any other.

    Args:
        filename: name under which the file is looked for and stored.
        url: where it is downloaded from.
        hash: SHA-256 or MD5 of the file, in hexadecimal.
        aliases: other names under which the same file is looked for.

    Raises:
        ValueError: `hash` has neither of the two lengths.
    """

    filename: str
    url: str
    hash: str
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the length of the hash."""
        if len(self.hash) not in _HASH_ALGORITHMS:
            raise ValueError(
                f"hash must have 64 (SHA-256) or 32 (MD5) hexadecimal digits, "
                f"got {len(self.hash)}: '{self.hash}'; copy it from the publisher"
            )

    @property
    def hash_algorithm(self) -> str:
        """Name of the hash's algorithm for `hashlib`: "sha256" or "md5"."""
        return _HASH_ALGORITHMS[len(self.hash)]

    @property
    def filenames(self) -> tuple[str, ...]:
        """All names that the file may have, its own first."""
        return (self.filename, *self.aliases)


def find_weights(
    source: WeightsSource,
    path: str | os.PathLike[str] | None = None,
    verify_path: bool = True,
) -> str:
    """Find a weight file on this machine, or download it.

    It is looked for in this order: at `path`; where the environment variable `DPST_WEIGHTS` points;
    in Keras's cache (`$KERAS_HOME/models`, else `~/.keras/models`). The first two may be a file, or
    a folder that holds a file of one of the source's names, and must exist if they are set. If it
    is not found, it is downloaded into the cache, where it appears whole and verified, or not at
    all. No file is ever deleted or overwritten.

    Args:
        source: the file's names, hash and address.
        path: file or folder given by the user; the other places are not searched then.
        verify_path: whether a file that the user points at, by `path` or by `DPST_WEIGHTS`, must
            have the published hash. False admits weights of the user's own training.

    Returns:
        Path of a file with the published hash, or of the one that the user vouches for.

    Raises:
        FileNotFoundError: `path` or `DPST_WEIGHTS` does not exist, or the file is not found and
            cannot be downloaded.
        ValueError: a found or downloaded file has another hash.
    """
    if path is not None:
        return _user_file(source, Path(home_path(path, "weights")), "weights path", verify_path)
    folders = [keras_cache()]
    variable = os.environ.get(WEIGHTS_VARIABLE)
    if variable:
        place = Path(home_path(variable, f"${WEIGHTS_VARIABLE}"))
        if not place.is_dir():
            return _user_file(source, place, f"${WEIGHTS_VARIABLE}", verify_path)
        folders.insert(0, place)
    for folder in folders:
        for candidate in _candidates(source, folder):
            verify_hash(candidate, source)
            return str(candidate)
    return _download(source, folders)


def verify_hash(path: str | os.PathLike[str], source: WeightsSource) -> None:
    """Check that a file is the published one.

    Args:
        path: the file. It is only read.
        source: the file's hash.

    Raises:
        ValueError: the file has another hash.
    """
    digest = file_digest(path, source.hash_algorithm)
    if digest != source.hash.lower():
        raise ValueError(
            f"weight file '{os.fspath(path)}' has the {source.hash_algorithm} hash "
            f"{digest}, expected {source.hash}: it is incomplete or another file; "
            f"move it away and get it anew from {source.url}"
        )


def keras_cache() -> Path:
    """Return the folder where Keras keeps downloaded weights; it need not exist."""
    return Path(os.environ.get("KERAS_HOME") or home_path("~/.keras", "$KERAS_HOME")) / "models"


def _user_file(source: WeightsSource, place: Path, origin: str, verify: bool) -> str:
    """Return the file that the user points at, itself or by its folder."""
    if not place.exists():
        raise FileNotFoundError(
            f"{origin} '{place}' does not exist; pass a file, or a folder that holds "
            f"{_file_names(source)}"
        )
    check_regular_file(place, origin)
    path = next(_candidates(source, place), None) if place.is_dir() else place
    if path is None:
        raise FileNotFoundError(
            f"{origin} '{place}' holds no {_file_names(source)}; copy the file there from "
            f"{source.url}"
        )
    if verify:
        verify_hash(path, source)
    return str(path)


def _candidates(source: WeightsSource, folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that have one of the source's names."""
    return (folder / name for name in source.filenames if (folder / name).is_file())


def _download(source: WeightsSource, searched: list[Path]) -> str:
    """Download a file into Keras's cache; only a whole and verified one gets its name there."""
    cache = keras_cache()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".download-") as folder:
            # Keras shows the progress. It would replace a file of another hash, hence the detour.
            path = keras.utils.get_file(
                source.filename, origin=source.url, cache_dir=folder, cache_subdir=""
            )
            verify_hash(path, source)
            target = cache / source.filename
            os.replace(path, target)
    except ValueError:
        raise
    except Exception as error:  # Keras raises a bare Exception for a failed connection
        places = " or ".join(repr(str(place)) for place in searched)
        raise FileNotFoundError(
            f"{_file_names(source)} is not in {places} and cannot be downloaded ({error}); copy it "
            f"there from {source.url}, or point at it with --weights or ${WEIGHTS_VARIABLE}"
        ) from error
    return str(target)


def _file_names(source: WeightsSource) -> str:
    """Return the names of a file, for messages."""
    return " or ".join(f"'{name}'" for name in source.filenames)
