"""Which parts a citation has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.passages import blanked
from newsletter.checks.scholarship.form import missing_parts

AUTHORS = st.sampled_from(
    [
        "Cooper, D.",
        "Weisel, K.K., Fuhrmann, L.M., & Ebert, D.D.",
        "Cooper, D., Yap, K., O’Brien, M. et al.",
        "Gloster, A. T., Ferrari, G., ... & Karekla, M.",
        "Ensink, K., Sabourin, S., … & Parent, K.",
        "Norcross, J.C. & Lambert, M.J.",
        "van der Berg, P., Lo Coco, G., & Smith, J., Jr.",
        "Kim, J.-H., Nissen-Lie, H. A., & Øktedalen, T.",
        "Leuchter AF, Hunter AM, Cook IA.",
        "Castonguay, L. G., & Hill, C. E. (Eds.).",
        "World Health Organization.",
    ]
)
DATES = st.sampled_from(
    ["(2020).", "(2020)", "(2020a).", "(2020, March 4).", "(in press).", "(n.d.).", "(1923/1961).",
     "(2020, online first).", "(2019–2020)."]
)  # fmt: skip
TITLES = st.sampled_from(
    [
        "Mindfulness and empathy: A review of the evidence.",
        "How important are common factors in psychotherapy? An update.",
        "Does a therapist’s doubt help?",
        "Therapy vs. medication for adults aged 18–65.",
        "“Being there”—a qualitative study,",
        "Reflective functioning and well-being among therapists,",
        "The Alliance in Adult Psychotherapy: A Meta-Analytic Synthesis.",
    ]
)
JOURNALS = st.sampled_from(
    [
        "*Mindfulness, 11*, 2243–2257.",
        "Journal of Counseling Psychology, 70(6), 682–690. https://doi.org/10.1037/cou0000708",
        "World Psychiatry, 21(1):133-145. doi: 10.1002/wps.20941",
        "World Psychiatry 18(3), 325–336",
        "*Psychotherapy*. Advance online publication.",
        "Clinical Psychology and Psychotherapy. Online first publication: https://doi.org/10.1002/a",
        "Psychotherapy Research, https://doi.org/10.1080/10503307.2020.1762946.",
        "Psychotherapy Research, 23, 526-538, DOI: 10.1080/10503307.2013.800950",
        "NPJ Digital Medicine, 2, 118.",
        "*PLoS ONE, 15*(2), Article e0229",
    ]
)
WHOLE = """
Yalom, I. D. (1995). *The theory and practice of group psychotherapy* (4th ed.). Basic Books.
Barber, J. P. (2013). Dynamic therapies. In M. J. Lambert (Ed.), *Handbook* (pp. 4–9). Wiley.
Johnson, S. (2019). Attachment theory in practice. New York, NY: Guilford.
Castonguay, L. G., & Hill, C. E. (Eds.) (2017). Why are some better? Washington, DC: APA.
Lambert, M. J. (2019). *The alliance* [Doctoral dissertation, University of X]. uO Research.
Lambert, M. J. (2019). The alliance in supervision [Doctoral dissertation, University of X].
Hofmann, S. G. (2022). Process-based therapy. PsyArXiv. https://doi.org/10.31234/osf.io/abc
World Health Organization. (2020). *Depression*. https://www.who.int/depression
American Psychological Association. (2020). *Publication manual* (7th ed.).
Lilienfeld, S. O. (2007). Treatments that cause harm. Perspectives on psychological science.
Fonagy, P. (2015). An update. World psychiatry : official journal of the WPA, 14(2), 137–150.
Freud, S. (1961). The ego and the id. In J. Strachey (Ed.), *The standard edition*. Hogarth.
Drapeau, M. (2014). Où en sont les thérapies? Revue québécoise de psychologie, 35(2), 1–9.
Drapeau, M. (sous presse). Où en sont les thérapies? *Revue québécoise de psychologie*.
김영희. (2020). 심리치료의 효과. 한국심리학회지, 3(2), 1–9.
王小明（2020）。心理治疗。心理学报，3（2），1–9。
""".strip().split("\n")


def missing(citation: str) -> list[str]:
    return list(missing_parts(blanked(citation, "citation"), citation))


@given(AUTHORS, DATES, TITLES, JOURNALS)
def test_whatever_apa_and_practice_allow_is_complete(
    authors: str, date: str, title: str, journal: str
) -> None:
    assert missing(f"{authors} {date} {title} {journal}") == []


@pytest.mark.parametrize("citation", WHOLE)
def test_books_chapters_theses_preprints_and_reports_are_complete(citation: str) -> None:
    assert missing(citation) == []


@given(DATES, TITLES, JOURNALS)
def test_missing_authors_are_named(date: str, title: str, journal: str) -> None:
    assert missing(f"{date} {title} {journal}") == ["authors"]


@pytest.mark.parametrize(
    ("citation", "parts"),
    [
        ("Cooper, D. (2020). *Mindfulness, 11*, 2243–2257.", ["title"]),
        ("Cooper, D. (2020). Journal of Counseling Psychology, 70(6), 682–690.", ["title"]),
        ("Cooper, D. (2023). *Psychotherapy*. Advance online publication.", ["title"]),
        ("Mindfulness and empathy among trainees in therapy. (2020). *Mind, 1*, 2.", ["authors"]),
        ("Cooper, D. (2020). Mindfulness and empathy: A systematic review.", ["source"]),
        ("Cooper, D. (2020). Mindfulness and empathy. https://doi.org/10.1037/a1", ["source"]),
        ("Cooper, D. (2020). Mindfulness and empathy. Advance online publication.", ["source"]),
        (
            "Cooper, D. (2020). Is it enough? What a therapist does with it in a session.",
            ["source"],
        ),
        ("Cooper, D. (2020).", ["title", "source"]),
        ("(2020).", ["authors", "title", "source"]),
        ("Cooper, D. 2020. Mindfulness. *Mind, 1*, 2.", ["year in brackets after the authors"]),
        ("Cooper D. Mindfulness. Mind. 2020;1:2-9.", ["year in brackets after the authors"]),
    ],
)
def test_the_missing_part_is_named(citation: str, parts: list[str]) -> None:
    assert missing(citation) == parts


@given(st.text(max_size=200))
def test_no_citation_is_too_odd(citation: str) -> None:
    missing(citation)


def test_an_incomplete_citation_is_a_warning_at_its_place(desk: Any) -> None:
    (found,) = desk.find(
        "month: 2023-12\nsummaries:\n  - title: A\n    citation: >-\n      Cooper, D. (2020).\n"
        "      *Mindfulness, 11*, 1–9.\n    summary: S\n    practice_implications: P\n",
        "N206",
    )
    assert str(found).startswith(
        "issues/2023-12.yaml:5:7: warning: the citation has no title; APA wants"
    )


def test_a_citation_without_a_year_is_told_of_that_alone(desk: Any) -> None:
    issue = desk.with_study(citation="Cooper, D. Mindfulness.")
    assert [found.code for found in desk.find(issue, "N204", "N205", "N206")] == ["N204"]
