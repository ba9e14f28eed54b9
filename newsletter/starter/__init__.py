"""What a new publication begins with: neutral settings, and a first issue that can be sent.

The templates are those of this repository. In an installed package they lie beside this
file; in a checkout they are the top-level folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent
_FOLDERS = (_HERE / "templates", _HERE.parents[1] / "templates")
_MONTH = b"2024-01"
"""The month that the files here are written in."""


def starter_files(month: str) -> dict[str, bytes]:
    """Contents by path, from the publication's folder.

    The settings come last, since a folder is a publication as soon as it has them.
    """
    from newsletter.config import FILE_NAME, load_config
    from newsletter.issue.compose import SCHEMA_FILE
    from newsletter.issue.schema import schema_text

    settings = _HERE / FILE_NAME
    return {
        **dict(_templates()),
        SCHEMA_FILE: schema_text(load_config(settings, {})).encode(),
        f"issues/{month}.yaml": _dated("issue.yaml", month),
        "subscribers.example.csv": _dated("subscribers.example.csv", month),
        "words.txt": (_HERE / "words.txt").read_bytes(),
        ".gitignore": (_HERE / "gitignore").read_bytes(),
        FILE_NAME: settings.read_bytes(),
    }


def _templates() -> Iterator[tuple[str, bytes]]:
    folder = next(folder for folder in _FOLDERS if folder.is_dir())
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in within.parts):
            yield f"templates/{within.as_posix()}", path.read_bytes()


def _dated(name: str, month: str) -> bytes:
    return (_HERE / name).read_bytes().replace(_MONTH, month.encode())
