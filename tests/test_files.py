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
