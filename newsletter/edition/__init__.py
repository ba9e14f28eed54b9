"""What readers get: an issue as HTML, plain text and a message."""

from newsletter.edition.build import Built, build_edition
from newsletter.edition.message import build_message
from newsletter.edition.render import SPECIMEN_EMAIL, Edition, render, specimen

__all__ = [
    "SPECIMEN_EMAIL",
    "Built",
    "Edition",
    "build_edition",
    "build_message",
    "render",
    "specimen",
]
