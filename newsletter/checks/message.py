"""Checks of the e-mail itself: its headers, its links, what templates left in it."""

from __future__ import annotations

from newsletter.checks.check import Check

CHECKS: tuple[Check, ...] = ()
