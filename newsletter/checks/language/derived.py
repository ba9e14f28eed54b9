"""Words made of known words: `teletherapist`, `psychodynamically`, `attunedness`.

A dictionary of the general language holds the parts, not what a field makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

_GLUED = frozenset(
    """
    ante anti auto bio cardio co counter cross cyber de dis electro endo ethno extra geo hemi
    hetero homo hyper hypo infra inter intra macro mega meta micro mini mis mono multi musculo
    nano neo neuro non omni ortho out over para patho peri pharmaco photo physio poly post pre
    proto pseudo psycho quasi re retro self semi socio sub super supra tele thermo trans ultra
    un under
    """.split()
)
PREFIXES = _GLUED | frozenset("a ab bi e ecto epi gyno in iso mid pan pro tri uni".split())
"""What may stand before a hyphen; some of them right before a word too."""
_SHORTEST = 2
_REST = 4
"""Letters that a prefix leaves of a word."""

_BRITISH = (("is", "iz"), ("ys", "yz"))
"""What a British spelling has in place of the American and Canadian one."""

_MADE = (
    # ending, what it replaces, endings of the word it is made of
    ("ally", "", ("ic",)),
    ("ly", "", ("al", "ive", "ous", "ed", "ing", "ful", "less", "ish")),
    ("ably", "able", ("able",)),
    ("ibly", "ible", ("ible",)),
    ("able", "", ("",)),
    ("able", "e", ("",)),
    ("ability", "able", ("able",)),
    ("abilities", "able", ("able",)),
    ("ibility", "ible", ("ible",)),
    ("ness", "", ("ed", "ing", "ive", "ful", "less", "ous", "able", "ish")),
    ("like", "", ("",)),
    ("ship", "", ("",)),
    ("hood", "", ("",)),
    ("ist", "", ("al", "ion")),
    ("ists", "", ("al", "ion")),
    ("ism", "", ("al", "ion", "ist")),
    ("ization", "", ("",)),
    ("ization", "ize", ("ize",)),
    ("izations", "ize", ("ize",)),
)
_PLURAL = (("s", ""), ("es", ""), ("ies", "y"), ("ses", "sis"))
_NOUNS = (
    ("s", "", ("tion", "sion", "ment", "ness", "ist", "ism", "ance", "ence")),
    ("ies", "y", ("ity", "logy", "pathy", "graphy", "therapy", "omy", "ency", "ancy")),
    ("ses", "sis", ("sis",)),
)
"""Plurals that dictionaries may lack, of what is a noun by its ending."""
_INFLECTED = (
    ("d", ""), ("ed", ""), ("ied", "y"), ("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"),
    ("ers", ""), ("ers", "e"), ("ly", ""), ("ally", ""), ("al", ""), ("able", "e"),
    ("ation", "e"), ("ations", "e"), ("ness", ""), ("ity", ""),
)  # fmt: skip
_STEM = 4
"""Letters of the least word that another is made of."""

Knows = Callable[[str], bool]
Table = tuple[tuple[str, str, tuple[str, ...]], ...]


def is_plural(word: str, is_word: Knows, is_term: Knows) -> bool:
    """Whether a lower-case word is the plural of a term, or of a word that is a noun."""
    return any(map(is_term, _without(word, _PLURAL))) or any(map(is_word, _stems(word, _NOUNS)))


def american(word: str) -> Iterator[str]:
    """The spellings with `-ize` and `-yze` of a lower-case word that has `-ise` or `-yse`."""
    for ours, theirs in _BRITISH:
        at = word.rfind(ours)
        if at >= _STEM - 1:
            yield word[:at] + theirs + word[at + 2 :]


def is_derived(word: str, is_word: Knows, is_term: Knows) -> bool:
    """Whether a lower-case word is well made of a known one, so far as its parts tell."""

    def is_known(whole: str) -> bool:
        return (
            is_word(whole)
            or any(map(is_term, _without(whole, (*_PLURAL, *_INFLECTED))))
            or any(map(is_word, _stems(whole, _MADE)))
        )

    return is_known(word) or any(map(is_known, _rests(word)))


def _without(word: str, endings: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for ending, instead in endings:
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(stem) > _STEM:
            yield stem


def _stems(word: str, table: Table) -> Iterator[str]:
    for ending, instead, needed in table:
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(stem) >= _STEM and stem.endswith(needed):
            yield stem


def _rests(word: str) -> Iterator[str]:
    for length in range(_SHORTEST, len(word) - _REST + 1):
        if word[:length] in _GLUED:
            yield word[length:]
