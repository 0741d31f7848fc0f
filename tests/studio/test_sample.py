"""Samples: offered by the repository, and by nothing else."""

import shutil

from dpst.studio.sample import DATA_FOLDER, find_samples


def test_samples_are_offered_where_their_files_are(tmp_path) -> None:
    assert [sample.method for sample in find_samples()] == ["photo", "artistic", "semantic"]
    assert find_samples(tmp_path) == ()
    (tmp_path / "run.py").touch()
    shutil.copytree(DATA_FOLDER, tmp_path / "data")
    (tmp_path / "data" / "style.jpg").unlink()
    assert [sample.method for sample in find_samples(tmp_path)] == ["artistic", "semantic"]


def test_data_folder_beside_an_installed_package_is_not_ours(tmp_path) -> None:
    shutil.copytree(DATA_FOLDER, tmp_path / "data")
    assert find_samples(tmp_path) == ()
