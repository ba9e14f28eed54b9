"""Checks of what the editor wrote."""

from __future__ import annotations

from newsletter.checks.check import Check
from newsletter.checks.content.envelope import (
    default_subject,
    empty_text,
    length_of_preheader,
    length_of_subject,
    repeated_envelope,
    shouting_subject,
)
from newsletter.checks.content.html import html_in_text
from newsletter.checks.content.lengths import (
    length_of_implications,
    length_of_summary,
    number_of_summaries,
)
from newsletter.checks.content.months import far_month, missed_month, send_at_elsewhere
from newsletter.checks.content.placeholders import placeholder_left
from newsletter.checks.content.promise import promised_number
from newsletter.checks.content.repetition import heading_in_text, title_in_text
from newsletter.checks.content.yaml_comment import text_after_a_hash

CHECKS = (
    Check("N101", "warning", "Number of summaries", number_of_summaries),
    Check("N102", "warning", "Text after a hash", text_after_a_hash),
    Check("N103", "warning", "Length of a summary", length_of_summary),
    Check("N104", "error", "Placeholder left", placeholder_left),
    Check("N105", "warning", "Length of the implications", length_of_implications),
    Check("N106", "warning", "Title repeated in the text", title_in_text),
    Check("N107", "warning", "Heading in the text", heading_in_text),
    Check("N108", "warning", "Length of the subject", length_of_subject),
    Check("N109", "warning", "Length of the preheader", length_of_preheader),
    Check("N110", "warning", "Empty text", empty_text),
    Check("N111", "note", "No subject of its own", default_subject, of_edition=True),
    Check("N112", "warning", "Shouting subject", shouting_subject),
    Check("N113", "warning", "Inbox line said twice", repeated_envelope),
    Check("N114", "warning", "Promised number of studies", promised_number),
    Check("N115", "note", "Missed month", missed_month),
    Check("N116", "warning", "Month far ahead", far_month),
    Check("N117", "warning", "Sent outside its month", send_at_elsewhere),
    Check("N118", "warning", "HTML in a text", html_in_text),
)
