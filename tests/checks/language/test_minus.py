"""One sign for minus in one statistic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Said = Callable[..., list[str]]


@pytest.mark.parametrize(
    "text",
    [
        "95% CI [‸-.55, −.27]",
        "r = ‸-.42, 95% CI [−.55, −.27]",
        "r = − .42, 95% CI [− .55, ‸- .27]",
        "(SMD = ‸-0.30; 95% CI: −0.67, 0.07; p = 0.11)",
        "d = −0.5 (95% CI ‸–0.9 to −0.1)",
        "95% CI from −.5 to ‸-.1",
        "(−.12, 95% CI [‸-.35, −.07])",
        "β = −.31, t(88) = ‸-3.20, p = .002",
    ],
)
def test_two_signs_in_one_statistic_are_told(
    places: Callable[[str, str], tuple[Any, Any]], text: str
) -> None:
    found, expected = places("N306", f"It was so: {text}, they say.")
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "(n = 4; SMD = -0.30; 95% CI: -0.67, 0.07) and so (SMD = −0.03; 95% CI [−0.45, 0.40])",
        "r = −.42, d = -.3",
        "r = −.42 (95% CI: 0.10-0.57)",
        "r = −.42, 95% CI [−.55–−.27]",
        "r = − .42, 95% CI [− .55, − .27]",
        "95% CI -0.349, 1.068, p > .05",
        "r = −.3 in 2010-2012, ages 12–17, pages 449–459, DSM-5, COVID-19",
        "the results – 42 of 80 – and −.3",
        "the effect was – .21 (−.35, −.07) – small, or was – .21, 95% CI [−.35, −.07]",
        "r = −.42. In -3 others",
        "(−.12, 95% CI [−.35, −.07]) and bias (-.10, 95% CI [-.36, -.05])",
    ],
)
def test_ranges_and_different_statistics_are_fine(said: Said, text: str) -> None:
    assert said("N306", text) == []


def test_the_message_names_both_signs(said: Said) -> None:
    assert said("N306", "95% CI [-.55, −.27]") == [
        "one statistic has hyphen '-' and minus '−' for minus; use '−' throughout"
    ]


def test_a_dash_and_a_hyphen_are_mixed_as_well(said: Said) -> None:
    assert len(said("N306", "95% CI [-.55, –.27]")) == 1
