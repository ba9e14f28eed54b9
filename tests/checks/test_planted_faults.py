"""A fault of every kind, planted in a sample issue: it is found, at its line, and nothing else.

The sample issues themselves are the text without a fault.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.checks import check_issues
from newsletter.config import load_config
from newsletter.yaml_source import Finding

ROOT = Path(__file__).parents[2]
MONTH = "2023-12"
SENTENCE = (
    "When patients feel that their therapist is empathic, they tend to do better in\n"
    "      psychotherapy."
)
"""How the first summary begins; a planted sentence stands on the line below, the 23rd."""
LINE = 23
OWN = {"N115"}
"""What is true of the sample issue itself: the months between were not carried over."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], list[Finding]]:
    """Exchanges a text of the sample issue, and says what is found then."""
    root = tmp_path_factory.mktemp("publication")
    for name in ("templates", "issues"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "newsletter.yaml", root)
    config = load_config(root / "newsletter.yaml", {})
    path = root / "issues" / f"{MONTH}.yaml"
    sample = path.read_text("utf-8")

    def planting(old: str, new: str) -> list[Finding]:
        assert old in sample
        path.write_text(sample.replace(old, new, 1), "utf-8")
        found = check_issues([path], config)
        return [each for each in found if each.code not in OWN]

    return planting


def test_the_sample_issue_has_no_fault(planted: Callable[[str, str], list[Finding]]) -> None:
    assert planted(SENTENCE, SENTENCE) == []


@pytest.mark.parametrize(
    ("sentence", "code", "severity", "column"),
    [
        ("TODO tell more about it.", "N104", "error", 7),
        ("The effect was XXX in all.", "N104", "error", 22),
        ("The effect was […] in all.", "N104", "error", 22),
        ("The link was moderate, r = .48, 95% CI [.15, .40].", "N222", "warning", 34),
        ("It was negative, r = .42, 95% CI [− .55, − .27].", "N222", "warning", 28),
        ("It was strong (SMD = 0.95; 95% CI: 0.16, 0.75).", "N222", "warning", 28),
        ("The link was moderate, r = .28, 95% CI [.40, .15].", "N221", "warning", 47),
        ("It helped (g = 0.30; 95% CI: −0.10 to 0.70, p < .05).", "N228", "warning", 55),
        ("It helped (OR = 1.30, 95% CI [0.90, 1.90], p = .01).", "N228", "warning", 54),
        ("It helped, SMD = 0.45, 95% CI [0.16, 0.75], p = .45.", "N228", "warning", 55),
        ("It was r = .98, 95% confidence interval [CI] [.42, .88].", "N222", "warning", 18),
        ("The p value was .000 in all.", "N227", "warning", 23),
        ("The correlation was r = 1.28 in all.", "N223", "warning", 31),
        ("As many as 134% of patients left early.", "N232", "warning", 18),
        ("The link was strong, p = .000 in all.", "N227", "warning", 32),
        ("Of these, 12 of 48 patients (35%) left early.", "N233", "warning", 36),
        ("The mean was 3.5 (SD = −1.2) in all.", "N225", "warning", 30),
        ("They learn to metnalize well.", "N301", "warning", 21),
        ("Their behvaviour changed.", "N301", "warning", 13),
        ("Adherance was the aim.", "N301", "warning", 7),
        ("They saw the the patient.", "N304", "warning", 20),
        ("They saw (as one does the patient.", "N305", "warning", 16),
        ("They saw “as one does the patient.", "N305", "warning", 16),
        ("The link was r = -.42, 95% CI [−.55, −.27].", "N306", "warning", 24),
        ("See [this](http://www.pprnet.ca/x) page.", "N404", "warning", 18),
        ("See [this](www.pprnet.ca) page.", "N406", "error", 11),
        ("See [this](https://) page.", "N406", "error", 11),
        ("Dear {{ reader.first_name }}, read on.", "N409", "error", 12),
        ("A" + "b" * 90 + " stands here.", "N408", "warning", 7),
    ],
)
def test_a_fault_in_a_text_is_found_at_its_place(
    planted: Callable[[str, str], list[Finding]],
    sentence: str, code: str, severity: str, column: int,
) -> None:  # fmt: skip
    found = planted(SENTENCE, f"{SENTENCE}\n      {sentence}")
    places = {(each.code, each.severity, each.line, each.column) for each in found}
    assert places == {(code, severity, LINE, column)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Hill et al. (2014) asked it first (Brown et al., 2013).",
        "They examined 1) alliance, 2) empathy, and 3) outcome.",
        "They offered 1) CBT, 2) IPT or 3) both.",
        "CBT (d = 1.1, 95% CI .9–1.3) vs. IPT (d = 1.0, 95% CI .8–1.2), p = .44.",
        "CBT (d = 1.1, 95% CI .9–1.3) and IPT (d = 1.0, 95% CI .8–1.2; p = .44) did not differ.",
        "Mean change was 8.2 (95% CI 7.1 to 9.3) vs 7.1 (95% CI 6.0 to 8.2), p = .46.",
        "It was 3.2 per 100 (95% CI 2.1 to 4.3; p = .20 for the comparison).",
        "It was r = 0,278 in all.",
        "All ps > .10, and r(88) = .05, ns, with df = 30.",
        "Incongruent genograms showed diatheses.",
    ],
)
def test_sound_sentences_are_left_alone(
    planted: Callable[[str, str], list[Finding]], sentence: str
) -> None:
    assert planted(SENTENCE, f"{SENTENCE}\n      {sentence}") == []


