"""The ways out, one file each, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from newsletter.config import Config, Secrets
from newsletter.delivery.claim import Provider

Loader = Callable[[Config, Secrets], Provider]

PROVIDERS: Mapping[str, str] = {
    "outbox": "newsletter.delivery.providers.outbox",
    "smtp": "newsletter.delivery.providers.smtp",
    "sendgrid": "newsletter.delivery.providers.sendgrid",
}
"""Names as in `delivery.provider`, and the modules, whose `load(config, secrets)` makes one."""


def load_provider(config: Config, secrets: Secrets) -> Provider:
    """The provider that a publication names.

    Raises:
        SecretMissing: where its key or password is not in the environment.
    """
    loader: Loader = import_module(PROVIDERS[config.delivery.provider]).load
    return loader(config, secrets)
