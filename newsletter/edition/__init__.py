"""What readers get: an issue as HTML, plain text and a message."""

from newsletter.edition.build import Built, build_edition
from newsletter.edition.letter import Letter, Reader, seal
from newsletter.edition.memo import Memo, memo
from newsletter.edition.message import build_message
from newsletter.edition.render import SPECIMEN_EMAIL, Edition, render, specimen
from newsletter.edition.splice import Splice

__all__ = [
    "SPECIMEN_EMAIL",
    "Built",
    "Edition",
    "Letter",
    "Memo",
    "Reader",
    "Splice",
    "build_edition",
    "build_message",
    "memo",
    "render",
    "seal",
    "specimen",
]
