"""Different signs for minus within one statistic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.checks.check import Remark
from newsletter.checks.subject import Subject
from newsletter.yaml_source import MAX_FINDINGS

MINUS = "−"
_NAMES = {"-": "hyphen", "−": "minus", "–": "dash", "‒": "figure dash"}

_NUMBER = re.compile(r"(?P<sign>[-−–‒](?P<space>\s?))?(?:\d[\d,]*\.?\d*|\.\d+)")
_WITHIN = re.compile(
    r"(?:[\s,;:=<>≤≥≈%()\[\]−–‒-]"
    r"|\b(?:CIs?|CrI|HDI|PI|SE|SD|df|[tzpnNk]|to|confidence|credible|interval|level)\b)*"
)
"""What may stand between the numbers of one statistic, after its symbol and sign of equality."""
_BEFORE_SIGN = re.compile(
    r"(?:[=<>≤≥≈~\[(,;:]|\b(?:CIs?|CrI|HDI|PI|to|of|from|between|and|was|is)(?=\s))\s*\Z"
)
_PARENTHETIC = re.compile(r"[\w.)%’”][ \n]\Z")
"""What stands before a dash that has spaces on both sides, and is a sentence's."""
_LOOK_BACK = 12
"""Characters before a sign that tell whether it is one."""


def mixed_minus_signs(subject: Subject) -> Iterator[Remark]:
    """A statistic has one sign for minus: `95% CI [−.55, −.27]`, not `[-.55, −.27]`.

    The minus proper, `−`, lines up with plus and is not torn from its number at a line's end.
    A dash between two numbers is a range's; different statistics may differ.
    """
    for passage in subject.passages:
        for signs in islice(_statistics(passage.text), MAX_FINDINGS):
            odd = next((at for at, sign in signs if sign != MINUS), None)
            kinds = dict.fromkeys(sign for _, sign in signs)
            if odd is not None and len(kinds) > 1:
                shown = " and ".join(f"{_NAMES[sign]} '{sign}'" for sign in kinds)
                message = f"one statistic has {shown} for minus; use '{MINUS}' throughout"
                yield Remark(passage.place(odd), message)


def _statistics(text: str) -> Iterator[list[tuple[int, str]]]:
    """The minus signs of each statistic with more than one, and their offsets."""
    signs: list[tuple[int, str]] = []
    end = 0
    for match in _NUMBER.finditer(text):
        is_signed = match["sign"] is not None and _is_minus(text, match)
        if signs and not _WITHIN.fullmatch(text, end, match.start()):
            yield from [signs] * (len(signs) > 1)
            signs = []
        if is_signed:
            signs.append((match.start(), match["sign"][0]))
        end = match.end()
    yield from [signs] * (len(signs) > 1)


def _is_minus(text: str, match: re.Match[str]) -> bool:
    """Whether a dash before a number is its sign, not a range's or a sentence's."""
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
    if match["space"] and ("." not in match[0] or _PARENTHETIC.search(before)):
        return False
    return bool(_BEFORE_SIGN.search(before)) or not before.strip()
