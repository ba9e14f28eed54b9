"""Sees the publication's files change.

Folders are watched rather than files, because editors save by renaming; and only the
folders that matter, because a publication may lie next to a large one of something else.
Folders may appear, vanish or be named anew: then the watch begins again with those there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from watchfiles import watch

from newsletter.config import Config

_DEBOUNCE_MS, _STEP_MS = 50, 10
"""The defaults (1600 and 50) take 119 ms from save to event, these 21."""
_IDLE_MS = 500
"""How often to look for a folder whose coming or going was not told."""

Ground = frozenset[tuple[Path, int]]
"""Folders to watch, each with its inode: one that is deleted and made again is another."""


def follow(config: Callable[[], Config], tell: Callable[[list[str]], None], stop: Event) -> None:
    """Tell of changed files, named from the publication's folder, until `stop` is set.

    What happens before a watch stands is missed, so each one begins with word that something
    may have changed, of no file in particular.
    """
    while not stop.is_set():
        settings = config()
        ground = ground_of(settings)
        is_new = True
        for changes in _changes(ground, stop):
            changed = [_named(path, settings) for path in changes if concerns(path, settings)]
            if changed or is_new:
                tell(sorted(changed))
            is_new = False
            current = config()
            fresh = ground_of(current) ^ ground
            if fresh or current is not settings:
                tell(sorted({_named(folder, current) for folder, _ in fresh}))
                break


def ground_of(config: Config) -> Ground:
    """The folders that matter; of one that does not exist, the nearest that does."""
    folders = {
        config.root,
        (config.root / config.words).parent,
        config.issues_path,
        config.templates_path,
        *(Path(folder) for folder, _, _ in os.walk(config.templates_path)),
    }
    standing = {_standing(folder.resolve()) for folder in folders}
    return frozenset((folder, inode) for folder in standing if (inode := _inode(folder)))


def concerns(path: Path, config: Config) -> bool:
    """Whether a page may look different once this file has changed."""
    if path.name.startswith(".") or path.name.endswith("~"):  # editors' own files
        return False
    alone = (config.file, config.root / config.words)
    return (
        path in {each.parent.resolve() / each.name for each in alone}
        or path.is_relative_to(config.templates_path.resolve())
        or (path.parent == config.issues_path.resolve() and path.suffix == ".yaml")
    )


def _changes(ground: Ground, stop: Event) -> Iterator[set[Path]]:
    """Paths that changed, in groups; an empty group when nothing has for a while."""
    try:
        for changes in watch(
            *(folder for folder, _ in ground),
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=stop,
            rust_timeout=_IDLE_MS,
            yield_on_timeout=True,
            recursive=False,
        ):
            yield {Path(path) for _, path in changes}
    except FileNotFoundError:  # a folder vanished just now
        stop.wait(_IDLE_MS / 1000)


def _standing(folder: Path) -> Path:
    return folder if folder.is_dir() else _standing(folder.parent)


def _inode(folder: Path) -> int:
    try:
        return folder.stat().st_ino
    except OSError:
        return 0


def _named(path: Path, config: Config) -> str:
    root = config.root.resolve()
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
