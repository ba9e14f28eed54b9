"""The one renderer: an issue and a configuration in, an edition out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from newsletter.config import Config
from newsletter.edition import mjml
from newsletter.edition.content import Content, content_of
from newsletter.edition.inline import inline_styles
from newsletter.edition.personal import Field, Personal, Place, ReaderSlots, Slot, Tokens
from newsletter.edition.prose import Notes
from newsletter.edition.templates import HTML, TEXT, render_template
from newsletter.errors import TemplateError
from newsletter.issue import Issue

SPECIMEN_EMAIL = "reader@example.org"
"""Who an edition is shown as where nobody is named."""


@dataclass(frozen=True)
class Edition:
    """What readers get of an issue; the same files always give the same edition."""

    subject: str
    preheader: str
    language: str
    html: Personal
    """A whole HTML document."""
    text: Personal
    """The plain text, at 72 columns."""
    mjml: str
    """What the HTML was made of, with `reader@example.org` in a reader's places."""


def specimen(
    config: Config, email: str = SPECIMEN_EMAIL, first_name: str = "", last_name: str = ""
) -> Mapping[Field, str]:
    """A reader to show an edition as; the unsubscribe link is one that does nothing."""
    return {
        "email": email,
        "first_name": first_name,
        "last_name": last_name,
        "unsubscribe_url": f"{config.web_url}/u/preview",
    }


def render(issue: Issue, config: Config) -> Edition:
    """Lay an issue out with the publication's templates.

    Raises:
        TemplateError: where a template is broken.
    """
    content = content_of(issue, config)
    tokens = Tokens(_nonce(issue, config))
    values = _values(content, config, tokens)
    source = mjml.to_mjml(config.templates_path, values, config.shown)
    html = inline_styles(mjml.to_html(source, config.templates_path, values, config.shown))
    text = render_template(config.templates_path, TEXT, values, config.shown)
    return Edition(
        subject=content.subject,
        preheader=content.preheader,
        language=content.language,
        html=_split(tokens, html, source, config, HTML),
        text=_split(tokens, text, text, config, TEXT),
        mjml=tokens.split(source, tokens.count(source), "html").fill(specimen(config)),
    )


def _values(content: Content, config: Config, tokens: Tokens) -> dict[str, Any]:
    return {
        "publication": config,
        "issue": content,
        "web_version": f"{config.web_url}/{content.month}",
        "reader": ReaderSlots(tokens),
        "unsubscribe_url": Slot(tokens, Place("unsubscribe_url")),
        "notes": Notes(),
    }


def _nonce(issue: Issue, config: Config) -> str:
    """A word that neither the issue nor the configuration can hold: it is made of both."""
    return sha256(f"{issue!r}{config!r}".encode()).hexdigest()[:16]


def _split(tokens: Tokens, result: str, before: str, config: Config, template: str) -> Personal:
    try:
        return tokens.split(result, tokens.count(before), "html" if template == HTML else "text")
    except ValueError as error:
        path = config.shown(config.templates_path / template)
        message = (
            f"{error}; use {{{{ reader.… }}}} without filters other than default and urlencode"
        )
        raise TemplateError(path, 1, message) from error
