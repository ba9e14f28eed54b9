"""What can be wrong with an issue that loads: one small function each, one registry."""

from newsletter.checks.check import Check, Remark
from newsletter.checks.cleared import Cleared, clear
from newsletter.checks.registry import CHECKS, check
from newsletter.checks.size import GMAIL_CLIP, NEARLY_CLIPPED, html_size
from newsletter.checks.whole import check_issues

__all__ = [
    "CHECKS",
    "GMAIL_CLIP",
    "NEARLY_CLIPPED",
    "Check",
    "Cleared",
    "Remark",
    "check",
    "check_issues",
    "clear",
    "html_size",
]
