"""What must not stand in a file: secrets, from the environment alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Secrets:
    """The environment's secrets; each is empty where it is not set, and none is printed."""

    signing: tuple[str, ...] = field(default=(), repr=False)
    """NEWSLETTER_SECRET first, which signs, then those of NEWSLETTER_SECRET_OLD."""
    may_sign: bool = False
    """Whether there is a NEWSLETTER_SECRET, and not old ones alone."""
    smtp_password: str = field(default="", repr=False)
    sendgrid_key: str = field(default="", repr=False)
    sendgrid_webhook_key: str = field(default="", repr=False)


def secrets_from(environment: Mapping[str, str]) -> Secrets:
    """Read them; white space around a value is a slip of the shell."""

    def value(name: str) -> str:
        return environment.get(name, "").strip()

    signing = value("NEWSLETTER_SECRET")
    old = (secret.strip() for secret in value("NEWSLETTER_SECRET_OLD").split(","))
    return Secrets(
        signing=tuple(dict.fromkeys(filter(None, (signing, *old)))),
        may_sign=bool(signing),
        smtp_password=environment.get("NEWSLETTER_SMTP_PASSWORD", ""),
        sendgrid_key=value("SENDGRID_API_KEY"),
        sendgrid_webhook_key=value("SENDGRID_WEBHOOK_KEY"),
    )
