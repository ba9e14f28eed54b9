"""Citations by DOI, from a server on this machine that answers as Crossref does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from gzip import compress
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from newsletter import __version__
from newsletter.issue.lookup import Patience, Study, is_grave, look_up, notice_lines
from newsletter.issue.lookup.locale import csl_locale

TODAY = date(2024, 1, 2)
SICI = "10.1002/(SICI)1097-4679(199901)55:1<1::AID-JCLP1>3.0.CO;2-X"
DOI = "10.1037/cou0000708"
TITLE = "Is empathic accuracy enough?"
CITATION = "Müller, Å. (2023). Is empathic accuracy enough? Journal of Öxamples, 70(6), 682–690."
QUICK = Patience(connect=1, answer=1, between=0, longest_wait=2)
Find = Callable[..., list[Study]]


@pytest.fixture
def known(crossref: Any) -> Any:
    """The server, which knows one study."""
    crossref.add(DOI, TITLE, f"{CITATION} https://doi.org/{DOI}\n", issued={"date-parts": [[2023]]})
    return crossref


@pytest.fixture
def find(publication: Any, crossref: Any) -> Find:
    """Looks DOIs up, for a publication whose servers are this one."""
    file = publication.root / "newsletter.yaml"
    file.write_text(file.read_text("utf-8") + crossref.settings, "utf-8")

    def finding(*dois: str, patience: Patience = QUICK, **settings: Any) -> list[Study]:
        config = publication.config().model_copy(update=settings)
        return list(look_up(dois, config, TODAY, patience))

    return finding


@pytest.fixture
def shelf(publication: Any) -> Path:
    """The file in which the study is kept."""
    return publication.root / ".cache" / "citations" / "10.1037%2Fcou0000708.json"


def test_title_year_and_citation_are_found_and_the_doi_is_moved_out(find: Find, known: Any) -> None:
    assert find(DOI) == [
        Study(DOI, title=TITLE, citation=CITATION, year=2023, asked_on=TODAY)
    ]  # fmt: skip


def test_it_is_asked_who_asks_and_for_what(find: Find, known: Any) -> None:
    find(DOI)
    works, doi, transform = known.asked
    assert (works.route, doi.route, transform.route) == ("works", "doi", "transform")
    assert works.path == f"/works/{DOI}?mailto=ed%40a.example"
    for question in (doi, transform):
        assert question.headers["Accept"] == "text/x-bibliography; style=apa; locale=en-US"
    for question in known.asked:
        assert question.headers["User-Agent"] == (
            f"newsletter/{__version__} (https://news.digest.example; mailto:ed@a.example)"
        )


@pytest.mark.parametrize("doi", [SICI, "10.1000/a?b#c%20d", "10.1000/ä&b", "10.1000/a//b"])
def test_a_doi_arrives_to_the_letter(doi: str, find: Find, known: Any) -> None:
    known.add(doi, "Odd", f"A. (1999). Odd. https://doi.org/{doi}")
    (study,) = find(doi)
    assert (study.title, study.citation) == ("Odd", "A. (1999). Odd.")
    assert {question.doi for question in known.asked} == {doi}


def test_a_study_is_asked_for_once(find: Find, known: Any, shelf: Path) -> None:
    before = find(DOI)
    assert json.loads(shelf.read_bytes())["doi"] == DOI
    known.instead["works"] = known.instead["doi"] = known.instead["transform"] = []
    known.asked.clear()
    assert find(DOI) == before
    assert find(DOI.upper())[0].title == TITLE
    assert known.asked == []


def test_a_kept_study_needs_no_network(find: Find, known: Any) -> None:
    before = find(DOI)
    known.shutdown()
    known.server_close()
    assert find(DOI) == before


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff", b'{"doi": "10.1/x"}', b"\0" * 100]
)
def test_a_broken_entry_is_passed_over_and_written_anew(
    content: bytes, find: Find, known: Any, shelf: Path
) -> None:
    before = find(DOI)
    whole = shelf.read_bytes()
    shelf.write_bytes(content)
    assert find(DOI) == before
    assert shelf.read_bytes() == whole
    assert list(shelf.parent.iterdir()) == [shelf]


def test_a_citation_in_another_language_is_asked_for_anew(find: Find, known: Any) -> None:
    find(DOI)
    known.asked.clear()
    find(DOI, language="fr-CA")
    assert known.asked[-1].headers["Accept"].endswith("locale=fr-CA")


def test_what_could_not_be_found_whole_is_not_kept(
    find: Find, known: Any, shelf: Path, reply: Any
) -> None:
    known.instead["transform"] = [reply(500)]
    find(DOI)
    assert not shelf.exists()


def test_where_nothing_can_be_kept_all_is_found_nevertheless(
    find: Find, known: Any, publication: Any
) -> None:
    (publication.root / ".cache").write_text("in the way")
    assert find(DOI)[0].citation == CITATION


def test_a_very_long_doi_is_kept_as_well(find: Find, known: Any, shelf: Path) -> None:
    doi = "10.1000/" + "x" * 400
    known.add(doi, "Long", "A. (1999). Long.")
    assert find(doi) == find(doi)
    assert len(list(shelf.parent.iterdir())) == 1


def test_several_studies_are_asked_for_one_at_a_time_and_not_in_haste(
    find: Find, known: Any
) -> None:
    known.add("10.1000/b", "B", "B. (2000). B.")
    patience = Patience(answer=5, between=0.3)
    assert [study.title for study in find(DOI, "10.1000/b", patience=patience)] == [TITLE, "B"]
    moments = [question.at for question in known.asked]
    # The server's clock: a busy machine may hear one question late, and the next in time.
    assert min(b - a for a, b in pairwise(moments)) >= 0.2
    assert known.at_once == 1


def test_in_earnest_there_are_no_more_than_two_questions_a_second() -> None:
    assert Patience().between >= 0.5
    assert (Patience().connect, Patience().answer) == (5, 10)


def test_the_server_s_own_pace_is_kept(find: Find, known: Any, reply: Any) -> None:
    limits = {"X-Rate-Limit-Limit": "2", "X-Rate-Limit-Interval": "1s"}
    known.instead["works"] = [reply(200, b'{"message": {"title": ["T"]}}', limits)]
    find(DOI)
    works, doi, transform = (question.at for question in known.asked)
    assert doi - works >= 0.4
    assert transform - doi >= 0.4


UNREACHED = "could not be reached; check the network"
SILENT = "did not answer within 1 s; try again later"
UNKNOWN = "had no record of it; compare the DOI with the article's own"
NONE = "answered with something that is none; try again later"
PAGE = "answered with a web page; try again later"
BROKEN = "broke off its answer; try again later"
PAGE_BODY = b"\n<!DOCTYPE html><html><body>Please log in</body></html>"
TRUNCATED = {"Content-Length": "1000"}
FAILURES: list[tuple[str, dict[str, Any], str]] = [
    ("works", {"status": 404}, UNKNOWN),
    ("works", {"status": 500}, "refused to answer (HTTP 500); try again later"),
    ("works", {"status": 403}, "refused to answer (HTTP 403); try again later"),
    ("works", {"status": 304}, "refused to answer (HTTP 304); try again later"),
    ("works", {"body": PAGE_BODY}, PAGE),
    ("works", {"body": b""}, NONE),
    ("works", {"body": b'{"message": {"title": ["Is emp'}, NONE),
    ("works", {"body": b'{"message": {"title": ["Is emp', "headers": TRUNCATED}, BROKEN),
    ("works", {"body": b"[" * 100_000}, NONE),
    ("works", {"body": b'{"status": "failed"}'}, NONE),
    ("works", {"body": b'{"message": []}'}, NONE),
    ("works", {"body": b'{"message": {"title": ["\\ud800"]}}'}, NONE),
    ("works", {"body": b'{"message": {"title": ["\xff"]}}'}, NONE),
    ("works", {"body": b'{"message": {"title": ["%s"]}}' % (b"x" * 9000)}, NONE),
    ("works", {"body": b'{"message": {}}'}, "had none for it; take it from the article"),
    ("works", {"body": b'{"message": {"title": []}}'}, "had none for it; take it from the article"),
    ("works", {"body": b" " * 6_000_000}, "answered with more than 5,000,000 bytes"),
    ("works", {"delay": 9}, SILENT),
    ("works", {"body": b" " * 100, "drip": 0.2}, SILENT),
    ("doi", {"status": 404, "body": PAGE_BODY}, UNKNOWN),
    ("doi", {"status": 302}, "refused to answer (HTTP 302); try again later"),
    ("doi", {"status": 302, "headers": {"Location": "ftp://a.example/"}}, "led away from the web"),
    ("doi", {"status": 302, "headers": {"Location": "file:///etc/hosts"}}, "led away from the web"),
    ("doi", {"status": 302, "headers": {"Location": "http://[::1"}}, BROKEN),
    ("doi", {"body": PAGE_BODY}, PAGE),
    ("transform", {"status": 406}, "refused to answer (HTTP 406); try again later"),
    ("transform", {"body": PAGE_BODY}, PAGE),
    ("transform", {"body": b"\xff\xfeA"}, NONE),
    ("transform", {"body": b" \n "}, NONE),
    ("transform", {"body": b'{"DOI": "10.1037/cou0000708"}'}, NONE),
    ("transform", {"body": b"A" * 6_000}, NONE),
    ("transform", {"body": b"A" * 200_000}, "answered with more than 100,000 bytes"),
    ("transform", {"body": compress(b"A"), "headers": {"Content-Encoding": "gzip"}}, NONE),
    ("transform", {"delay": 9}, SILENT),
]


@pytest.mark.parametrize(("route", "wrong", "reason"), FAILURES)
def test_what_goes_wrong_is_one_sentence_and_the_rest_is_found(
    route: str, wrong: dict[str, Any], reason: str, find: Find, known: Any, reply: Any
) -> None:
    known.instead[route] = [reply(**wrong)]
    begun = monotonic()
    (study,) = find(DOI)
    assert monotonic() - begun < 4
    missing, found = ("title", "citation") if route == "works" else ("citation", "title")
    if reason == SILENT and route == "works":  # the same server is not asked again
        assert study.problems == (f"{DOI}: no title and no citation: {known.host} {SILENT}",)
        return
    assert study.problems == (f"{DOI}: no {missing}: {known.host} {reason}",)
    assert (getattr(study, missing), getattr(study, found)) == (
        "",
        TITLE if found == "title" else CITATION,
    )


def test_without_a_network_one_sentence_names_both_servers(find: Find, publication: Any) -> None:
    config = publication.config()
    nowhere = config.crossref.model_copy(
        update={"base_url": "http://127.0.0.1:9", "doi_url": "http://localhost:9"}
    )
    first, second = find(DOI, "10.1000/b", crossref=nowhere)
    told = f"no title and no citation: 127.0.0.1:9 and localhost:9 {UNREACHED}"
    assert first.problems == (f"{DOI}: {told}",)
    assert second.problems == (f"10.1000/b: {told}",)
    assert (first.title, first.citation, first.asked_on) == ("", "", None)


def test_a_name_that_is_no_host_is_told(find: Find, publication: Any) -> None:
    config = publication.config()
    nowhere = config.crossref.model_copy(update={"base_url": "http://nowhere.invalid"})
    (study,) = find(DOI, crossref=nowhere, patience=Patience(answer=5))
    assert study.problems[0].startswith(f"{DOI}: no title: nowhere.invalid ")


def test_a_server_that_keeps_silent_is_not_asked_again(find: Find, known: Any, reply: Any) -> None:
    known.instead["works"] = [reply(delay=9)]
    find(DOI, "10.1000/b", "10.1000/c")
    assert len(known.asked) == 1


def test_an_unknown_doi_is_told_once(find: Find, known: Any) -> None:
    (study,) = find("10.1000/nothing")
    assert study.problems == (f"10.1000/nothing: no title and no citation: {known.host} {UNKNOWN}",)


def test_addresses_that_lead_in_a_circle_have_an_end(find: Find, known: Any, reply: Any) -> None:
    known.instead["doi"] = [reply(302, headers={"Location": f"/{DOI}"})]
    (study,) = find(DOI)
    assert study.problems[0].endswith("led from address to address without end")
    assert len(known.asked) < 10


def _in_seconds(seconds: int) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wish", ["1", None, "date"])
def test_a_server_that_asks_for_patience_is_given_it(
    status: int, wish: str | None, find: Find, known: Any, reply: Any
) -> None:
    headers = {} if wish is None else {"Retry-After": _in_seconds(2) if wish == "date" else wish}
    known.instead["transform"] = [reply(status, headers=headers), *_truth(known, reply)]
    (study,) = find(DOI, patience=Patience(between=0))
    assert (study.problems, study.citation) == ((), CITATION)
    before, after = (each.at for each in known.asked if each.route == "transform")
    assert after - before >= (0.5 if wish == "date" else 0.99)


def _truth(known: Any, reply: Any) -> list[Any]:
    return [reply(200, known.citations[DOI].encode())]


@pytest.mark.parametrize(
    ("wish", "questions"), [("3600", 1), ("-1", 2), ("soon", 2), ("0", 3), ("1" * 400, 2)]
)
def test_patience_has_an_end(wish: str, questions: int, find: Find, known: Any, reply: Any) -> None:
    known.instead["works"] = [reply(429, headers={"Retry-After": wish})]
    one, other = find(DOI, "10.1000/b")
    told = "asked for patience (HTTP 429); try again later"
    assert one.problems == (f"{DOI}: no title and no citation: {known.host} {told}",)
    assert other.problems == (f"10.1000/b: no title and no citation: {known.host} {told}",)
    assert len(known.asked) == questions


RETRACTED = {
    "DOI": "10.1037/ret0000001",
    "type": "retraction",
    "label": "Retraction",
    "source": "retraction-watch",
    "updated": {"date-parts": [[2023, 5, 4]]},
}


def test_a_retraction_is_noticed(find: Find, known: Any) -> None:
    known.works[DOI]["updated-by"] = [RETRACTED, RETRACTED | {"source": "publisher"}]
    (study,) = find(DOI)
    (line,) = notice_lines(study.notices)
    assert line == (
        "warning: this study was retracted (10.1037/ret0000001, 2023-05-04, from Retraction "
        "Watch); tell readers so, or choose another"
    )
    assert find(DOI) == [study], "also from the shelf"


@pytest.mark.parametrize(
    ("kind", "grave", "words"),
    [
        ("retraction", True, "was retracted"),
        ("Retraction", True, "was retracted"),
        ("partial_retraction", True, "was retracted in part"),
        ("partial-retraction", True, "was retracted in part"),
        ("withdrawal", True, "was withdrawn"),
        ("removal", True, "was removed"),
        ("expression_of_concern", True, "has an expression of concern"),
        ("correction", False, "has a later correction"),
        ("new_version", False, "has a later new version"),
        ("", False, "has a later notice without a type"),
    ],
)
def test_each_kind_of_notice_has_its_words(
    kind: str, grave: bool, words: str, find: Find, known: Any
) -> None:
    known.works[DOI]["updated-by"] = [{"type": kind, "DOI": "10.1/n\x1b[31m\n"}]
    (study,) = find(DOI)
    (line,) = notice_lines(study.notices)
    assert f"this study {words} (10.1/n[31m);" in line
    assert [is_grave(notice) for notice in study.notices] == [grave]


@pytest.mark.parametrize(
    ("message", "title", "year"),
    [
        ({"title": ["A", "Übersetzt"], "issued": {"date-parts": [[2020, 1]]}}, "A", 2020),
        ({"title": ["A"], "subtitle": ["B study"]}, "A: B study", None),
        ({"title": ["A?"], "subtitle": ["B study"]}, "A? B study", None),
        ({"title": ["A: B study"], "subtitle": ["b study"]}, "A: B study", None),
        ({"title": ["A"], "subtitle": []}, "A", None),
        ({"title": "A"}, "A", None),
        ({"title": [None, " ", "A"]}, "A", None),
        ({"title": ["A"], "issued": {"date-parts": [[None]]}}, "A", None),
        ({"title": ["A"], "issued": None, "updated-by": None}, "A", None),
        (
            {
                "title": ["A"],
                "issued": {"date-parts": [[None]]},
                "published": {"date-parts": [[2019]]},
            },
            "A",
            2019,
        ),
        ({"title": ["\n   The <i>p</i>\n  value &amp; more  "]}, "The *p* value & more", None),
    ],
)
def test_records_of_many_forms_are_read(
    message: dict[str, Any], title: str, year: int | None, find: Find, known: Any
) -> None:
    known.works[DOI] = message
    (study,) = find(DOI)
    assert (study.title, study.year) == (title, year)


def test_another_doi_in_the_citation_is_noticed(find: Find, known: Any) -> None:
    known.citations[DOI] = "A. (2023). B. https://doi.org/10.1037/other"
    (study,) = find(DOI)
    assert (study.citation, study.other_doi) == ("A. (2023). B.", "10.1037/other")


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("en-CA", "en-US"),
        ("en-GB", "en-GB"),
        ("en", "en-US"),
        ("FR-ca", "fr-CA"),
        ("fr-BE", "fr-FR"),
        ("de", "de-DE"),
        ("zz", "en-US"),
    ],
)
def test_citations_are_asked_for_in_the_nearest_language(language: str, locale: str) -> None:
    assert csl_locale(language) == locale
