"""What an editor may get wrong, each with the line, the column and the fix.

Each case edits the publication's sound issue; '‸' stands before the place that must be
named, and what is named must be all that is named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from newsletter.yaml_source import Finding

Refused = Callable[..., list[Finding]]
Unmarked = Callable[[str], tuple[str, list[tuple[int, int]]]]

# Texts of the sound issue that cases replace.
MONTH = "month: 2023-12\n"
SUBJECT = "subject: Empathy that is acted on\n"
INTRO = "intro: |\n  Some words to begin with.\n"
TITLE = "  - title: Does empathy help?\n"
CITATION = "    citation: Author, A. (2023). Empathy. *A Journal, 7*(1), 1–9.\n"
DOI = "    doi: 10.1037/cou0000708\n"
TYPE = "    research_type: Survey\n"
TOPICS = "    topics: [Empathy, Training]\n"
SUMMARY = "    summary: |\n      A team studied it.\n"
IMPLICATIONS = "    practice_implications: |\n      Ask your patients.\n"
SECOND = "  - title: Does training help?\n"

MISSING_AND_EMPTY = {
    "no month": ((MONTH, ""), (SUBJECT, f"‸{SUBJECT}"), "'month' is missing; add it"),
    "an empty month": ((MONTH, "‸month:\n"), "'month' is empty; fill it in"),
    "no title": ((TITLE + CITATION, "  - ‸" + CITATION.lstrip()), "'title' is missing; add it"),
    "an empty title": ((TITLE, "  - ‸title:\n"), "'title' is empty; fill it in"),
    "a title of two quotes": ((TITLE, '  - ‸title: ""\n'), "'title' is empty; fill it in"),
    "a title of spaces": ((TITLE, "  - ‸title: '  '\n"), "'title' is empty; fill it in"),
    "a title that is a comment": (
        (TITLE, "  - ‸title: #1 of three\n"),
        "'title' is empty; fill it in (text that begins with '#' needs quotes)",
    ),
    "no summary": (
        (SUMMARY, ""),
        ("- title: Does empathy", "- ‸title: Does empathy"),
        "'summary' is missing; add it",
    ),
    "an empty summary": ((SUMMARY, "    ‸summary:\n"), "'summary' is empty; fill it in"),
    "a blank block": ((SUMMARY, "    ‸summary: |\n\n      \n"), "'summary' is empty; fill it in"),
    "no practice implications": (
        (IMPLICATIONS, ""),
        ("- title: Does empathy", "- ‸title: Does empathy"),
        "'practice_implications' is missing; add it",
    ),
    "empty practice implications": (
        (IMPLICATIONS, "    ‸practice_implications: |\n"),
        "'practice_implications' is empty; fill it in",
    ),
    "an empty topic": (
        (TOPICS, "    topics:\n      - Empathy\n      -‸\n"),
        "an entry of 'topics' is empty; fill it in",
    ),
    "a topic of two quotes": (
        (TOPICS, "    topics: [Empathy, ‸'']\n"),
        "an entry of 'topics' is empty; fill it in",
    ),
    "an empty entry of the summaries": (
        (SECOND, f"  -‸\n{SECOND}"),
        "an entry of 'summaries' is empty; fill it in",
    ),
}

WRONG_KINDS = {
    "a title that is a list": ((TITLE, "  - title: ‸[x]\n"), "'title' must be text, not a list"),
    "a title that is a mapping": (
        (TITLE, "  - title:\n      ‸x: y\n"),
        "'title' must be text, not a mapping",
    ),
    "a title over two lines": (
        (TITLE, "  - title: ‸|\n      Does it\n      help?\n"),
        "'title': this must be on one line",
    ),
    "a title over two lines by an escape": (
        (TITLE, '  - title: ‸"Does it\\nhelp?"\n'),
        "'title': this must be on one line",
    ),
    "a subject over two lines": (
        (SUBJECT, "subject: ‸|\n  Empathy\n  acts\n"),
        "'subject': this must be on one line",
    ),
    "a month that is a list": ((MONTH, "month: ‸[2023-12]\n"), "'month' must be text, not a list"),
    "an intro that is a mapping": (
        (INTRO, "intro:\n  ‸Some words: to begin with\n"),
        "'intro' must be text, not a mapping",
    ),
    "a moment that is a list": (
        (SUBJECT, "send_at: ‸[2023-12-05]\n"),
        "'send_at' must be text, not a list",
    ),
    "topics that are a text": (
        (TOPICS, "    topics: ‸Empathy\n"),
        "'topics' must be a list, not text; write '- ' before each entry",
    ),
    "topics that are a mapping": (
        (TOPICS, "    topics: ‸{Empathy: Training}\n"),
        "'topics' must be a list, not a mapping",
    ),
    "a topic that is a list": (
        (TOPICS, "    topics: [Empathy, ‸[Training]]\n"),
        "each entry of 'topics' must be text, not a list",
    ),
    "topics with a colon": (
        (TOPICS, "    topics:\n      - ‸Empathy: and\n"),
        "each entry of 'topics' must be text, not a mapping",
    ),
    "a summary that is a mapping": (
        (SUMMARY, "    summary:\n      ‸text: A team\n"),
        "'summary' must be text, not a mapping",
    ),
    "a summary that is a list": (
        (SUMMARY, "    summary:\n      ‸- A team studied it.\n"),
        "'summary' must be text, not a list",
    ),
    "an entry that is a text": (
        (SECOND, f"  - ‸Does it help?\n{SECOND}"),
        "each entry of 'summaries' must be a mapping of keys to values, not text",
    ),
    "an entry that is a list": (
        (SECOND, f"  - ‸[title, summary]\n{SECOND}"),
        "each entry of 'summaries' must be a mapping of keys to values, not a list",
    ),
}

WRONG_VALUES = {
    "a month in words": ((MONTH, "month: ‸December 2023\n"), "is not a month; write one such as"),
    "a thirteenth month": ((MONTH, "month: ‸2023-13\n"), "'2023-13' is not a month"),
    "a month of one digit": ((MONTH, "month: ‸2023-1\n"), "'2023-1' is not a month"),
    "a day": ((MONTH, "month: ‸2023-12-05\n"), "'2023-12-05' is not a month"),
    "a month in other digits": ((MONTH, "month: ‸2٠23-12\n"), "'2٠23-12' is not a month"),
    "a month in the far past": ((MONTH, "month: ‸0023-12\n"), "'0023-12' is not a month"),
    "another month than the file's": (
        (MONTH, "month: ‸2023-11\n"),
        "does not agree with the file name 2023-12.yaml; change the month, or rename the file",
    ),
    "an address for a DOI": (
        (DOI, "    doi: ‸https://psycnet.apa.org/record/2023\n"),
        "is not a DOI; write one such as 10.1037/cou0000708",
    ),
    "a word for a DOI": ((DOI, "    doi: ‸none\n"), "'none' is not a DOI"),
    "half a DOI": ((DOI, "    doi: ‸10.1037\n"), "'10.1037' is not a DOI"),
    "a DOI with a space": ((DOI, "    doi: ‸10.1037/cou 708\n"), "'10.1037/cou 708' is not a DOI"),
    "a DOI with a control character": (
        (DOI, "    doi: ‸https://doi.org/10.1037/cou%00708\n"),
        "is not a DOI",
    ),
    "a DOI with half a letter": (
        (DOI, "    doi: ‸https://doi.org/10.1037/cou%C3\n"),
        "is not a DOI",
    ),
    "a link without http": (
        (DOI, "    link: ‸www.example.org/study\n"),
        "'www.example.org/study' is not a web address; write one such as https://",
    ),
    "a link that runs a script": ((DOI, "    link: ‸javascript:alert(1)\n"), "not a web address"),
    "a link to a file": ((DOI, "    link: ‸file:///etc/passwd\n"), "is not a web address"),
    "a link by FTP": ((DOI, "    link: ‸ftp://example.org/x\n"), "is not a web address"),
    "a link with a space": ((DOI, "    link: ‸https://example.org/a b\n"), "not a web address"),
    "a link with a tab": ((DOI, '    link: ‸"https://example.org/a\\tb"\n'), "not a web address"),
    "a link without a host": ((DOI, "    link: ‸https:///study\n"), "is not a web address"),
    "a link with a wrong host": ((DOI, "    link: ‸https://exa..mple/\n"), "is not a web address"),
    "a link with a wrong port": ((DOI, "    link: ‸https://example.org:99999/\n"), "web address"),
    "a link with a password": ((DOI, "    link: ‸https://me:pw@example.org/\n"), "web address"),
    "a day without a time": (
        (SUBJECT, "send_at: ‸2023-12-05\n"),
        "'2023-12-05' is not a date and time; write them as 2023-12-05 09:00",
    ),
    "a thirtieth of February": ((SUBJECT, "send_at: ‸2023-02-30 09:00\n"), "not a date and time"),
    "a twenty-fifth hour": ((SUBJECT, "send_at: ‸2023-12-05 25:00\n"), "not a date and time"),
    "a moment with a zone": ((SUBJECT, "send_at: ‸2023-12-05T09:00Z\n"), "not a date and time"),
    "a moment in the far past": ((SUBJECT, "send_at: ‸0001-01-01 00:00\n"), "not a date and time"),
    "a moment in words": ((SUBJECT, "send_at: ‸next Tuesday\n"), "is not a date and time"),
    "a language's name": ((SUBJECT, "language: ‸Canadian English\n"), "is not a language tag"),
    "a language with an underscore": (
        (SUBJECT, "language: ‸en_CA\n"),
        "'en_CA' is not a language tag; write one such as en-CA or fr",
    ),
    "an unknown topic": (
        (TOPICS, "    topics: [Empathy, ‸Adherance]\n"),
        "unknown topic 'Adherance'; did you mean 'Adherence'?",
    ),
    "a topic in small letters": (
        (TOPICS, "    topics:\n      - ‸empathy\n"),
        "unknown topic 'empathy'; did you mean 'Empathy'?",
    ),
    "a topic like no other": (
        (TOPICS, "    topics: [‸Zebras]\n"),
        "unknown topic 'Zebras'; the configuration lists them",
    ),
    "an unknown type": (
        (TYPE, "    research_type: ‸Metaanalysis\n"),
        "unknown research type 'Metaanalysis'; did you mean 'Meta-analysis'?",
    ),
    "a type that says null": (
        (TYPE, "    research_type: ‸null\n"),
        "unknown research type 'null'",
    ),
}

WRONG_KEYS = {
    "a mistyped key": ((SUBJECT, "‸subjekt: x\n"), "unknown key 'subjekt'; did you mean 'subject'"),
    "a mistyped key without a value": ((SUBJECT, "‸subjekt:\n"), "did you mean 'subject'?"),
    "a mistyped key of a summary": (
        (CITATION, "    ‸cite: x\n"),
        "unknown key 'cite'; did you mean 'citation'?",
    ),
    "a key in capitals": ((SUBJECT, "‸Subject: x\n"), "did you mean 'subject'?"),
    "a key with two colons": ((SUBJECT, "‸subject:: x\n"), "did you mean 'subject'?"),
    "a key of a summary at the top": ((SUBJECT, f"‸{DOI.lstrip()}"), "unknown key 'doi'"),
    "a key of the issue in a summary": ((CITATION, "    ‸intro: x\n"), "unknown key 'intro'"),
    "a key like no other": ((SUBJECT, "‸zebra: x\n"), "unknown key 'zebra'"),
    "a number as a key": ((SUBJECT, "‸1: x\n"), "unknown key '1'"),
    "a truth as a key": ((SUBJECT, "‸true: x\n"), "unknown key 'true'"),
    "nothing as a key": ((SUBJECT, "‸null: x\n"), "unknown key 'null'"),
    "a list as a key": ((SUBJECT, "? ‸[a]\n: b\n"), "a key must be a word, not a list"),
    "a text's second line with a colon": (
        (SUMMARY, f"{SUMMARY}    ‸They found: nothing.\n"),
        "unknown key 'They found'",
    ),
    "a key twice": (
        (INTRO, f"‸subject: x\n{INTRO}"),
        "duplicate key 'subject', first on line 2; keep one of them",
    ),
    "a key twice in a summary": (
        (TYPE, f"    ‸doi: x\n{TYPE}"),
        "duplicate key 'doi', first on line 8; keep one of them",
    ),
    "a merge key": (
        (SUBJECT, ""),
        ("  - title: Does empathy", "  - &first\n    title: Does empathy"),
        (SECOND, f"{SECOND}    ‸<<: *first\n"),
        "merge keys ('<<') are not allowed",
    ),
    "a tag": ((SUBJECT, "subject: ‸!!str x\n"), "the tag !!str is not allowed"),
    "an alias to nothing": ((SUBJECT, "subject: ‸*x\n"), "'*x' refers to nothing"),
    "a control character": ((SUBJECT, "subject: Em‸\x07pathy\n"), "invisible character U+0007"),
    "an escaped control character": ((SUBJECT, 'subject: ‸"\\x07"\n'), "escape for U+0007"),
}

UNREADABLE = {
    "a tab before a key": ((CITATION, "‸\tcitation: x\n"), "a tab cannot indent YAML"),
    "a tab in a text": ((SUMMARY, f"{SUMMARY}‸\tand more\n"), "a tab cannot indent YAML"),
    "an open double quote": ((TITLE, '  - title: ‸"Does it help?\n'), "quotation mark is not clos"),
    "an open single quote": ((TITLE, "  - title: ‸'Does it help?\n"), "quotation mark is not clos"),
    "an open quote at the top": ((SUBJECT, 'subject: ‸"Empathy\n'), "quotation mark is not closed"),
    "an open quote around a topic": (
        (TOPICS, '    topics: [Empathy, ‸"Training]\n'),
        "quotation mark is not closed",
    ),
    "an open quote in the last summary": (
        (SECOND, "  - title: ‸'Does training help?\n"),
        "quotation mark is not closed",
    ),
    "an apostrophe in single quotes": (
        (TITLE, "  - title: 'The therapist'‸s view'\n"),
        "write ''",
    ),
    "a missing colon": ((CITATION, "    ‸citation Author, A. (2023)\n"), "a colon is missing"),
    "a missing colon after a dash": ((TITLE, "  - ‸title Does it help?\n"), "a colon is missing"),
    "a missing colon before a block": (
        (SUMMARY, "    ‸summary |\n      A team studied it.\n"),
        "a colon is missing",
    ),
    "a missing space after a colon": (
        (SUBJECT, "‸subject:Empathy\n"),
        "a space is missing after 'subject:'",
    ),
    "a missing space after a dash": ((SECOND, "  ‸-title: x\n"), "a space is missing after '-'"),
    "a missing space after the first dash": (
        (TITLE, "  ‸-title: x\n"),
        "a space is missing after '-'",
    ),
    "a colon in a title": ((TITLE, "  - title: Empathy‸: a review\n"), "needs quotes"),
    "a key too deep": ((DOI, "      ‸doi: 10.1037/x\n"), "indent it like the other keys"),
    "a key too shallow": ((DOI, "   ‸doi: 10.1037/x\n"), "align it with the lines of its entry"),
    "a key fully to the left": ((DOI, "‸doi: 10.1037/x\n"), "not aligned with the ones around"),
    "a text too shallow": (
        (SUMMARY, "    summary: |\n    ‸A team studied it.\n"),
        "needs more indentation",
    ),
    "an entry too deep": ((SECOND, f"  ‸{SECOND}".replace("  ‸  ", "    ‸")), "this '-' is not al"),
    "an entry too shallow": ((SECOND, f"‸{SECOND.lstrip()}"), "this '-' is not aligned"),
    "an entry without a dash": ((SECOND, "  ‸title: x\n"), "begin it with '- '"),
    "an open bracket": ((TOPICS, "    topics: ‸[Empathy, Training\n"), "'[' is not closed"),
    "a bracket too many": ((TOPICS, "    topics: [Empathy]‸]\n"), "this ']' closes nothing"),
    "a title that begins with a bracket": (
        (TITLE, "  - title: ‸[Review] It helps\n"),
        "text that begins with '[' needs quotes",
    ),
    "a title in emphasis": ((TITLE, "  - title: ‸*Does* it help?\n"), "begins with '*' needs quot"),
    "a second document": ((INTRO, f"‸---\n{INTRO}"), "a second document begins here"),
}


MANY_PROBLEMS = """\
month: ‸2023-13
‸subjekt: Empathy
intro: ‸!!str Some words
‸month: 2023-12
send_at: ‸tomorrow
subject: ‸"Emp\\x07athy"
summaries:
  - ‸topics: [Empathy, ‸Adherance, ‸[x]]
    ‸titel: Does empathy help?
    doi: ‸none
    ‸summary: ""
    practice_implications: ‸[x]
  - ‸summary: A team‸\x07 studied it.
    link: ‸example.org
    research_type: ‸Essay
    ‸practice_implications:
