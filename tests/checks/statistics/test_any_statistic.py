"""Whatever the numbers and the format: what follows from one model raises no remark."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from newsletter.checks.statistics import CHECKS
from newsletter.checks.subject import Subject
from newsletter.yaml_source import Place

Remarks = Callable[..., list[Any]]
NORMAL = NormalDist()
FROM_SCALE: dict[str, Callable[[float], float]] = {
    "linear": lambda value: value,
    "fisher": math.tanh,
    "log": math.exp,
}
SYMBOLS = {
    "d": "linear",
    "g": "linear",
    "SMD": "linear",
    "b": "linear",
    "β": "linear",
    "mean difference": "linear",
    "r": "fisher",
    "ρ": "fisher",
    "OR": "log",
    "HR": "log",
    "odds ratio": "log",
    "": "linear",
}
LIST = ["[{}, {}]", "[{}; {}]", "({}, {})", ": {}, {}", " {}, {}", "= {}, {}"]
WORDS = ["[{} to {}]", "{} to {}", "from {} to {}", "({} – {})", ": {}–{}"]


@st.composite
def reported(draw: st.DrawFn, symbols: Sequence[str] = tuple(SYMBOLS), off: float = 0) -> str:
    """A result of a normal model in one of the many formats, the estimate off by half-widths."""
    symbol = draw(st.sampled_from(symbols))
    of = FROM_SCALE[SYMBOLS[symbol]]
    error = draw(st.floats(0.01, 0.6))
    z = draw(st.floats(-5, 5))
    level = draw(st.sampled_from([90, 95, 99]))
    half = error * NORMAL.inv_cdf(0.5 + level / 200)
    decimals, finer = draw(st.integers(1, 3)), draw(st.integers(0, 1))
    minus, has_zero = draw(st.sampled_from("-−–‒")), draw(st.booleans())

    def printed(value: float, digits: int) -> str:
        number = f"{abs(value):.{digits}f}"
        if not has_zero:
            number = number.removeprefix("0")
        return f"{minus if value < 0 and float(f'{value:.{digits}f}') else ''}{number}"

    estimate = printed(of(z * error + off * (half + 0.1)), decimals + finer)
    assume(of is not math.exp or float(estimate))
    low, high = (printed(of(z * error + side * half), decimals) for side in (-1, 1))
    interval = draw(st.sampled_from(LIST + WORDS)).format(low, high)
    sign = draw(st.sampled_from([" = ", "=", " =\n", " of "] if symbol else [""]))
    parts = [f"{symbol}{sign}{estimate}", f"{level}% CI {interval}", draw(p_of(z, has_zero))]
    if symbol and draw(st.booleans()):
        parts = [parts[0], parts[2], parts[1]]
    comma = draw(st.sampled_from([", ", "; ", ",\n"]))
    return f"It was so ({comma.join(filter(None, parts))})."


@st.composite
def p_of(draw: st.DrawFn, z: float, has_zero: bool) -> str:
    """The p of a result, exact or by a threshold, or none."""
    p = 2 * NORMAL.cdf(-abs(z))
    exact = f"{p:.{draw(st.integers(2, 4))}f}"
    threshold = next((level for level in ("0.001", "0.01", "0.05") if p < float(level)), None)
    relation, number = draw(
        st.sampled_from(
            [("=", exact if float(exact) else "0.1"), ("<", threshold or "1"), (">", "0.05")]
            if p > 0.05 and float(exact)
            else [("<", threshold or "1")]
        )
    )
    number = number if has_zero else number.removeprefix("0")
    return draw(st.sampled_from(["", f"p {relation} {number}", f"*p*{relation}{number}"]))


@given(reported())
@settings(max_examples=300)
def test_a_consistent_result_raises_no_remark(remarks: Remarks, text: str) -> None:
    assert remarks(text) == []


@given(reported([symbol for symbol in SYMBOLS if SYMBOLS[symbol] == "linear"], off=3))
def test_an_estimate_far_outside_is_found_in_any_format(remarks: Remarks, text: str) -> None:
    assert "N222" in {found.code for found in remarks(text)}


PIECES = st.sampled_from(
    "r = .28|95% CI [.15, .40]|p < .001|OR 1.4|(|)|[|]|, |; | to |–|− |.|0|12|1,734| of 45|%|"
    "n = |13 of 45 (28.9%)|significant|not |and |SD = |F(2, 45) = 3.1|\n|\n\n|*|CI|. The |0·45|² = "
    "|e-5| × 10|per cent|Of 45 patients, 13 (|of patients|٣|² |½".split("|")
)


@given(st.lists(PIECES | st.text("rdgp=<>[](),.;:%-−–0159 \n", max_size=6), max_size=25))
@example(["r = ٣"])
def test_any_text_is_read_and_places_lie_within(remarks: Remarks, pieces: list[str]) -> None:
    for found in remarks("It is " + "".join(pieces)):
        assert found.at
        assert "\n" not in found.message


@pytest.mark.parametrize(
    "text",
    [
        "9" * 100_000,
        "1-" * 50_000,
        "[1, " * 25_000,
        "- " * 50_000,
        "95% CI [.1, " * 8_000,
        "1% " * 33_000,
        "200% " * 20_000,
        "200% of patients " * 6_000,
        "percent of a was 200% " * 4_500,
        "r = " * 25_000,
        "(1 " * 33_000,
        ".1" * 50_000,
        "1,111" + ",111" * 25_000 + " = 5%",
        "1 of 2 % " * 11_000,
        "5% 1 of 3 a a a a " * 5_500,
        "Of 5 a a a a, 5 a (" * 5_000 + "%",
        "r" + " " * 100_000 + "= 5",
        "(" * 100_000 + "5%",
        "a(1 " * 25_000 + "=",
        "([{" * 33_000 + "5%",
        "not " * 25_000 + "significant 95% CI [1, 2]",
        "95% confidence " * 6_000 + "interval",
        "r = .3, 95% CI [.1, .5], p = .01; " * 3_000,
    ],
)
def test_hostile_text_takes_no_long_time(text: str) -> None:
    passage = SimpleNamespace(kind="summary", text=text, place=lambda _: Place(1, 1))
    subject = cast("Subject", SimpleNamespace(passages=(passage,)))
    start = time.perf_counter()
    for check in CHECKS:
        list(check.ask(subject))
    assert time.perf_counter() - start < 1
