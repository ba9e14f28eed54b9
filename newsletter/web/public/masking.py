"""Showing an address to whom it belongs, and to nobody else who opens their link."""

from __future__ import annotations

_SHORT = 2
"""Characters of a local part that would be told whole by its first and last."""


def masked_address(email: str) -> str:
    """`a…e@example.org` for alice; of one or two characters the first only."""
    local, _, domain = email.rpartition("@")
    last = local[-1] if len(local) > _SHORT else ""
    return f"{local[0]}…{last}@{domain}"