"""
MANY_MESSAGES = [
    "'month': '2023-13' is not a month",
    "unknown key 'subjekt'",
    "the tag !!str is not allowed",
    "duplicate key 'month', first on line 1",
    "'send_at': 'tomorrow' is not a date and time",
    "the escape for U+0007 is not allowed",
    "'title' is missing",
    "unknown topic 'Adherance'",
    "each entry of 'topics' must be text, not a list",
    "unknown key 'titel'",
    "'doi': 'none' is not a DOI",
    "'summary' is empty",
    "'practice_implications' must be text, not a list",
    "'title' is missing",
    "the invisible character U+0007 is not allowed here",
    "'link': 'example.org' is not a web address",
    "unknown research type 'Essay'",
    "'practice_implications' is empty",
]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name)
        for table in (MISSING_AND_EMPTY, WRONG_KINDS, WRONG_VALUES, WRONG_KEYS, UNREADABLE)
        for name, case in table.items()
    ],
)
def test_a_broken_issue_is_refused_at_the_place_of_the_slip(
    refused: Refused, unmarked: Unmarked, issue_text: str, case: tuple[Any, ...]
) -> None:
    *edits, phrase = case
    text, (place,) = unmarked(edited(issue_text, *edits))
    (finding,) = refused(text)
    assert (finding.line, finding.column) == place, finding
    assert phrase in finding.message
    assert finding.path == "issues/2023-12.yaml"


@pytest.mark.parametrize("empty", ["", "\n", "# month: 2023-12\n", "---\n", "\ufeff"])
def test_an_issue_without_content_is_refused(refused: Refused, empty: str) -> None:
    assert [str(finding) for finding in refused(empty)] == [
        "issues/2023-12.yaml:1:1: error: the file is empty; it needs lines such as 'key: value'"
    ]


@pytest.mark.parametrize("value", ["", " ''", ' ""', " []", " |\n\n"])
def test_an_issue_without_summaries_is_refused(refused: Refused, value: str) -> None:
    (finding,) = refused(f"month: 2023-12\nsummaries:{value}\n")
    assert finding.line == 2
    assert finding.message.startswith("'summaries' is empty; ")


@pytest.mark.parametrize(
    ("value", "found"), [("Two of them", "text"), ("{title: x}", "a mapping"), ("~", "text")]
)
def test_summaries_that_are_no_list_are_refused(refused: Refused, value: str, found: str) -> None:
    (finding,) = refused(f"month: 2023-12\nsummaries: {value}\n")
    assert (finding.line, finding.column) == (2, 12)
    assert finding.message.startswith(f"'summaries' must be a list, not {found}")


def test_an_issue_with_nothing_but_a_month_lacks_summaries(refused: Refused) -> None:
    assert [str(finding) for finding in refused("# x\nmonth: 2023-12\n")] == [
        "issues/2023-12.yaml:2:1: error: 'summaries' is missing; add it"
    ]


def test_all_problems_of_an_issue_are_told_in_the_order_of_their_places(
    refused: Refused, unmarked: Unmarked
) -> None:
    text, places = unmarked(MANY_PROBLEMS)
    found = refused(text)
    assert [(finding.line, finding.column) for finding in found] == places
    assert [finding.message.split(";")[0] for finding in found] == MANY_MESSAGES


def test_a_finding_behind_an_untypeable_character_is_at_its_place(
    refused: Refused, unmarked: Unmarked, issue_text: str
) -> None:
    topics = "    topics: [Em‸\x07pathy, ‸Adherance, ‸[x]]\n"
    text, places = unmarked(edited(issue_text, (TOPICS, topics)))
    assert [(finding.line, finding.column) for finding in refused(text)] == places


def test_a_placeholder_for_a_title_needs_quotes(refused: Refused, issue_text: str) -> None:
    found = refused(edited(issue_text, (TITLE, "  - title: {{ title }}\n")))
    assert {finding.line for finding in found} == {6}
    assert "put text with brackets in quotes" in found[1].message


def test_a_message_shows_nothing_that_moves_the_cursor(refused: Refused) -> None:
    found = refused('"a\\e[2J\\nb": x\nmonth: "\\u202e2023"\nsummaries: []\n')
    text = "".join(finding.message for finding in found)
    assert [char for char in text if char in "\x1b\n\u202e"] == []


def test_a_message_quotes_a_long_value_in_part_and_keeps_the_fix(refused: Refused) -> None:
    (finding, _) = refused(f"month: {'x' * 5000}\nsummaries: []\n")
    assert len(finding.message) < 500
    assert finding.message.endswith("is not a month; write one such as 2023-12")


def test_what_is_wrong_with_a_repeated_summary_is_told_once(refused: Refused) -> None:
    found = refused(
        "month: 2023-12\nsummaries:\n  - &x\n    titel: y\n    title: z\n    summary: z\n"
        "    practice_implications: z\n  - *x\n"
    )
    assert [(finding.line, finding.message) for finding in found] == [
        (4, "unknown key 'titel'; did you mean 'title'?")
    ]


def test_of_very_many_unknown_topics_a_hundred_are_told(refused: Refused, issue_text: str) -> None:
    topics = ", ".join(f"t{number}" for number in range(1000))
    assert len(refused(edited(issue_text, (TOPICS, f"    topics: [{topics}]\n")))) == 100


def test_of_very_many_unknown_keys_a_hundred_are_told(refused: Refused, issue_text: str) -> None:
    keys = "".join(f"k{number}: x\n" for number in range(1000))
    assert len(refused(keys + issue_text)) == 100


def test_a_file_named_otherwise_than_its_month_is_refused(
    refused: Refused, issue_text: str
) -> None:
    (finding,) = refused(issue_text, "draft.yaml")
    assert str(finding).startswith("issues/draft.yaml:1:8: error: month 2023-12 does not agree")


def test_every_message_is_one_line(refused: Refused, unmarked: Unmarked, issue_text: str) -> None:
    texts = [
        unmarked(edited(issue_text, *case[:-1]))[0]
        for table in (WRONG_KINDS, WRONG_VALUES, WRONG_KEYS, UNREADABLE)
        for case in table.values()
    ]
    messages = [finding.message for text in texts for finding in refused(text)]
    assert [message for message in messages if "\n" in message] == []


def edited(text: str, *edits: tuple[str, str]) -> str:
    """The text with parts exchanged, each of which it must hold once."""
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text
