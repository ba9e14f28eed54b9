"""Where a word stands: in which language, and what its capital letter may mean there."""

from __future__ import annotations

import re
from enum import Enum

from newsletter.checks.language.lexicon import lexicon
from newsletter.checks.passages import Passage

_HEADLINES = frozenset({"title", "subject"})
_WORD = re.compile(r"[^\W\d_]{4,}")
_MOSTLY = 0.6
"""Share of a headline's longer words with a capital, from which it is in title case."""

_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:…]|\n[ \t]*\n|\n[ \t]+)[\s\"“‘'’”()\[\]]*\Z")
_LOOK_BACK = 40
"""Characters before a word that tell whether it begins a sentence."""
_CAPITALISED = re.compile(r"[ \n-](?P<next>[A-Z][a-z]{3,})\b")
_CAPITALISED_AT_END = re.compile(r"\b(?P<last>[A-Z][a-z]{3,})[ \n-]\Z")
_AUTHOR = (
    r"(?:['’]s)?[\s,]*(?:\band (?:colleagues|associates|co-?workers)\b|\bet al\b"
    r"|\(\s*(?:\d{4}|in press))"
)
_AUTHOR_FOLLOWS = re.compile(_AUTHOR)
_NAME_FOLLOWS = re.compile(rf"{_AUTHOR}|\s(?:&|and (?:others|her|his|their)\b)|,? Ph\.?D")
_NAME_PRECEDES = re.compile(r"(?:\b(?:Dr|Drs|Prof|Professor|Mr|Mrs|Ms)\.?|\b[A-Z]\.|&)[ \n]\Z")


_PARTICLES = frozenset(
    """
    al da das de del della den der des di dos du el het la le les ten ter und van von y zu zur
    """.split()
)
_CAPITAL_AFTER = re.compile(r"\s(?:\w{1,4}\s)?[’']?[A-Z]")
_NAME_BEFORE = re.compile(r"\b(?P<last>[A-Z]\w+)\s(?:\w{1,4}\s)?\Z")
_ET = re.compile(r"\bet\.?\s+\Z")


class Setting(Enum):
    """What a capital letter tells of a word."""

    HEADLINE = "any word of a headline in title case has one"
    PHRASE = "words beside it have one too, as in the name of an institution"
    SENTENCE = "a sentence begins"
    WITHIN = "it is a name, most likely"


def setting_of(passage: Passage, start: int, end: int) -> Setting:
    """The setting of a capitalised word."""
    if _in_title_case(passage):
        return Setting.HEADLINE
    if _begins_sentence(passage.text, start):
        return Setting.SENTENCE
    return Setting.PHRASE if _in_phrase(passage.text, start, end) else Setting.WITHIN


def in_capitals(passage: Passage) -> bool:
    """Whether the whole passage is, so that capitals make no acronym."""
    return passage.text.isupper()


def _in_title_case(passage: Passage) -> bool:
    """Whether a headline's words have capitals because it is one."""
    if passage.kind not in _HEADLINES:
        return False
    words = _WORD.findall(passage.text)
    return bool(sum(word[0].isupper() for word in words) >= _MOSTLY * len(words))


def _begins_sentence(text: str, start: int) -> bool:
    """Whether a word stands where any word has a capital."""
    return bool(_SENTENCE_BEGINS.search(text[max(0, start - _LOOK_BACK) : start]))


def _in_phrase(text: str, start: int, end: int) -> bool:
    """Whether a word stands beside an ordinary one with a capital: `National Helth Service`."""
    is_common = lexicon().is_common
    after = _CAPITALISED.match(text, end)
    if after and is_common(after["next"].lower()):
        return True
    before = _CAPITALISED_AT_END.search(text[max(0, start - _LOOK_BACK) : start])
    if before is None or not is_common(before["last"].lower()):
        return False
    return not _begins_sentence(text, start - len(before[0]))


def is_named(text: str, start: int, end: int) -> bool:
    """Whether the words around it tell a person's name: `Dr. …`, `… and colleagues`."""
    before = text[max(0, start - _LOOK_BACK) : start]
    return bool(_NAME_FOLLOWS.match(text, end) or _NAME_PRECEDES.search(before))


def is_cited(text: str, end: int) -> bool:
    """Whether what follows a word tells an author: `… and colleagues`, `… (2023)`."""
    return bool(_AUTHOR_FOLLOWS.match(text, end))


def is_particle(text: str, start: int, word: str) -> bool:
    """Whether a word is the `der` of `van der Kolk`, or the `al` of `et al.`."""
    if word not in _PARTICLES:
        return False
    before = text[max(0, start - _LOOK_BACK) : start]
    if _CAPITAL_AFTER.match(text, start + len(word)) or _ET.search(before):
        return True
    named = _NAME_BEFORE.search(before)
    last = named["last"] if named else ""
    return last != "" and not lexicon().is_word(last.lower())
