"""`newsletter init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@click.command(
    short_help="Make a new publication.",
    epilog="Example:  newsletter init digest",
)
@click.argument(
    "folder",
    metavar="[DIR]",
    default=Path(),
    type=click.Path(file_okay=False, path_type=Path),
)
def init(folder: Path) -> None:
    """Make a new publication in DIR, or here: settings, templates, a first issue.

    It can be previewed, checked and built at once. A folder that holds a publication is
    refused, and no file is overwritten.
    """
    from datetime import date

    from newsletter.starter import starter_files

    month = f"{date.today():%Y-%m}"
    files = starter_files(month)
    missing = {name: text for name, text in files.items() if not _is_same(folder / name, text)}
    _refuse_conflicts(folder, missing)
    _write(folder, missing)
    click.echo(
        f"{_shown(folder)}: a publication of {len(files)} files, with the issue of {month}\n"
    )
    for line in _next(folder, month):
        click.echo(line)


def _refuse_conflicts(folder: Path, files: Iterable[str]) -> None:
    """Nothing that is there is touched.

    Raises:
        AlreadyThere: with all that stands in the way.
    """
    from newsletter.config import FILE_NAME
    from newsletter.errors import AlreadyThere

    shown = _shown(folder)
    if _is_there(folder / FILE_NAME):
        raise AlreadyThere(f"{shown} holds a publication already; choose another folder")
    conflicts = dict.fromkeys(conflict for name in files for conflict in _conflicts(folder, name))
    if conflicts:
        raise AlreadyThere(
            f"nothing is written, since in {shown} there are already {', '.join(conflicts)}; "
            "move them, or choose another folder"
        )


def _is_same(path: Path, content: bytes) -> bool:
    """Whether a file is as it would be written, as after an init that was killed half way."""
    return path.is_file() and path.read_bytes() == content


def _conflicts(folder: Path, name: str) -> Iterator[str]:
    """The file itself, or what stands where a folder for it would be."""
    if _is_there(folder / name):
        yield name
    for parent in Path(name).parents:
        if _is_there(folder / parent) and not (folder / parent).is_dir():
            yield str(parent)


def _shown(folder: Path) -> str:
    return "this folder" if folder == Path() else str(folder)


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """All files or none: what was made is removed where the rest cannot be."""
    from contextlib import suppress

    from newsletter.files import create

    made: list[Path] = []
    try:
        for name, content in files.items():
            path = folder / name
            _make_folders(path.parent, made)
            create(path, content)
            made.append(path)
    except BaseException:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _make_folders(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, each noted as soon as it is made."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir()
        made.append(each)


def _next(folder: Path, month: str) -> Iterator[str]:
    from shlex import quote

    yield "Next:"
    if folder != Path():
        yield f"  cd {quote(str(folder))}"
    yield f"  newsletter preview {month}"
    yield "then put your own name and addresses into newsletter.yaml."
