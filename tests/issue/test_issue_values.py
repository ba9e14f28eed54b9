"""What an issue means, and what an editor may write for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issue import Issue, load_issue
from newsletter.issue.doi import doi_url, normalise_doi

Load = Callable[..., Issue]

MINIMAL = """\
month: 2023-12
summaries:
  - title: A title
    summary: A summary.
    practice_implications: Implications.
"""
SICI = "10.1002/(SICI)1097-4679(199711)53:7<655::AID-JCLP2>3.0.CO;2-F"
PLAIN = "10.1037/cou0000708"


def test_a_full_issue_has_what_was_typed(load: Load, issue_text: str) -> None:
    issue = load(issue_text)
    first, second = issue.summaries
    assert (issue.month, issue.year, issue.month_number) == ("2023-12", 2023, 12)
    assert issue.subject == "Empathy that is acted on"
    assert issue.intro == "Some words to begin with."
    assert first.citation == "Author, A. (2023). Empathy. *A Journal, 7*(1), 1–9."
    assert (first.doi, first.research_type) == (PLAIN, "Survey")
    assert first.topics == ("Empathy", "Training")
    assert second.summary == 'It\'s what "trainers" say.'


def test_a_minimal_issue_leaves_the_rest_to_the_publication(load: Load) -> None:
    issue = load(MINIMAL)
    assert (issue.subject, issue.preheader, issue.intro) == (None, None, None)
    assert (issue.language, issue.send_at) == (None, None)
    (summary,) = issue.summaries
    assert (summary.citation, summary.doi, summary.link, summary.research_type) == (None,) * 4
    assert summary.topics == ()


@pytest.mark.parametrize("empty", ["", " ''", ' ""', " '  '", " |\n\n", " # nothing yet"])
def test_an_optional_key_left_empty_counts_as_absent(load: Load, empty: str) -> None:
    top = ("subject", "preheader", "intro", "language", "send_at")
    below = ("citation", "doi", "link", "research_type", "topics")
    keys = "".join(f"{key}:{empty}\n" for key in top)
    fields = "".join(f"    {key}:{empty}\n" for key in below)
    assert load(keys + MINIMAL + fields) == load(MINIMAL)


@pytest.mark.parametrize(
    "text",
    ["null", "~", "No", "yes", "true", "12:30", "1e3", "0x10", "2022-11-15", "10.1037", "="],
)
def test_a_title_that_looks_like_something_else_stays_text(load: Load, text: str) -> None:
    assert load(MINIMAL.replace("A title", text)).summaries[0].title == text


def test_all_texts_of_an_issue_stay_text(load: Load) -> None:
    top = "subject: No\npreheader: 12:30\nintro: 1e3\n"
    issue = load(f"{top}{MINIMAL}    citation: 2022-11-15\n")
    assert (issue.subject, issue.preheader, issue.intro) == ("No", "12:30", "1e3")
    assert issue.summaries[0].citation == "2022-11-15"


@pytest.mark.parametrize("month", ["2023-12", "'2023-12'", '"2023-12"', "&m 2023-12\nsubject: *m"])
def test_a_month_may_be_quoted(load: Load, month: str) -> None:
    assert load(MINIMAL.replace("2023-12", month)).month == "2023-12"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_files_of_all_editors_mean_the_same(
    load: Load, issue_text: str, mark: str, end: str
) -> None:
    assert load(mark + issue_text.replace("\n", end)) == load(issue_text)


@pytest.mark.parametrize(
    "text",
    ["“Empathy” isn’t soft", "👩🏽‍⚕️ and 🧠", "אמפתיה בטיפול", "التعاطف", "Fagerna\u0308s", "共感"],
)
def test_text_of_any_script_is_kept(load: Load, text: str) -> None:
    issue = load(MINIMAL.replace("A title", text).replace("A summary.", f"|\n      {text}"))
    assert (issue.summaries[0].title, issue.summaries[0].summary) == (text, text)


def test_placeholders_in_a_text_stay_as_typed(load: Load) -> None:
    issue = load(MINIMAL.replace("A summary.", "|\n      {{ reader.email }} {% if x %}"))
    assert issue.summaries[0].summary == "{{ reader.email }} {% if x %}"


def test_a_block_loses_blank_lines_around_it_and_keeps_its_indentation(load: Load) -> None:
    issue = load(MINIMAL.replace("A summary.", "|2\n\n\n        code\n\n      - x\n\n\n"))
    assert issue.summaries[0].summary == "  code\n\n- x"


def test_a_title_in_a_folded_block_is_one_line(load: Load) -> None:
    title = ">-\n      Is empathic accuracy\n      enough?"
    assert load(MINIMAL.replace("A title", title)).summaries[0].title == (
        "Is empathic accuracy enough?"
    )


def test_a_title_in_a_block_of_one_line_is_fine(load: Load) -> None:
    issue = load(MINIMAL.replace("A title", "|\n      Is it enough?"))
    assert issue.summaries[0].title == "Is it enough?"


def test_tabs_in_a_line_become_spaces(load: Load) -> None:
    issue = load(MINIMAL.replace("A title", '"Is\\tit   enough?"'))
    assert issue.summaries[0].title == "Is it   enough?"


def test_runs_of_spaces_in_a_text_are_markdowns_affair(load: Load) -> None:
    issue = load(MINIMAL.replace("A summary.", "|\n      a  b  \n      c"))
    assert issue.summaries[0].summary == "a  b  \nc"


def test_anchors_and_aliases_of_modest_size_are_fine(load: Load) -> None:
    issue = load(
        MINIMAL.replace("A title", "&t A title") + "    citation: *t\n    topics: &u [Empathy]\n"
        "  - title: B\n    topics: *u\n    summary: x\n    practice_implications: y\n"
    )
    assert issue.summaries[0].citation == "A title"
    assert issue.summaries[1].topics == ("Empathy",)


@pytest.mark.parametrize(
    "typed",
    [
        "2023-12-05 09:30",
        "2023-12-05T09:30",
        "'2023-12-05 09:30'",
        '"2023-12-05 09:30 "',
    ],
)
def test_a_moment_is_read_with_a_space_or_a_t(load: Load, typed: str) -> None:
    assert load(f"send_at: {typed}\n{MINIMAL}").send_at == datetime(2023, 12, 5, 9, 30)


def test_a_moment_that_is_one_already_is_taken_as_it_is(load: Load) -> None:
    moment = datetime(2023, 12, 5, 9)
    fields = load(MINIMAL).model_dump() | {"send_at": moment}
    assert Issue.model_validate(fields).send_at == moment


@pytest.mark.parametrize(
    "typed",
    [
        PLAIN,
        f"https://doi.org/{PLAIN}",
        f"http://doi.org/{PLAIN}",
        f"https://dx.doi.org/{PLAIN}",
        f"http://dx.doi.org/{PLAIN}",
        f"HTTPS://DOI.ORG/{PLAIN}",
        f"https://www.doi.org/{PLAIN}",
        f"doi.org/{PLAIN}",
        f"doi:{PLAIN}",
        f'"doi: {PLAIN}"',
        f'"DOI: {PLAIN}"',
        f"DOI:{PLAIN}",
        f"https://doi.org/{quote(PLAIN, safe='')}",
        f'" {PLAIN} "',
    ],
)
def test_a_doi_is_read_in_all_its_spellings(load: Load, typed: str) -> None:
    assert load(f"{MINIMAL}    doi: {typed}\n").summaries[0].doi == PLAIN


@pytest.mark.parametrize(
    "typed",
    [
        SICI,
        f"doi:{SICI}",
        f"https://doi.org/{SICI}",
        f"https://doi.org/{quote(SICI)}",
        f"https://doi.org/{quote(SICI, safe='')}",
    ],
)
def test_a_doi_with_brackets_keeps_them(load: Load, typed: str) -> None:
    assert load(f"{MINIMAL}    doi: {typed}\n").summaries[0].doi == SICI


@pytest.mark.parametrize("doi", ["10.1000.10/123", "10.123456789/x", "10.1234/a%20b", "10.1234/é"])
def test_an_unusual_doi_is_kept_as_it_is(doi: str) -> None:
    assert normalise_doi(doi) == doi


@pytest.mark.parametrize("wrong", ["10.123/x", "11.1234/x", "10.1234/", "10.1234", "", "doi:", "x"])
def test_what_is_no_doi_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a DOI"):
        normalise_doi(wrong)


def test_the_address_of_a_doi_has_no_character_that_ends_a_link() -> None:
    assert doi_url(SICI) == (
        "https://doi.org/10.1002/(SICI)1097-4679(199711)53:7%3C655::AID-JCLP2%3E3.0.CO;2-F"
    )


DOIS = (
    st.text(
        st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="\ufffd"),
        min_size=1,
    )
    .map("10.1234/{}".format)
    .filter(lambda doi: doi[-1] not in ".,;")
)


@given(doi=DOIS)
def test_a_doi_comes_back_from_its_own_address(doi: str) -> None:
    assert normalise_doi(doi_url(doi)) == normalise_doi(doi) == doi


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("http://example.org", "http://example.org"),
        ("https://EXAMPLE.org/Study?id=1#top", "https://example.org/Study?id=1#top"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://example.org:8443/a(b)", "https://example.org:8443/a(b)"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("https://example.org//a", "https://example.org//a"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        ("http://192.0.2.1/a", "http://192.0.2.1/a"),
        ("'https://example.org/\"><b>'", "https://example.org/%22%3E%3Cb%3E"),
    ],
)
def test_a_link_is_made_fit_for_a_mail(load: Load, typed: str, link: str) -> None:
    assert load(f"{MINIMAL}    link: {typed}\n").summaries[0].link == link


def test_without_a_vocabulary_any_topic_and_type_is_accepted(publication: Any) -> None:
    settings = publication.root / "newsletter.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text[: text.index("topics:")], encoding="utf-8")
    path = publication.write_issue(f"{MINIMAL}    topics: [Zebras]\n    research_type: Poem\n")
    (summary,) = load_issue(path, publication.config()).issue.summaries
    assert (summary.topics, summary.research_type) == (("Zebras",), "Poem")


def test_a_loaded_issue_knows_where_its_parts_stand(publication: Any) -> None:
    path = publication.root / "issues" / "2023-12.yaml"
    file = load_issue(path, publication.config())
    assert file.path == path
    assert file.source.path == "issues/2023-12.yaml"
    assert file.source.place("summaries", 1, "title") == (15, 12)


def test_an_issue_outside_the_publication_is_shown_by_its_whole_path(
    publication: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("elsewhere") / "2023-12.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert load_issue(path, publication.config()).source.path == str(path)


WORDS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1
).filter(str.strip)
LINES = st.lists(WORDS, min_size=1).map("\n".join).filter(str.strip)
SUMMARIES = st.fixed_dictionaries(
    {"title": WORDS, "summary": LINES, "practice_implications": LINES},
    optional={"citation": WORDS},
)
ISSUES = st.fixed_dictionaries(
    {"summaries": st.lists(SUMMARIES, min_size=1, max_size=4)},
    optional={"subject": WORDS, "preheader": WORDS, "intro": LINES},
)


@given(fields=ISSUES)
def test_any_issue_gives_back_the_texts_that_were_typed(load: Load, fields: dict[str, Any]) -> None:
    issue = load(json.dumps({"month": "2023-12", **fields}, ensure_ascii=False))
    read = issue.model_dump(exclude_none=True, exclude_defaults=True)
    assert _meant(read) == _meant({"month": "2023-12", **fields})


def _meant(fields: dict[str, Any]) -> dict[str, Any]:
    """Without the blanks around texts, nor more than one between the words of a line."""
    return {
        key: [_meant(part) for part in value]
        if key == "summaries"
        else value.strip()
        if key in ("intro", "summary", "practice_implications")
        else re.sub(" +", " ", value.strip())
        for key, value in fields.items()
    }


@pytest.mark.parametrize("end", [".", ",", ";"])
def test_a_doi_does_not_end_in_the_citations_punctuation(end: str) -> None:
    with pytest.raises(ValueError, match="remove it"):
        normalise_doi(f"{PLAIN}{end}")


def test_what_follows_the_address_of_a_doi_is_left_out() -> None:
    assert normalise_doi(f"https://doi.org/{PLAIN}?utm_source=x#top") == PLAIN
