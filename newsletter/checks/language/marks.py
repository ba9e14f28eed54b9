"""Finding the brackets and quotation marks of a paragraph that have no partner."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

Offsets = list[int]

_NUMBER = r"[-−–]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9}|∞)"
_HALF_OPEN = re.compile(rf"[\[(\]][ ]?{_NUMBER}[ ]?[,;][ \n]?{_NUMBER}[ ]?[\])\[]")
"""`[0, 1)`; of a confidence interval both ends are closed."""
_OF_CONFIDENCE = re.compile(r"(?:CI|CrI|HDI|interval)s?[\s:=,of]*\Z")
_EMOTICON = re.compile(r"(?<!\S)[:;]['’]?[-o^]?[()\[\]](?=[\s.,!?]|\Z)")
_LABEL = re.compile(r"(?<!\w)(?P<label>\d{1,2}|[A-Za-z]|[ivx]{2,4})\)")
_NO_LABEL_AFTER = re.compile(r"[(\[]\Z|[=<>≤≥≈±×]\s?\Z")
"""What stands before `(1)` and `n = 24)`."""
_BLANKED_LABEL = re.compile(r"\s{0,9}[ ]{3}\S")
"""How a paragraph begins that is a list's item to Markdown, so that its `1)` is blanked."""

_LOOK_BACK = 30
"""Characters before a sign that tell what it is."""

_OPENS_SINGLE = re.compile(r"(?:(?<=[\s(\[“\"—–])|\A)‘(?!\d|(?:tis|twas|til|cause|em|n|bout)\b)")
_CLOSES_SINGLE = re.compile(r"(?<=\S)’(?!\w)")
_BEFORE_OPENING = re.compile(r"[\s(\[{“‘«—–/-]")


def unmatched(paragraph: str) -> list[int]:
    """Offsets of the signs that have no partner in a paragraph, in their order."""
    text = _without_lookalikes(paragraph)
    brackets = _fewest(_parentheses, text, _items)
    quotes = _fewest(_double_quotes, text, _inches)
    return sorted([*brackets, *_pairs(text, "[]"), *quotes, *_guillemets(text), *_single(text)])


def _without_lookalikes(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        is_interval = match[0][-1] in ")[" or match[0][0] in "(]"
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        meant = is_interval and _OF_CONFIDENCE.search(before)
        return match[0] if meant else " " * len(match[0])

    return _EMOTICON.sub(lambda match: " " * len(match[0]), _HALF_OPEN.sub(blank, text))


def _fewest(
    match: Callable[[str, Container[int]], Offsets],
    text: str,
    doubtful: Callable[[str], frozenset[int]],
) -> Offsets:
    """What stays without a partner, with or without signs that may be something else."""
    left = match(text, ())
    return min(left, match(text, doubtful(text)), key=len) if left else left


def _items(text: str) -> frozenset[int]:
    """Offsets of brackets that close no more than the label of a list's item."""
    labels = {match["label"] for match in _LABEL.finditer(text)}
    labels |= {"1"} if _BLANKED_LABEL.match(text) else set()
    return frozenset(
        match.end() - 1
        for match in _LABEL.finditer(text)
        if labels & _neighbours(match["label"]) and _is_item(text, match)
    )


def _is_item(text: str, label: re.Match[str]) -> bool:
    before = text[max(0, label.start() - _LOOK_BACK) : label.start()]
    return not _NO_LABEL_AFTER.search(before)


def _neighbours(label: str) -> set[str]:
    """Labels of which a list that has this one has another: `1`, `3` for `2`."""
    if label.isdigit():
        return {str(int(label) - 1), str(int(label) + 1)}
    if len(label) > 1:
        return {"i", "ii", "iii", "iv", "vi"} - {label}
    return {chr(ord(label) - 1), chr(ord(label) + 1), label * 2}


def _inches(text: str) -> frozenset[int]:
    return frozenset(match.end() - 1 for match in re.finditer(r"\d\"", text))


def _parentheses(text: str, doubtful: Container[int]) -> Offsets:
    return _pairs(text, "()", doubtful)


def _pairs(text: str, signs: str, doubtful: Container[int] = ()) -> Offsets:
    opened: Offsets = []
    left: Offsets = []
    for match in re.finditer(f"[{re.escape(signs)}]", text):
        if match.start() in doubtful:
            continue
        if match[0] == signs[0]:
            opened.append(match.start())
        elif opened:
            opened.pop()
        else:
            left.append(match.start())
    return [*left, *opened]


def _guillemets(text: str) -> Offsets:
    """`«…»` as in French, or `»…«` as in German books, as the first one tells."""
    opening, closing = text.find("«"), text.find("»")
    return _pairs(text, "«»" if closing == -1 or -1 < opening < closing else "»«")


def _single(text: str) -> Offsets:
    """Opening ones after which nothing could close; a closing one may be an apostrophe."""
    last = max((match.start() for match in _CLOSES_SINGLE.finditer(text)), default=-1)
    return [match.start() for match in _OPENS_SINGLE.finditer(text) if match.start() > last]


def _double_quotes(text: str, doubtful: Container[int]) -> Offsets:
    """`“…”`, `"…"` and `„…“`; an opening `“` closed by a straight one is let pass."""
    opened: Offsets = []
    left: Offsets = []
    for at in (match.start() for match in re.finditer('[“”„"]', text)):
        if at in doubtful:
            continue
        pending = text[opened[-1]] if opened else ""
        if _opens(text, at, pending):
            if pending == text[at] == '"':
                left.append(opened.pop())
            opened.append(at)
        elif opened:
            opened.pop()
        else:
            left.append(at)
    return [*left, *opened]


def _opens(text: str, at: int, pending: str) -> bool:
    """Whether a quotation begins here."""
    sign = text[at]
    if sign != '"':
        return sign == "„" or (sign == "“" and pending != "„")
    begins = at == 0 or bool(_BEFORE_OPENING.match(text[at - 1]))
    return begins and text[at + 1 : at + 2].strip() != ""
