"""The keys of `newsletter.yaml`, as frozen models; the reference page is made of these."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from newsletter.config.values import (
    Clock,
    Code,
    Contact,
    Database,
    Day,
    Duration,
    Email,
    Language,
    Line,
    Link,
    ListId,
    MailDomain,
    Network,
    RateField,
    Share,
    Timezone,
    Url,
    WebUrl,
)


class Section(BaseModel):
    """Base of all parts of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Sender(Section):
    """Who the reader sees in the From line."""

    name: Line = Field(description="Name shown in the From line.")
    email: Email = Field(description="Address in the From line; its domain signs the mail.")


class Logo(Section):
    """An image above the publication's name; the design needs none."""

    src: Url = Field(description="Address of the image, https.")
    alt: Line = Field(description="What the image says, for readers who do not see it.")
    width: int = Field(gt=0, le=528, description="Width shown, in CSS pixels; at most 528.")
    height: int = Field(gt=0, le=600, description="Height shown, in CSS pixels.")


class Schedule(Section):
    """When a month's issue goes out, unless the issue says otherwise."""

    day: Day = Field(
        default="first tuesday",
        description="`first tuesday`, `last weekday`, or a day such as `15`.",
    )
    time: Clock = Field(
        default=time(9, 0), description="Time of day in the publication's time zone."
    )
    grace: Duration = Field(
        default=timedelta(hours=12), description="How late an issue may still go out by itself."
    )


class Checks(Section):
    """Which findings are not wanted."""

    off: tuple[Code, ...] = Field(
        default=(), description="Codes of checks to switch off, such as `N101`."
    )


class Crossref(Section):
    """Where citations are looked up."""

    base_url: Link = Field(default="https://api.crossref.org", description="Crossref's REST API.")
    doi_url: Link = Field(default="https://doi.org", description="The DOI resolver.")
    mailto: Email | None = Field(
        default=None, description="Your address, for Crossref's polite pool."
    )


class Outbox(Section):
    """Mail as files."""

    path: Line = Field(default="outbox", description="Folder that receives one .eml file a reader.")


class Smtp(Section):
    """Any SMTP server; its password is in NEWSLETTER_SMTP_PASSWORD."""

    host: Line = Field(default="localhost", description="The server's name.")
    port: int = Field(default=25, ge=1, le=65535, description="The server's port.")
    security: Literal["none", "starttls", "tls"] = Field(
        default="none",
        description="`none`, `starttls` or `tls`; a password needs one of the latter, "
        "unless the server is on this machine.",
    )
    username: Line | None = Field(
        default=None, description="Login name, where the server wants one."
    )
    connections: int = Field(default=4, ge=1, le=64, description="Connections kept open at once.")


class Sendgrid(Section):
    """Twilio SendGrid's v3 API; its key is in SENDGRID_API_KEY."""

    base_url: Link = Field(default="https://api.sendgrid.com", description="The API's address.")
    batch_size: int = Field(default=100, ge=1, le=1000, description="Recipients a request.")
    connections: int = Field(default=2, ge=1, le=16, description="Requests under way at once.")
    sandbox: bool = Field(default=False, description="Have SendGrid check, but not send.")


class Delivery(Section):
    """How mail leaves."""

    provider: Literal["outbox", "smtp", "sendgrid"] = Field(
        default="outbox", description="`outbox`, `smtp` or `sendgrid`."
    )
    rate: RateField | None = Field(
        default=None, description="Limit of the whole run: `600/minute`."
    )
    rates: dict[MailDomain, RateField] = Field(
        default={}, description="Limits for single domains, such as `{gmail.com: 60/minute}`."
    )
    brake: Share = Field(
        default=0.05, description="Share of failures, after 100, that pauses a mailing."
    )
    outbox: Outbox = Outbox()
    smtp: Smtp = Smtp()
    sendgrid: Sendgrid = Sendgrid()


class Settings(Section):
    """The keys of `newsletter.yaml`."""

    name: Line = Field(description="The publication's name, heading of every issue.")
    tagline: Line = Field(description="One line below the name.")
    language: Language = Field(description="Language tag of the texts, such as `en-CA`.")
    timezone: Timezone = Field(description="IANA time zone of all times without an offset.")
    sender: Sender = Field(description="Who sends.")
    postal_address: Line = Field(description="Postal address, in every mail (CASL, CAN-SPAM).")
    contact: Contact = Field(description="A page or mailto: address where readers reach you.")
    web_url: WebUrl = Field(description="Base of the web versions and unsubscribe links, https.")
    reply_to: Email | None = Field(
        default=None, description="Where answers go, if not to the sender."
    )
    list_id: ListId | None = Field(
        default=None, description="List-Id of the mails; by default the host of `web_url`."
    )
    logo: Logo | None = Field(default=None, description="An image above the name.")
    issues: Line = Field(default="issues", description="Folder of the issue files.")
    templates: Line = Field(default="templates", description="Folder of the templates.")
    words: Line = Field(default="words.txt", description="File of the publication's own spellings.")
    database: Database = Field(
        default="sqlite:///newsletter.db",
        description="State, `sqlite:///FILE` or `postgresql://…` (in a password, `@` is "
        "written `%40`). NEWSLETTER_DATABASE overrides.",
    )
    schedule: Schedule = Schedule()
    approval: Literal["required", "none"] = Field(
        default="required", description="Whether an issue must be approved before it is sent."
    )
    approvers: tuple[Line, ...] = Field(default=(), description="Who may approve; empty: anybody.")
    operators: tuple[Email, ...] = Field(default=(), description="Who is told of unattended sends.")
    reviewers: tuple[Email, ...] = Field(default=(), description="Who gets test copies by default.")
    topics: tuple[Line, ...] = Field(default=(), description="Permitted topics; empty: any.")
    research_types: tuple[Line, ...] = Field(default=(), description="Permitted types; empty: any.")
    checks: Checks = Checks()
    crossref: Crossref = Crossref()
    trusted_proxies: tuple[Network, ...] = Field(
        default=(), description="Addresses or networks whose X-Forwarded-For is believed."
    )
    delivery: Delivery = Delivery()


class Config(Settings):
    """A publication's settings and the file they came from."""

    file: Path
    """Absolute path of the configuration file."""

    @property
    def root(self) -> Path:
        """The publication's folder, which relative paths start from."""
        return self.file.parent

    @property
    def zone(self) -> ZoneInfo:
        """The publication's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def issues_path(self) -> Path:
        """Absolute folder of the issue files."""
        return self.root / self.issues

    @property
    def templates_path(self) -> Path:
        """Absolute folder of the templates."""
        return self.root / self.templates

    def shown(self, path: Path) -> str:
        """A path as findings name it: relative to the publication where it lies inside."""
        for absolute in (path.absolute(), path.resolve()):
            if absolute.is_relative_to(self.root) and ".." not in absolute.parts:
                return str(absolute.relative_to(self.root))
        return str(path.absolute())
