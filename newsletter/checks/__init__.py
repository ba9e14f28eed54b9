"""What can be wrong with an issue that loads: one small function each, one registry."""

from newsletter.checks.registry import CHECKS, Check, check
from newsletter.checks.size import GMAIL_CLIP, NEARLY_CLIPPED, html_size

__all__ = ["CHECKS", "GMAIL_CLIP", "NEARLY_CLIPPED", "Check", "check", "html_size"]
