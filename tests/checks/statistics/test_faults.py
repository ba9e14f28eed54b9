"""A fault of each kind is found, once, at the number that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from newsletter.checks.statistics import CHECKS

Remarks = Callable[..., list[Any]]

FAULTS = [
    ("N221", "Mindfulness went with empathy, r = .28, 95% CI [‸.40, .15]."),
    ("N221", "The effect was g = −0.42 (95% CI ‸−.27 to −.55)."),
    ("N221", "It was small (95% CrI [‸0.31, 0.02])."),
    ("N222", "Mindfulness went with empathy, r = ‸.48, 95% CI [.15, .40]."),
    ("N222", "Distress was lower (r = ‸.42, 95% CI [−.55, −.27])."),
    ("N222", "Distress was lower (r = ‸− .12, 95% CI [− .55, − .27])."),
    ("N222", "The odds ratio was ‸2.45 (95% CI 1.10–1.91)."),
    ("N222", "Rare it was (RR 0.49, 95% CI 0.30–0.80), or RR ‸0.99 [0.30, 0.80]."),
    ("N222", "The prevalence was ‸43.5% (95% CI 30.1–38.9%)."),
    ("N222", "It was d = ‸0.45 [0.50, 0.70] in all."),
    ("N222", "The gap was moderate (‸.72, 95% confidence interval .17 to .35)."),
    ("N222", "The mean difference was ‸5.2 points (95% CI −5.1 to −1.3)."),
    ("N222", "The mean was M = ‸43.5 (95% CI [33.1, 35.9])."),
    ("N222", "With b = 2.1, β = ‸.35, 95% CI [.40, .60], it was clear."),
    ("N222", "In Lancet style OR=‸6·20 (95% CI 0·43–0·90)."),
    ("N222", "It was g = ‸0.70 (95% prediction interval [0.10, 0.40])."),
    ("N222", "It was r = ‸.98, 95% confidence interval [CI] [.42, .88]."),
    ("N222", "It was d = ‸.90 (95% CI; .10, .20)."),
    ("N228", "It was d = .15 (95% CI; .10, .20; p = ‸.44)."),
    ("N223", "They went together (r = ‸1.28)."),
    ("N223", "The correlation was ‸1.28 in all."),
    ("N223", "They went together, r(88) = ‸28, p < .001."),
    ("N223", "Cronbach’s alpha was ‸1.92 then."),
    ("N223", "It was reliable (κ = ‸−1.2)."),
    ("N223", "It told much, R² = ‸1.45."),
    ("N223", "It told much, R2 = ‸145%."),
    ("N223", "They went together, r = .85, 95% CI [.60, ‸1.10]."),
    ("N224", "The odds fell, OR = ‸−1.45, p = .03."),
    ("N224", "The odds fell, OR = ‸0.00, p = .03."),
    ("N224", "Relapse was rarer, RR = 0.45 (95% CI ‸−0.20 to 0.90)."),
    ("N224", "Relapse was rarer, HR ‸−0.45 in all."),
    ("N224", "A hazard ratio of ‸-0.70 was found."),
    ("N225", "The mean was M = 12.4, SD = ‸−8.1."),
    ("N225", "It was 85.53% (SD = ‸-29.24) of the work."),
    ("N225", "It was significant, F(2, 45) = ‸–3.4."),
    ("N226", "There were two groups (n = ‸4.5)."),
    ("N226", "There were two groups (n = ‸−4)."),
    ("N226", "In all N = ‸1,734.5 took part."),
    ("N226", "A few studies (k = ‸−12) did so."),
    ("N227", "It was so (p = ‸.000)."),
    ("N227", "It was so (p = ‸0)."),
    ("N227", "Its p value was ‸.000 then."),
    ("N227", "It had a p value of ‸.000 then."),
    ("N227", "It was so (P<‸0.000)."),
    ("N227", "It was so (p = ‸1.45)."),
    ("N227", "It was so (p = ‸−.03)."),
    ("N227", "It had a p-value of ‸1.2 then."),
    ("N227", "All were so (all ps < ‸0)."),
    ("N228", "It was small (g = 0.30, 95% CI: −0.1 to 0.7, p = ‸0.005)."),
    ("N228", "It was small (SMD = 0.359; 95% CI -0.349, 1.068, p < ‸.05)."),
    ("N228", "It was small (g = 0.33; 95% CI: 0.10–0.57, p > ‸.05)."),
    ("N228", "It was small (g = 0.33; 95% CI: 0.10–0.57, p ≥ ‸.05)."),
    ("N228", "The odds rose, OR = 1.45 (95% CI 0.80–2.63), p < ‸.05."),
    ("N228", "The odds fell, OR = 0.62 (95% CI 0.43–0.90; p = ‸.42)."),
    ("N228", "The odds fell, OR = 0.62 (95% CI [0.43, 0.90], ns; p > ‸.05)."),
    ("N228", "It was small, d = 0.30, p = ‸.03, 90% CI [−0.10, 0.70]."),
    ("N228", "It was small, d = 0.30, p = ‸.003, 99% CI [−0.10, 0.70]."),
    ("N228", "It was small (95% CI [−.10, .70], p < ‸.001)."),
    ("N228", "It was small, d = 0.30, CI [−0.10, 0.70], p < ‸.001."),
    ("N228", "It was d = 0.30 (95% CI: [0.10, 0.50]). Then d = 0.30 (CI: −0.10, 0.70; p = ‸.03)."),
    ("N228", "It was b = 0.45, SE = 0.10, t(88) = 4.50, p > ‸.05, 95% CI [0.25, 0.65]."),
    ("N228", "They did not differ, d = 0.50 (95% CI .30–.70; p = ‸.53)."),
    ("N228", "It was d = 0.5 (95% CI .3–.7; p < .001) and d = 0.4 (95% CI .2–.6; p = ‸.53)."),
    ("N229", "It was small (g = 0.33; 95% CI: 0.10–0.57, p = ‸.00005)."),
    ("N229", "It was small (g = 0.33; 95% CI: 0.10–0.57, p = ‸.045)."),
    ("N229", "It was small (g = 0.30, 95% CI: −0.10 to 0.70, p = ‸.85)."),
    ("N229", "The odds fell, OR = 0.62 (95% CI 0.43–0.90; p = ‸.0001)."),
    ("N229", "They went together, r = .28, 95% CI [.15, .40], p = ‸.02."),
    ("N230", "It was small, g = ‸0.15, 95% CI 0.10–0.57."),
    ("N230", "They went together, r = ‸.20 (95% CI: .17, .35)."),
    ("N230", "The odds rose, OR = ‸4.50 (95% CI 1.10–4.91)."),
    ("N230", "The change was small (‸.16, 95% CI [.15, .40])."),
    ("N231", "The gap was not statistically significant (SMD = -0.30; 95% CI: ‸-0.67, -0.07)."),
    ("N231", "There was a significant effect on anxiety (g = 0.30, 95% CI ‸−0.10 to 0.70)."),
    ("N231", "The effect was d = 0.30 (95% CI: ‸-.10, .70), which was statistically significant."),
    ("N231", "They didn’t differ significantly (g = 0.25, 95% CI [‸0.05, 0.45])."),
    ("N231", "No significant gap between CBT and PDT was seen (g = 0.25, 95% CI [‸0.05, 0.45])."),
    ("N231", "A nonsignificant effect emerged (r = .28, 95% CI [‸.15, .40])."),
    ("N231", "It predicted significantly fewer relapses (OR = 1.30, 95% CI [‸0.90, 1.88])."),
    ("N232", "In all, ‸120% of patients improved."),
    ("N232", "In all, ‸120% of the surveyed patients improved."),
    ("N232", "Most therapists (‸181%) report it."),
    ("N232", "It accounts for ‸124% of the variance."),
    ("N232", "Of those who did, 662 (‸148%) replied."),
    ("N232", "Only ‸−14% of patients left."),
    ("N232", "Studies differed much (I² = ‸145%)."),
    ("N232", "Some ‸105% reported harm."),
    ("N232", "The modality of choice for ‸173.56% of surveyed therapists was video."),
    ("N232", "By one estimate ‸140% of adult patients do not respond."),
    ("N232", "Before, only ‸107.07% (SD = 14.86) of psychologists’ practices were so."),
    ("N232", "Nearly all who replied (‸189.19%) will go on."),
    ("N232", "The percentage of sessions that patients attended was ‸173% then."),
    ("N232", "Most had a woman, and ‸146% had a man."),
    ("N232", "About ‸140 percent of clients left."),
    ("N232", "The response rate was ‸120% then."),
    ("N232", "The prevalence of severe depression was ‸120%."),
    ("N232", "Attendance was ‸120% in one group (of four)."),
    ("N232", "The probability of relapse was ‸181%."),
    ("N232", "They asked 300 therapists, of whom ‸181% women."),
    ("N233", "Of 45 patients, 13 (‸38.9%) left."),
    ("N233", "In all, 13 of 45 patients (‸82.9%) left."),
    ("N233", "In all, 13 out of the 45 patients (‸82.9%) left."),
    ("N233", "Only 1 of the 19 trials was sound – that is only ‸15% of them."),
    ("N233", "Three of 12 trials (‸52%) were sound."),
    ("N233", "In all, ‸28.9% (n = 31) of the 45 patients left."),
    ("N233", "Response was ‸48% (42/50)."),
    ("N233", "Some 662 (‸18.4%) of 4,473 patients replied."),
    ("N233", "In all, 13/45 (‸21.1%) left."),
    ("N233", "Nearly ‸70% (18 of 47) left."),
    ("N234", "In ‸20 of the 19 studies it held."),
    ("N234", "He saw ‸45 out of the 40 patients."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "marked"), FAULTS)
def test_a_fault_is_found_where_it_stands(remarks: Remarks, code: str, marked: str) -> None:
    before, after = marked.split("‸")
    ((found, at, message),) = remarks(before + after)
    assert (found, at.startswith(after[:-1])) == (code, True)
    assert message.endswith("; check it against the article")
    assert "\n" not in message


def test_every_check_has_a_fault() -> None:
    assert {code for code, _ in FAULTS} == {check.code for check in CHECKS}


@pytest.mark.parametrize(("code", "marked"), FAULTS)
def test_wrapped_lines_and_emphasis_hide_no_fault(remarks: Remarks, code: str, marked: str) -> None:
    text = re.sub(r"\b([rgdbpnNk]|OR|SD|CI)(?= ?[=<>])", r"*\1*", marked.replace("‸", ""))
    assert [found.code for found in remarks(text)] == [code]
    lines = "\n".join(text.split(" "))
    assert [found.code for found in remarks(lines)] == [code]


def test_titles_and_the_intro_are_read_too(remarks: Remarks) -> None:
    (found,) = remarks(title="A Link of r = 1.28 Between Two Scales")
    assert found.at.startswith("1.28")
    (found,) = remarks(practice_implications="It matters (p = .000).")
    assert found.at.startswith(".000")


def test_citations_are_not(remarks: Remarks) -> None:
    assert remarks(citation="Cooper, D. (2022). On r = 1.28. *A Journal, 6*(4), 30–41.") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "It was *r* =\n.48, 95% CI [.15, .40].",
            "'r = .48' lies outside its own interval, '95% CI [.15, .40]'",
        ),
        ("So *p* = .000.", "'p = .000': no p is 0, so write 'p < .001'"),
        (
            "It was g = 0.30, 95% CI: −0.1 to 0.7, p = 0.005.",
            "'p = 0.005' contradicts '95% CI: −0.1 to 0.7', which holds 0",
        ),
        (
            "It was g = 0.33, 95% CI: 0.10–0.57, p = .045.",
            "'p = .045' does not fit 'g = 0.33' with '95% CI: 0.10–0.57', whose p is .004 to .013",
        ),
        ("13 of 45 patients (82.9%) left.", "'13 of 45 patients (82.9%)': 13 of 45 is 28.9%"),
    ],
)
def test_a_remark_quotes_what_was_typed_and_says_what_it_contradicts(
    remarks: Remarks, text: str, message: str
) -> None:
    assert [found.message for found in remarks(text)] == [
        f"{message}; check it against the article"
    ]
