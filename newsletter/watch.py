"""Sees the publication's files change.

Folders are watched rather than files, because editors save by renaming; and only the
folders that matter, because a publication may lie next to a large one of something else.
Folders may appear, vanish or be named anew: then the watch begins again with those there are.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from watchfiles import watch

from newsletter.config import Config
from newsletter.files import is_editors_own

_DEBOUNCE_MS, _STEP_MS = 50, 10
"""The defaults (1600 and 50) take 119 ms from save to event, these 21."""
_IDLE_MS = 500
"""How often to look for a folder whose coming or going was not told."""

_AFTER_TROUBLE_S = 5
_LOG = logging.getLogger(__name__)

Ground = frozenset[tuple[Path, int]]
"""Folders to watch, each with its inode: one that is deleted and made again is another."""


def follow(config: Callable[[], Config], tell: Callable[[list[str]], None], stop: Event) -> None:
    """Tell of changed files, named from the publication's folder, until `stop` is set.

    What happens before a watch stands is missed, so each one begins with word that something
    may have changed, of no file in particular. So does each one that could not stand, as when
    the system's limit of watches is reached; the next begins a little later.
    """
    warned = ""
    while not stop.is_set():
        try:
            _follow_ground(config, tell, stop)
        except FileNotFoundError:  # a folder vanished just now
            stop.wait(_IDLE_MS / 1000)
        except (OSError, RuntimeError) as error:
            if str(error) != warned:
                _LOG.warning("cannot watch for changes: %s; trying again", error)
            warned = str(error)
            tell([])
            stop.wait(_AFTER_TROUBLE_S)
        else:
            warned = ""


def _follow_ground(
    config: Callable[[], Config], tell: Callable[[list[str]], None], stop: Event
) -> None:
    """Tell of changes until there are other folders to watch."""
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
            return


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
    if is_editors_own(path):
        return False
    alone = (config.file, config.root / config.words)
    return (
        path in {each.parent.resolve() / each.name for each in alone}
        or path.is_relative_to(config.templates_path.resolve())
        or (path.parent == config.issues_path.resolve() and path.suffix == ".yaml")
    )


def _changes(ground: Ground, stop: Event) -> Iterator[set[Path]]:
    """Paths that changed, in groups; an empty group when nothing has for a while."""
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


def _standing(folder: Path) -> Path:
    return folder if _is_folder(folder) else _standing(folder.parent)


def _is_folder(path: Path) -> bool:
    """Whether there is one; a name that is too long to exist does not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _inode(folder: Path) -> int:
    try:
        return folder.stat().st_ino
    except OSError:
        return 0


def _named(path: Path, config: Config) -> str:
    root = config.root.resolve()
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
