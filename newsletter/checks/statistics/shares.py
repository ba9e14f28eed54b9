"""Percentages that are shares of something, alone and beside the counts they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.statistics.counts import PERCENT, THE, WORD, Count, counts, excesses
from newsletter.checks.statistics.figures import SIGNED, Figure, figure, shown
from newsletter.checks.statistics.measures import VARIABILITY
from newsletter.checks.statistics.reading import Sentence, readings
from newsletter.checks.subject import Subject

_OF_WHAT = (
    r"(?:patients|clients|participants|therapists|psychotherapists|psychologists|psychiatrists"
    r"|clinicians|practitioners|counsell?ors|providers|professionals|trainees|students"
    r"|supervisors|supervisees|people|persons|individuals|adults|adolescents|children|youth"
    r"|women|men|respondents|completers|responders|couples|dyads|families|studies|trials"
    r"|samples?|cases|articles|modules|practices?|caseloads?|them|variance|variation"
    r"|variability)(?![\w’'])"
)
_DID = (
    r"(?:report|agree|said|say|felt|feel|believe|endorse|experience|respond|recover|remit|drop"
    r"|complete|met|meet|identif|prefer|attend|improve|show|had|have|were|are|did|do|use|plan"
    r"|start|left|relapse)(?:d|ed|ped|red|ned|ted|s)?\b"
)
_NO_GOAL = (
    r"(?!(?:\w{1,14}\s{1,4}){0,3}(?:required|needed|necessary|planned|intended|targeted|target"
    r"|desired|expected|anticipated|projected|recommended|calculated|original|usual)\b)"
)
"""`105% of the required sample` is no share."""
_PERCENTAGE = re.compile(rf"(?<![\w.,·–−-])(?P<number>{SIGNED}){PERCENT}")
_AFTER = re.compile(
    rf"(?:\s?\([^()]{{1,24}}\))?\s{{1,4}}"
    rf"(?:of\s{{1,4}}{_NO_GOAL}{THE}(?:{WORD}\s{{1,4}}){{0,2}}?{_OF_WHAT}|{_DID})"
)
"""What makes the percentage before it a share: `of patients`, `reported`."""
_BEFORE = re.compile(
    rf"(?:\b{_OF_WHAT}|(?<![.,·\d])(?!19\d\d|20\d\d)\d{{1,7}}|\bwho\s{{1,4}}{WORD})"
    r"\s{1,4}\(\Z|\bonly\s{1,4}\Z|\bof\s{1,4}whom\s{1,4}(?:\w{1,14}\s{1,4})?\Z"
    r"|\bper\s?cent(?:age)?\s{1,4}of\b[^.;%]{1,100}\b(?:was|were)\s{1,4}(?:\w{1,14}\s{1,4})?\Z"
)
"""Or before it: `most patients (81%)`, `662 (14.8%)`, `the percentage of patients was`."""
_RATE_BEFORE = re.compile(
    r"\b(?:rate|prevalence|attendance|probability)"
    rf"(?:\s{{1,4}}of(?:\s{{1,4}}{WORD}){{1,4}})?\s{{1,4}}(?:was|were)\s{{1,4}}\Z",
    re.IGNORECASE,
)
_RATE_AFTER = re.compile(
    r"\s{0,2}(?:[.,;:()]|\s(?:in|at|for|among|across|after|then|overall|during|when)\b|\Z)"
)
"""`the rate was 120% in …`, but `120% of …`, `120% higher` compare it."""
_CHANGE = re.compile(
    r"\b(?:increas|decreas|rose|ris(?:e|ing|en)\b|gr[eo]w|gain|chang|improvement|drop\b|fell|fall"
    r"|reduc|declin|jump|surg|doubl|tripl|exceed|cost|dose)",
    re.IGNORECASE,
)
"""Somewhat before a number that may pass 100% or fall below nothing."""
_SHORTLY, _LONGEST = 60, 160
_MINUS = re.compile(r"[-−][\d.]")
"""`–5%` may be a dash before 5%."""
_TINY = 1e-9
_LENIENT = 5.0
"""Percentage points that `almost 40%` may be off."""


def share_out_of_range(subject: Subject) -> Iterator[Remark]:
    """A share of people, studies or variance lies between 0 and 100%.

    An increase by 150% and 120% of a dose are none, and are left alone.
    """
    for reading in readings(subject):
        for equation in reading.sentence.equations:
            if equation.measure is VARIABILITY and not 0 <= equation.figure.value <= 100:
                said = f"{reading.quote(equation)}: a share lies between 0 and 100%"
                yield reading.remark(equation.figure, said)
        for number, end in _impossible_shares(reading.sentence):
            quoted = shown(reading.sentence.text, number.start, end)
            yield reading.remark(number, f"'{quoted}': a share lies between 0 and 100%")


def share_unlike_count(subject: Subject) -> Iterator[Remark]:
    """The percentage beside "13 of 45 patients" is 13 divided by 45, rounded or cut off.

    After "about", "almost", "more than" and the like it may be five points off.
    """
    for reading in readings(subject):
        sentence = reading.sentence
        for count in counts(sentence.text, sentence.start, sentence.end):
            if count.whole and not _fits(count):
                quoted = shown(sentence.text, count.start, count.end)
                part = f"{count.part:,} of {count.whole:,} is {100 * count.part / count.whole:.1f}%"
                yield reading.remark(count.share, f"'{quoted}': {part}")


def part_above_whole(subject: Subject) -> Iterator[Remark]:
    """No more than all of the patients can have improved: 20 of the 19 is a slip."""
    for reading in readings(subject):
        sentence = reading.sentence
        for part, end in excesses(sentence.text, sentence.start, sentence.end):
            quoted = shown(sentence.text, part.start, end)
            yield reading.remark(part, f"'{quoted}': the part is more than the whole")


def _impossible_shares(sentence: Sentence) -> Iterator[tuple[Figure, int]]:
    """Percentages out of range where they are shares, and where what says so ends."""
    text, start, end = sentence.text, sentence.start, sentence.end
    for match in _PERCENTAGE.finditer(text, start, end):
        number = figure(text, match.span("number"))
        if 0 <= number.value <= 100 or (number.value < 0 and not _MINUS.match(match["number"])):
            continue
        after = _AFTER.match(text, match.end(), end)
        before = text[max(start, match.start() - _LONGEST) : match.start()]
        is_share = after or _BEFORE.search(before) or _is_rate(text, number, before, match.end())
        if is_share and not _CHANGE.search(before[-_SHORTLY:]):
            yield number, after.end() if after else match.end()


def _is_rate(text: str, number: Figure, before: str, end: int) -> bool:
    return (
        number.value > 0
        and bool(_RATE_AFTER.match(text, end))
        and bool(_RATE_BEFORE.search(before))
    )


def _fits(count: Count) -> bool:
    exact, share = 100 * count.part / count.whole, count.share
    if count.is_vague:
        return abs(exact - share.value) <= _LENIENT
    return share.least - _TINY <= exact < share.value + 2 * share.slack + _TINY
