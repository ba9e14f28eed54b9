"""DOIs that will not resolve, and DOIs where they do not belong."""

from __future__ import annotations

from typing import Any

import pytest

CITATION = "Cooper, D. (2020). A title. *A Journal, 7*(1), 1–9. {}"


@pytest.mark.parametrize(
    ("doi", "said_of_it"),
    [
        ("10.3389/fpsyg.2020.00001/full", "'/full' belongs to the page's address"),
        ("10.1002/cpp.2028/abstract", "'/abstract' belongs"),
        ("10.1371/journal.pone.0229.pdf", "'.pdf' belongs"),
        ("10.1080/10503307.2020.1762946?journalCode=tpsr20", "'?journalCode=tpsr20' belongs"),
        ("10.1002/cpp.2028#section", "'#section' belongs"),
        ("10.1016/j.cpr.2019.101810)", "its '()' do not pair"),
        ("10.1016/S0140-6736(97", "its '()' do not pair"),
        ("10.1016/j.cpr.2019.101810]", "its '[]' do not pair"),
        ("10.1016/j.cpr–2019", "'–' is a typographic dash"),
        ("10.1016/j.cpr.20…", "'…' stands for the rest"),
        ("10.1037/cou0000708”", "'”' occurs in no DOI"),
        ("10.1037/cou0000708/", "it ends in '/'"),
        ("10.1037/10.1037/cou0000708", "two addresses"),
        ("10.1037/coué0000708", "'é' occurs in no DOI"),
    ],
)
def test_a_doi_that_cannot_be_right_is_told_why(desk: Any, doi: str, said_of_it: str) -> None:
    found = desk.find(desk.with_study(doi=doi), "N203")
    assert len(found) == 1
    assert said_of_it in found[0].message


@pytest.mark.parametrize(
    "doi",
    [
        "10.1037/cou0000708",
        "10.1037/COU0000708",
        "doi:10.1037/cou0000708",
        "https://doi.org/10.1037/cou0000708",
        "10.1002/(SICI)1097-4679(199901)55:1<1::AID-JCLP1>3.0.CO;2-D",
        "10.1016/S0140-6736(97)11096-0",
        "10.1192/bjp.bp.112.113944",
        "10.1007/s12671-020-01425-3",
        "10.31234/osf.io/abcde",
        "10.1037/0000191-000",
        "10.1001/jamapsychiatry.2016.3284",
        "10.1176/appi.ajp.2007.164.3.487",
        "10.1093/acprof:oso/9780199.001.0001",
        "10.1016/0005-7967(88)90150-3",
        "10.1521/pdps.2014.42.3.421",
        "10.1080/10503307.2013.800950",
        "10.5334/cpsy.15",
    ],
)
def test_dois_as_publishers_make_them_are_fine(desk: Any, doi: str) -> None:
    assert desk.find(desk.with_study(doi=doi), "N203") == []


@pytest.mark.parametrize(
    ("doi", "in_citation", "codes"),
    [
        ("10.1037/cou0000708", "", []),
        ("10.1037/cou0000708", "https://doi.org/10.1037/cou0000708.", ["N207"]),
        ("10.1037/cou0000708", "doi: 10.1037/COU0000708", ["N207"]),
        ("10.1037/cou0000708", "https://dx.doi.org/10.1037/cou0000798", ["N208"]),
        ("10.1016/S0140-6736(97)11096-0", "(10.1016/S0140-6736(97)11096-0)", ["N207"]),
        (None, "https://doi.org/10.1037/cou0000708", ["N207"]),
    ],
)
def test_a_doi_in_the_citation_is_told(
    desk: Any, doi: str | None, in_citation: str, codes: list[str]
) -> None:
    issue = desk.with_study(doi=doi, citation=CITATION.format(in_citation))
    assert [each.code for each in desk.find(issue, "N207", "N208")] == codes


def test_dois_that_disagree_are_both_quoted(desk: Any) -> None:
    issue = desk.with_study(citation=CITATION.format("https://doi.org/10.1037/cou0000798."))
    (found,) = desk.find(issue, "N208")
    assert (found.severity, found.message) == (
        "warning",
        "the citation's DOI '10.1037/cou0000798' is not '10.1037/cou0000708'; which is right?",
    )


def test_a_link_that_is_a_doi_is_told(desk: Any) -> None:
    issue = desk.with_study(doi=None, link="https://doi.org/10.1037/cou0000708")
    (found,) = desk.find(issue, "N207")
    assert found.message == "this link is a DOI; write it as 'doi'"


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ({}, []),
        ({"citation": None}, ["N201"]),
        ({"doi": None}, ["N202"]),
        ({"doi": None, "link": "https://a.example/study"}, []),
        ({"doi": None, "citation": None}, ["N201", "N202"]),
        ({"doi": None, "citation": CITATION.format("https://doi.org/10.1037/cou0000708")}, []),
    ],
)
def test_readers_can_find_the_study(desk: Any, keys: dict[str, Any], codes: list[str]) -> None:
    found = desk.find(desk.with_study(**keys), "N201", "N202")
    assert [each.code for each in found] == codes
    assert [each.severity for each in found] == [
        {"N201": "warning", "N202": "note"}[code] for code in codes
    ]
