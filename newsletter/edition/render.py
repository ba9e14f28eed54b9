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
from newsletter.edition.templates import HTML_TEMPLATE, TEXT_TEMPLATE, Templates
from newsletter.issue import Issue

SPECIMEN_EMAIL = "reader@example.org"
"""Who an edition is shown as where nobody is named."""

_CHANGED = (
    "a reader's field was changed after it was written; "
    "use {{ reader.… }} without filters other than default and urlencode"
)


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
    templates = Templates(config.templates_path, values, config.shown)
    source = mjml.to_mjml(templates)
    html = inline_styles(mjml.to_html(source, templates))
    text = templates.render(TEXT_TEMPLATE)
    return Edition(
        subject=content.subject,
        preheader=content.preheader,
        language=content.language,
        html=_split(tokens, html, source, templates, HTML_TEMPLATE),
        text=_split(tokens, text, text, templates, TEXT_TEMPLATE),
        mjml=tokens.split(source, "html").fill(specimen(config)),
    )


def _values(content: Content, config: Config, tokens: Tokens) -> dict[str, Any]:
    return {
        "publication": config,
        "issue": content,
        "web_version": f"{config.web_url}/{content.month}",
        "reader": ReaderSlots(tokens),
        "unsubscribe_url": Slot(tokens, Place("unsubscribe_url")),
    }


def _nonce(issue: Issue, config: Config) -> str:
    """A word that neither the issue nor the configuration can hold: it is made of both."""
    return sha256(f"{issue!r}{config!r}".encode()).hexdigest()[:16]


def _split(tokens: Tokens, result: str, output: str, templates: Templates, name: str) -> Personal:
    """Split what was made of a template's output at the tokens, which must all be there."""
    if tokens.damage(output) is not None or tokens.count(result) != tokens.count(output):
        origins = templates.trace(name)
        raise templates.error(*origins.before(tokens.damage(origins.traced) or 0), _CHANGED)
    return tokens.split(result, "html" if name == HTML_TEMPLATE else "text")
