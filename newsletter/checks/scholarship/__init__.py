"""Citations, identifiers, and what has been covered before."""

from __future__ import annotations

from newsletter.checks.check import Check

CHECKS: tuple[Check, ...] = ()
