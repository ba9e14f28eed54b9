"""Spelling, and signs that do not match."""

from __future__ import annotations

from newsletter.checks.check import Check

CHECKS: tuple[Check, ...] = ()
