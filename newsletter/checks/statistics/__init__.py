"""Statistics in prose that contradict themselves."""

from __future__ import annotations

from newsletter.checks.check import Check

CHECKS: tuple[Check, ...] = ()
