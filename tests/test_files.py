"""Files are written whole or not at all, and a new one takes nobody's place."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from newsletter import files


@pytest.fixture(params=["hard links", "no hard links"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a file system with hard links, and one as on a memory stick."""

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(target))

    if request.param == "no hard links":
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    return tmp_path


def test_a_new_file_is_written(folder: Path) -> None:
    files.create(folder / "new.yaml", b"content")
    assert (folder / "new.yaml").read_bytes() == b"content"
    assert [path.name for path in folder.iterdir()] == ["new.yaml"]


def test_a_file_that_came_into_being_meanwhile_is_kept(folder: Path) -> None:
    path = folder / "new.yaml"
    path.write_bytes(b"another's")
    with pytest.raises(OSError, match=r"new\.yaml") as raised:
        files.create(path, b"ours")
    assert raised.value.errno == errno.EEXIST
    assert path.read_bytes() == b"another's"
    assert [each.name for each in folder.iterdir()] == ["new.yaml"]


def test_a_file_that_is_written_again_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    path, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    files.write(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_into_and_stays_one(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", bytearray()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.extend(pipe.read_bytes()))
    reader.start()
    files.write(pipe, b"content")
    reader.join(timeout=10)
    assert bytes(read) == b"content"
    assert pipe.is_fifo()


def test_files_behind_links_are_there_and_rings_end(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "templates", tmp_path / "elsewhere"
    for each in (folder, elsewhere):
        each.mkdir()
        (each / "a.mjml").write_text("a")
    (folder / "linked").symlink_to(elsewhere)
    (elsewhere / "ring").symlink_to(folder)
    found = [str(path.relative_to(folder)) for path in files.files_below(folder)]
    assert found == ["a.mjml", "linked/a.mjml"]


@pytest.mark.parametrize("name", [".a.mjml.swp", "a.mjml~", "#a.mjml#", ".git/config"])
def test_what_editors_keep_for_themselves_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x")
    assert list(files.files_below(tmp_path)) == []


def test_a_folder_that_is_not_there_stands_for_its_files(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert list(files.files_below(gone)) == [gone]
    assert len(files.digest([gone])) == 64


def test_a_digest_tells_any_two_contents_apart_however_long(tmp_path: Path) -> None:
    path, digests = tmp_path / "a.mjml", set()
    for content in (b"", b"a", b"a" * 3_000_000, b"a" * 2_999_999 + b"b"):
        path.write_bytes(content)
        digests.add(files.digest([path]))
    path.unlink()
    digests.add(files.digest([path]))
    assert len(digests) == 5


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert len(files.digest([pipe])) == 64
