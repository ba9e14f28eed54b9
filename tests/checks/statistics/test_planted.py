"""Signs and digits mistyped in real results: what of it is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

Remarks = Callable[..., list[Any]]


class Printed(NamedTuple):
    """A result with its numbers marked, as it was printed in a digest."""

    text: str
    undetectable: frozenset[str] = frozenset()
    """Numbers whose sign does not matter for the others: `−.03` in the middle of an interval."""


RESULTS = [
    Printed("Mindfulness went with less distress, r = {− .42}, 95% CI [{− .55}, {− .27}]."),
    Printed("It went with perspective taking, r = {.28}, 95% CI [{.15}, {.40}]."),
    Printed("It eased symptoms (SMD = {0.45}; 95% CI: {0.16}, {0.75})."),
    Printed("Later it did not hold (SMD = {0.359}; 95% CI {-0.349}, {1.068}, p > .05)."),
    Printed("Apps eased depression (g = {0.33}; 95% CI: {0.10}–{0.57}, p = {.005})."),
    Printed("For anxiety they did not (g = {0.30}, 95% CI: {−0.1} to {0.7}, p = {0.145})."),
    Printed("Expression had an effect of r = {.28} (95% CI: {.17}, {.35}) on outcome."),
    Printed("That of clients had one of r = {.40} (95% CI: {.32}, {.48})."),
    Printed("The bond was weaker (n = 4; SMD = {-0.30}; 95% CI: {-0.67}, {0.07}; p = {0.11})."),
    Printed(
        "Symptoms fell alike (n = 4; SMD = {−0.03}; 95% CI [{−0.45}, {0.40}], p = {0.90}).",
        frozenset({"−0.03"}),
    ),
    Printed("By telephone they fell more (mean SMD = {-0.48}; 95% CI: {-0.82} to {-0.14})."),
    Printed("A significant indirect effect of slights ({−.12}, 95% CI [{−.35}, {−.07}]) was seen."),
    Printed("A significant indirect effect of insults ({−.10}, 95% CI [{−.36}, {−.05}]) was seen."),
    Printed("Before, 7.07% of the practice was remote (SD = {14.86})."),
]
NUMBER = re.compile(r"\{([^}]+)\}")


def plain(text: str) -> str:
    """A result without the marks."""
    return text.replace("{", "").replace("}", "")


def changed(change: Callable[[str], str | None]) -> Iterator[tuple[str, str, str]]:
    """Every result with one number changed, the number, and what became of it."""
    for printed in RESULTS:
        for number in NUMBER.finditer(printed.text):
            new = change(number[1])
            if new and number[1] not in printed.undetectable:
                text = printed.text[: number.start()] + new + printed.text[number.end() :]
                yield plain(text), number[1], new


def flipped(number: str) -> str:
    """With the other sign."""
    return re.sub(r"^[-−]\s?", "", number) if number[0] in "-−" else f"−{number}"


def transposed(number: str) -> str | None:
    """With the first two digits that differ exchanged."""
    digits = [match.start() for match in re.finditer(r"\d", number)]
    for one, other in pairwise(digits):
        if number[one] != number[other]:
            letters = list(number)
            letters[one], letters[other] = letters[other], letters[one]
            return "".join(letters)
    return None


@pytest.mark.parametrize("printed", RESULTS)
def test_the_results_themselves_are_consistent(remarks: Remarks, printed: Printed) -> None:
    assert remarks(plain(printed.text)) == []


@pytest.mark.parametrize(("text", "number", "new"), list(changed(flipped)))
def test_every_flipped_sign_is_found(remarks: Remarks, text: str, number: str, new: str) -> None:
    assert remarks(text)


def test_most_transposed_digits_are_found(remarks: Remarks) -> None:
    outcomes = [bool(remarks(text)) for text, _, _ in changed(transposed)]
    assert sum(outcomes) / len(outcomes) >= 35 / 42


def test_most_wrong_first_digits_are_found(remarks: Remarks) -> None:
    outcomes = []
    for digit in "0123456789":
        wrong = changed(lambda number, to=digit: re.sub(r"(?<=\.)\d", to, number, count=1))
        outcomes += [bool(remarks(text)) for text, number, new in wrong if new != number]
    assert sum(outcomes) / len(outcomes) > 3 / 4
