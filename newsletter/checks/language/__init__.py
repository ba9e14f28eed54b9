"""Spelling, and signs that do not match."""

from __future__ import annotations

from newsletter.checks.check import Check
from newsletter.checks.language.balance import unbalanced
from newsletter.checks.language.doubled import doubled_words
from newsletter.checks.language.minus import mixed_minus_signs
from newsletter.checks.language.spelling import spelling, words_file
from newsletter.checks.language.surnames import unlike_the_citation

CHECKS: tuple[Check, ...] = (
    Check("N301", "warning", "Spelling", spelling),
    Check("N302", "warning", "A name unlike its citation", unlike_the_citation),
    Check("N303", "warning", "The publication's words", words_file),
    Check("N304", "warning", "Doubled words", doubled_words),
    Check("N305", "warning", "Brackets and quotation marks without a partner", unbalanced),
    Check("N306", "warning", "Mixed minus signs", mixed_minus_signs),
)
