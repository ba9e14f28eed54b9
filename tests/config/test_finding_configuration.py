"""Where `newsletter.yaml` is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.config import find_config, load_config
from newsletter.errors import ConfigurationError


@pytest.fixture
def file(tmp_path: Path, required: str) -> Path:
    """A configuration, with folders below."""
    (tmp_path / "issues" / "drafts").mkdir(parents=True)
    path = tmp_path / "newsletter.yaml"
    path.write_text(required, encoding="utf-8")
    return path


@pytest.mark.parametrize("below", [".", "issues", "issues/drafts"])
def test_the_nearest_file_is_found_here_or_above(file: Path, below: str) -> None:
    assert find_config(file.parent / below) == file


def test_the_nearest_one_wins(file: Path) -> None:
    nearer = file.parent / "issues" / "newsletter.yaml"
    nearer.write_text("", encoding="utf-8")
    assert find_config(file.parent / "issues" / "drafts") == nearer


def test_a_folder_of_that_name_is_passed_over(file: Path) -> None:
    (file.parent / "issues" / "newsletter.yaml").mkdir()
    assert find_config(file.parent / "issues") == file


def test_without_a_file_the_way_out_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as missing:
        find_config(tmp_path)
    assert str(missing.value) == (
        "no newsletter.yaml here or in a folder above; go to a publication's folder, "
        "or name its file with --config"
    )


@pytest.mark.parametrize("name", ["other.yaml", "./other.yaml", "../{folder}/other.yaml"])
def test_a_named_file_is_taken_instead(file: Path, name: str) -> None:
    other = file.with_name("other.yaml")
    other.write_text(file.read_text("utf-8"), encoding="utf-8")
    found = find_config(file.parent, name.format(folder=file.parent.name))
    assert load_config(found, {}).file == other


def test_an_absolute_name_is_taken_as_it_is(file: Path) -> None:
    assert find_config(Path("/"), str(file)) == file


@pytest.mark.parametrize("name", ["absent.yaml", "issues", ""])
def test_a_named_file_that_is_none_is_refused(file: Path, name: str) -> None:
    with pytest.raises(ConfigurationError) as missing:
        find_config(file.parent, name)
    assert str(missing.value) == (f"{name}: error: no such configuration file; check the path")


def test_a_relative_start_is_looked_up_from_here(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent / "issues")
    assert find_config(Path()) == file