CITATION = "Stolowicz-Melman, D., Lazarus, G., & Atzil-Slonim, D. (2023)."
TITLE = "Therapist Qualities That Lead to Treatment Failure or Termination"
SUBJECT = "subject: When empathy helps, and when therapy goes wrong"


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        (CITATION, CITATION.replace("2023", "2025"), "N205", 14),
        (CITATION, CITATION.replace(" (2023)", ""), "N204", 14),
        ("*Journal of Counseling Psychology, 70*(6), 682–690.", "", "N206", 14),
        ("682–690.", "682–690. https://doi.org/10.1037/cou0000709", "N208", 16),
        ("682–690.", "682–690. https://doi.org/10.1037/cou0000708", "N207", 16),
        ("10.1037/pst0000503", "10.1016/j.cpr.2019.101810", "N210", 58),
        (TITLE, "Psychotherapy for Those Who Don’t Respond to Treatment", "N211", 52),
        ("      Therapists are not", f"      {TITLE}.\n\n      Therapists are not", "N106", 62),
        (SUBJECT, f"{SUBJECT}, and what all of that may mean in the months to come", "N108", 3),
        (SUBJECT, "subject: WHEN EMPATHY HELPS", "N112", 3),
        (SUBJECT, f"{SUBJECT}\nsend_at: 2024-03-05 09:00", "N117", 4),
        ("This month: what", "This month, four studies: what", "N114", 6),
        ("Finsrud and\n      colleagues", "Finsrund and\n      colleagues", "N302", 111),
        ("topics: [Empathy,", "topics: [Empathie,", "N001", 19),
        ("research_type: Process-outcome", "research_type: Process", "N001", 18),
    ],
)  # fmt: skip
def test_a_fault_elsewhere_is_found_at_its_line(
    planted: Callable[[str, str], list[Finding]], old: str, new: str, code: str, line: int
) -> None:
    found = planted(old, new)
    assert {(each.code, each.line) for each in found} == {(code, line)}


def test_a_missing_citation_is_found(planted: Callable[[str, str], list[Finding]]) -> None:
    sample = (ROOT / "issues" / f"{MONTH}.yaml").read_text("utf-8")
    citation = re.search(r"    citation: >-\n(?:      .*\n)+", sample)
    assert citation
    (found,) = planted(citation[0], "")
    assert (found.code, found.line) == ("N201", 10)


def test_html_that_gmail_clips_is_an_error(planted: Callable[[str, str], list[Finding]]) -> None:
    found = planted(SENTENCE, f"{SENTENCE}\n      " + "Words follow words. " * 6000)
    assert ("N401", "error") in {(each.code, each.severity) for each in found}
