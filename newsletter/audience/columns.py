"""Which column of a list means what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from newsletter.audience.guard import unguarded
from newsletter.errors import UnreadableList
from newsletter.suggest import did_you_mean

KNOWN = (
    "email", "first_name", "last_name", "topics", "language",
    "consent", "consent_basis", "consent_date", "consent_source",
    "status", "status_since", "status_note",
)  # fmt: skip
"""Columns that are understood, in the order in which an export writes them.

The last three come from exports: they can end a subscription, and never begin one again. They
are understood only where both status and status_since are there, since other programs have a
status of their own, in words that mean something else.
"""
_OWN = ("status", "status_since")
_STATUS = KNOWN[-3:]
_LISTED = "list_status"

_ALSO = {
    "e_mail": "email",
    "email_address": "email",
    "e_mail_address": "email",
    "mail": "email",
    "firstname": "first_name",
    "given_name": "first_name",
    "lastname": "last_name",
    "surname": "last_name",
    "family_name": "last_name",
    "topic": "topics",
}
"""What other programs call them."""
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no header of a mail, and no database, takes: controls, and halves of characters."""
_FIRST_ROW = "put a row of column names first, such as email,first_name,last_name"


class Columns(NamedTuple):
    """Where the cells of a row stand."""

    width: int
    known: dict[str, int]
    """Positions of understood columns, by their names in `KNOWN`."""
    attributes: dict[str, int]
    """Positions of all others, by their names as typed."""
    notes: tuple[str, ...]
    """What is odd about them, in words."""
    guarded: bool = True
    """Whether cells may have the apostrophe of `guarded`, as those of a file may."""


def meaning(name: str) -> str | None:
    """The understood column that a header names, if any: `E-mail ` is `email`."""
    word = re.sub(r"[\s_-]+", "_", name.strip().casefold())
    return word if word in KNOWN else _ALSO.get(word)


def read_columns(header: Sequence[str], place: str) -> Columns:
    """The columns of a header row.

    Raises:
        UnreadableList: where there is no column of addresses, or one is there twice, or one in
            the midst has no name.
    """
    names = [" ".join(unguarded(name.strip()).split()) for name in header]
    while names and not names[-1]:  # Excel writes delimiters for columns that once were
        names.pop()
    ours = {meaning(name) for name in names}.issuperset(_OWN)
    known: dict[str, int] = {}
    attributes: dict[str, int] = {}
    notes: list[str] = []
    spelled: dict[str, str] = {}
    for position, name in enumerate(names):
        if not name:
            raise UnreadableList(f"{place}: error: column {position + 1} has no name; name it")
        if CONTROL.search(name):
            raise UnreadableList(
                f"{place}: error: the name of column {position + 1} holds a control character"
            )
        meant, kept = meaning(name), name
        if meant and meant in _STATUS and not ours:
            # Under its own name an export would have two columns of it.
            kept = meant.replace("status", _LISTED, 1)
            meant = None
            notes.append(_foreign(name, kept))
        folded = meant or kept.casefold()
        if folded in spelled:
            raise UnreadableList(f"{place}: error: {_twice(spelled[folded], name)}")
        spelled[folded] = name
        (known if meant else attributes)[meant or kept] = position
    if "email" not in known:
        raise UnreadableList(f"{place}: error: {_no_address(names)}")
    return Columns(len(names), known, attributes, (*notes, *_near(attributes)))


def _twice(first: str, second: str) -> str:
    if first == second:
        return f"the column '{first}' is there twice; keep the one that counts"
    return f"the columns '{first}' and '{second}' mean the same; keep the one that counts"


def _foreign(typed: str, name: str) -> str:
    return (
        f"column '{typed[:40]}' is kept as the attribute '{name}', and ends no subscription: only "
        "beside the other of status and status_since, as in an export of ours, does it tell who "
        "has left"
    )


def _no_address(names: Sequence[str]) -> str:
    if any("@" in name for name in names):
        return f"the first row holds an address, not column names; {_FIRST_ROW}"
    shown = ", ".join(name[:40] for name in names[:8])
    hints = (did_you_mean(name, ("email",)) and name for name in names)
    near = next(filter(None, hints), None)
    hint = f"rename '{near}'" if near else _FIRST_ROW
    return f"there is no column 'email' (found: {shown}); {hint}"


def _near(attributes: dict[str, int]) -> list[str]:
    return [
        f"column '{name[:40]}' is kept as an attribute{hint}"
        for name in attributes
        if not name.startswith(_LISTED)
        and (hint := did_you_mean(re.sub(r"[\s-]+", "_", name), KNOWN))
    ]
