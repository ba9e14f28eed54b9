"""Finding and reading the configuration file."""

from __future__ import annotations

from collections.abc import Mapping as Environment
from pathlib import Path

from newsletter.config.model import Config, Settings
from newsletter.config.values import database_url
from newsletter.errors import ConfigurationError, RefusedSource
from newsletter.yaml_source import Scalar, read_source, validate

FILE_NAME = "newsletter.yaml"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


def find_config(start: Path, named: str | None = None) -> Path:
    """The file that was named, else `newsletter.yaml` in `start` or the nearest folder above.

    Raises:
        ConfigurationError: where there is none.
    """
    if named is not None:
        path = (start / named).absolute()
        if not path.is_file():
            raise ConfigurationError(f"{named}: error: no such configuration file; check the path")
        return path
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    raise ConfigurationError(
        f"no {FILE_NAME} here or in a folder above; go to a publication's folder, "
        "or name its file with --config"
    )


def load_config(path: Path, environment: Environment[str, str]) -> Config:
    """Read and validate a configuration file.

    `NEWSLETTER_DATABASE` in the environment stands in for the key `database`.

    Raises:
        ConfigurationError: with one line for each problem of the file.
    """
    try:
        source = read_source(path, path.name)
    except RefusedSource as error:
        raise ConfigurationError(str(error)) from error
    settings, findings = validate(Settings, source, _is_null)
    if settings is None:
        raise ConfigurationError("\n".join(map(str, findings)))
    values = dict(settings) | _overrides(environment)
    return Config.model_construct(**values, file=path.parent.resolve() / path.name)


def _overrides(environment: Environment[str, str]) -> dict[str, str]:
    database = environment.get("NEWSLETTER_DATABASE")
    if not database:
        return {}
    try:
        return {"database": database_url(database)}
    except ValueError as error:  # the value is not shown: it may hold a password
        raise ConfigurationError(f"NEWSLETTER_DATABASE: error: {error}") from error


def _is_null(scalar: Scalar) -> bool:
    return not scalar.style and scalar.text in _NULL
