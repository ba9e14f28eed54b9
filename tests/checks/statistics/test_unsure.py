"""Where it is not plain what belongs to what, or another method may be used, nothing is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Remarks = Callable[..., list[Any]]


@pytest.mark.parametrize(
    "sentence",
    [
        "Two missing commas, r = .35, 95% CI [.10 -.20].",
        "A dash or a minus, r = .35, 95% CI – .50 to .20.",
        "Three numbers, r = .90, 95% CI; .10, .20, .30.",
        "Three numbers, r = .90, 95% CI .10, .20, .30.",
        "A decimal comma, OR = 0,45 (95% CI 0,50 to 0,90), p = 0,00.",
        "Tiny, p = 1.2 × 10⁻⁵, p = 0.0e-3.",
        "Several, r = .21 and r = .95, 95% CIs [.10, .31] and [.22, .47].",
        "Percent and not, 41% (95% CI .48, .54).",
        "A range, d = 0.90–1.20, 95% CI [0.10, 0.40].",
        "An unknown symbol, Y = 0.90, 95% CI [0.10, 0.40].",
        "A test in between, d = 0.90, t(45) = 2.3, p = .03, 95% CI [1.3, 4.4].",
        "Numbered references, d = 0.90 [12, 15].",
        "Table 2 (95% CI [0.10, 0.40]).",
        "Interval first, 95% CI [.10, .40], r = .90, 95% CI [.20, .50], r = .95.",
        "Rounded to the null, d = 0.36, 95% CI [0.00, 0.72], p > .05, and d = 0.36, p < .05.",
        "About α, d = 0.36, 95% CI [−0.02, 0.74], p = .049.",
        "One-sided, d = 0.30, 95% CI [−0.04, 0.64], p = .04 (one-tailed).",
        "An indirect effect (.05, 95% CI [.04, .14]).",
        "Bootstrapped, b = .05, 95% BCa CI [.04, .14].",
        "A credible interval, d = 0.30, 95% CrI [0.28, 0.90], p = .40.",
        "About 40% (13 of 36) did.",
        "Cut off, two of three (66%) did.",
        "Growth: it rose by 150% of patients, and to 120% of clients.",
        "They had 105% of the required sample, and 110% of the planned number of patients.",
        "The rate was 120% higher, or 220% of the baseline; attendance was 150% that of controls.",
        "The growth rate was 120% in 2020.",
        "A dash –5% of patients.",
        "Slopes at −1 SD = −0.45 were steep.",
        "No p at all: 'p = ns', p > 0, p ≈ 0.",
        "The mean n = 34.5, N = 1.2 million, k = .85.",
        "Two of 5 factors explained the variance (45%).",
        "In 2019 of the 440 therapists few did.",
        "The log odds, log OR = −0.45, ln(OR) = −0.45.",
        "Three studies (Knapp–Hartung), g = 0.60 (95% CI 0.20 to 1.00, p = .023).",
        "Five of them, g = 0.60 (95% CI 0.20 to 1.00, p = .014).",
        "More decimal commas, r = 0,278, 95% CI [0,256, 0,299].",
        "A level that is not printed, d = 0.30, CI [−0.10, 0.70], p = .03.",
    ],
)
def test_the_checks_are_silent_where_they_are_not_sure(remarks: Remarks, sentence: str) -> None:
    assert remarks(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "CBT (d = 1.1, 95% CI .9–1.3) vs. IPT (d = 1.0, 95% CI .8–1.2), p = .44.",
        "Both CBT (d = 1.1, 95% CI .9–1.3) and IPT (d = 1.0, 95% CI .8–1.2; p = .44) helped.",
        "IPT (d = 1.0, 95% CI .8–1.2; p = .44) did not differ from CBT.",
        "It was d = 1.0 (95% CI .8–1.2; p = .44 for the difference).",
        "It was g = 0.5 (95% CI .3–.7), p = .53 for subgroup differences.",
        "Mean change was 8.2 (95% CI 7.1 to 9.3) vs 7.1 (95% CI 6.0 to 8.2), p = .46.",
        "It was 3.2 per 100 (95% CI 2.1 to 4.3; p = .20 for the comparison).",
    ],
)
def test_a_p_may_be_of_the_comparison_of_two_results(remarks: Remarks, sentence: str) -> None:
    assert remarks(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "No significant change was found in controls, but CBT helped (d = .5, 95% CI [.3, .7]).",
        "Patients who did not improve significantly left earlier (OR = 2.1, 95% CI [1.3, 3.4]).",
        "No significant gap between CBT (d = .5, 95% CI [.3, .7]) and PDT (d = .4 [.2, .6]).",
        "CBT (d = .5, 95% CI [.3, .7]) was not significantly better than PDT.",
        "The effect was small (d = .1, 95% CI [−.1, .3]), with significant heterogeneity.",
        "Clinically significant change was rare (d = .1, 95% CI [−.1, .3]).",
        "Neither age nor gender was significant (b = .1, 95% CI [−.1, .3]).",
        "A marginally significant effect was seen (d = .1, 95% CI [−.1, .3]).",
        "It was statistically non-significant after correction, g = .20, 95% CI [.01, .39].",
        "At 99% it was significant (d = .3, 99% CI [−.1, .7]).",
        "At 90% it was not significant (d = .3, 90% CI [.1, .5]).",
    ],
)
def test_the_word_significant_is_taken_only_where_it_is_plain(
    remarks: Remarks, sentence: str
) -> None:
    assert remarks(sentence) == []
