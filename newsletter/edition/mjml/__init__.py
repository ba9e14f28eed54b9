"""MJML: strict checks of a document, and the HTML that mail clients lay out alike."""

from newsletter.edition.mjml.compile import to_html, to_mjml

__all__ = ["to_html", "to_mjml"]
