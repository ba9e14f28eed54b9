"""Where the months are: the issue files of a publication."""

from __future__ import annotations

from pathlib import Path

from newsletter.config import Config
from newsletter.errors import ConfigurationError, IssueNotFound
from newsletter.issue.model import MONTH
from newsletter.suggest import did_you_mean


def issue_paths(config: Config) -> dict[str, Path]:
    """Months and their files, newest first; empty where there is no folder yet.

    Raises:
        ConfigurationError: where `issues` names a file.
        OSError: where the folder cannot be read.
    """
    folder = config.issues_path
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(
            f"{config.file.name}: error: 'issues' names {config.shown(folder)}, "
            "which is no folder; name the folder of the issue files"
        )
    paths = folder.iterdir() if folder.exists() else ()
    months = {
        path.stem: path
        for path in paths
        if path.suffix == ".yaml" and MONTH.fullmatch(path.stem) and path.is_file()
    }
    return dict(sorted(months.items(), reverse=True))


def find_issue(name: str, config: Config) -> Path:
    """The file of `2023-12`, of a path, or of `latest`, the greatest month.

    Raises:
        IssueNotFound: with the way out.
    """
    paths = issue_paths(config)
    if name == "latest":
        if not paths:
            folder = config.shown(config.issues_path)
            raise IssueNotFound(f"there is no issue in {folder}/ yet; try 'newsletter new MONTH'")
        return next(iter(paths.values()))
    if name in paths:
        return paths[name]
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        if path.is_file():
            return path
        hint = did_you_mean(name, map(config.shown, paths.values())) or "; check the path"
        raise IssueNotFound(f"{name}: no such file{hint}")
    raise IssueNotFound(_no_such_month(name, paths, config))


def _no_such_month(name: str, paths: dict[str, Path], config: Config) -> str:
    if not MONTH.fullmatch(name):
        hint = did_you_mean(name, ("latest", *paths))
        return f"'{name}' is not an issue; write a month such as 2023-12, a path, or 'latest'{hint}"
    folder = config.shown(config.issues_path)
    return f"no issue {name}: {folder}/{name}.yaml does not exist{did_you_mean(name, paths)}"
