"""Pages of the blog, with all the oddities that occur, come out whole and to the letter."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.edition import markdown
from newsletter.errors import UnreadablePage
from newsletter.issue.blog import Article, Gathered

Importing = Callable[..., Gathered]
Make = Callable[..., Any]

TITLES = (
    "How Much Does the Alliance Matter?",
    "Therapists Who Listen Well: A Meta-Analysis",
    "Is accuracy enough? What therapists do with what they hear.",
    "What Patients Say About Leaving Early",
    "COVID-19 and the Move to Video",
    "“Good Enough” Therapy – and What It Takes",
    "Routine Monitoring, Feedback, and Drop-Out",
    "Group Therapy for Depression in Older Adults",
)
CITATIONS = {
    "Author, A. B., & Writer, C. (2020). A study of things. Psychotherapy, 55(4), 461–472.": None,
    "Author, A., Writer, C. et al. (2021). A study of things: A meta-analysis. BMC Psychiatry, 21, "
    "578. https://doi.org/10.1186/s12888-021-03588-2": "10.1186/s12888-021-03588-2",
    "Author, A., Writer, C., ... & Last, K. (2020). A study. Clinical Review, 75, "
    "https://doi.org/10.1016/j.cpr.2019.101810.": "10.1016/j.cpr.2019.101810",
    "Author, A., … & Lo Last, G. (2013). A study, Psychotherapy Research, 23, 526-538, "
    "DOI: 10.1080/10503307.2013.800950": "10.1080/10503307.2013.800950",
    "Écrivain, É., & O’Writer, D.J. (2023). Is it enough? A study—and an answer. Psychotherapy. "
    "Advance online publication. https://doi.org/10.1037/pst0000503": "10.1037/pst0000503",
    "van der Writer, P. A. (in press). A study. Journal of Studies. doi:10.1002/cpp.2509.":
        "10.1002/cpp.2509",
    "World Group of Writers (2019). A study of many. Journal of Many, 12(2), 11-19. "
    "http://dx.doi.org/10.1037/a0034530": "10.1037/a0034530",
}  # fmt: skip
SENTENCES = (
    "Warmer therapists had patients who stayed (r = −.42*, 95% CI [−.55, −.27]), “warmth” aside. ",
    "Only 7.07% (SD = 14.86) of practices did so; 85.53% do now - which nobody had foreseen… ",
    "Patients’ own words were: ‘it helped me to think’, and *that* was not a scale_item_1 or _2. ",
    "See [the appendix] (table 2) for p < .05 & n > 30; the authors’ “Confidence” scale is new. ",
)
LONG = SENTENCES[1] * 4
LONG_OF_PAGES = (
    "The team asked therapists and patients about the same session, and compared what they said. "
    "Where the two agreed, patients came back more often; the size of that link was r = .28, "
    "95% CI [.15, .40], which is neither trivial nor large."
)
"""The implications that a page of these tests has by default."""
PARAGRAPHS = st.lists(st.sampled_from(SENTENCES), min_size=3, max_size=8).map(
    lambda parts: "".join(parts).strip()
)
TEXTS = st.lists(PARAGRAPHS, min_size=1, max_size=3).map(tuple)
ARTICLES = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(TITLES),
            "citation": st.one_of(st.just(""), st.sampled_from(sorted(CITATIONS))),
            "summary": TEXTS,
            "implications": TEXTS,
            "heading": st.sampled_from(
                [
                    "Practice Implications",
                    "Practical Implications",
                    "Clinical Implications",
                    "PRACTICE IMPLICATIONS:",
                    "Practice Implication ",
                ]
            ),
            "twice": st.booleans(),
        }
    ),
    unique_by=(lambda each: each["title"], lambda each: each["citation"] or each["title"]),
    min_size=1,
    max_size=4,
)
MONTHS = st.dictionaries(
    st.sampled_from([f"{year}-{month:02}" for year in (2014, 2023) for month in (1, 5, 9, 12)]),
    ARTICLES,
    min_size=1,
    max_size=4,
)


def plain(text: str) -> str:
    """A Markdown text as it reads, a paragraph a line."""
    return "\n".join(map(markdown.plain, text.split("\n\n")))


def assert_same(article: Article, told: Any) -> None:
    assert markdown.inline_plain(article.title) == told.title
    assert plain(article.summary) == "\n".join(told.summary)
    assert plain(article.practice_implications) == "\n".join(told.implications)
    doi = CITATIONS.get(told.citation)
    assert article.doi == doi
    shown = markdown.inline_plain(article.citation or "")
    assert told.citation.startswith(shown.rstrip("."))
    if doi:
        assert doi not in shown
        assert "doi" not in shown.lower()
        assert shown.endswith(".")
    else:
        assert shown == told.citation


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(months=MONTHS, seed=st.integers(0, 99), form=st.sampled_from(["lines", "gaps", "html"]))
def test_every_article_comes_out_whole_and_to_the_letter(
    importing: Importing, told: Make, text_of: Make, html_of: Make,
    months: dict[str, Any], seed: int, form: str,
) -> None:  # fmt: skip
    """Over one to four pages that overlap, months in any order, with and without blank lines."""
    shown = {month: [told(**each) for each in articles] for month, articles in months.items()}
    pages = _overlapping(shown, random.Random(seed))  # noqa: S311
    forms = {
        "lines": text_of,
        "gaps": lambda page: text_of(page, gap="\n\n"),
        "html": html_of,
    }
    gathered = importing(*map(forms[form], pages), ending="html" if form == "html" else "txt")
    assert gathered.unplaced == ()
    assert list(gathered.months) == sorted(shown)
    for month, articles in shown.items():
        found = {markdown.inline_plain(each.title): each for each in gathered.months[month]}
        assert len(found) == len(gathered.months[month]) == len(articles)
        for article in articles:
            assert_same(found[article.title], article)


def _overlapping(shown: dict[str, list[Any]], chance: random.Random) -> list[Any]:
    """Pages that show every article at least once."""
    pages: list[list[tuple[str, list[Any]]]] = [[] for _ in range(chance.randint(1, 4))]
    for month in chance.sample(sorted(shown), len(shown)):
        articles = shown[month]
        kept: list[list[Any]] = [[] for _ in pages]
        for article in articles:
            for index in {chance.randrange(len(pages)), chance.randrange(len(pages))}:
                kept[index].append(article)
        for page, each in zip(pages, kept, strict=True):
            if each:
                page.append((month, each))
    return [page for page in pages if page]


def test_articles_stand_in_the_order_of_the_pages(
    importing: Importing, told: Make, text_of: Make
) -> None:
    one, two, three = (told(title) for title in TITLES[:3])
    gathered = importing(
        text_of([("2023-12", [one, three])]), text_of([("2023-12", [one, two, three])])
    )
    assert [each.title for each in gathered.months["2023-12"]] == [TITLES[0], TITLES[2], TITLES[1]]


def test_one_article_is_known_by_its_doi_when_its_title_was_changed(
    importing: Importing, told: Make, text_of: Make
) -> None:
    citation = next(text for text, doi in CITATIONS.items() if doi)
    one = told(TITLES[0], citation)
    gathered = importing(text_of([("2023-12", [one])]),
                         text_of([("2023-12", [one.but(title="Another Title")])]))  # fmt: skip
    (article,) = gathered.months["2023-12"]
    assert article.title == TITLES[0]
    assert [stray.text for stray in gathered.unplaced] == ["Another Title"]


def test_two_articles_below_one_doi_stay_two(
    importing: Importing, told: Make, text_of: Make
) -> None:
    citation = next(text for text, doi in CITATIONS.items() if doi)
    other = told(TITLES[1], citation, summary=(SENTENCES[1] * 9,))
    gathered = importing(text_of([("2023-12", [told(TITLES[0], citation), other])]))
    assert len(gathered.months["2023-12"]) == 2
    assert gathered.unplaced == ()


def test_what_one_page_has_otherwise_is_reported(
    importing: Importing, told: Make, text_of: Make
) -> None:
    changed = SENTENCES[0] * 3
    gathered = importing(
        text_of([("2023-12", [told(TITLES[0])])]),
        text_of([("2023-12", [told(TITLES[0], implications=(changed,))])]),
    )
    (stray,) = gathered.unplaced
    assert (stray.page, stray.text) == ("page-2.txt", changed.strip())


def test_an_article_without_implications_is_reported_line_by_line(
    importing: Importing, told: Make, text_of: Make
) -> None:
    citation = next(iter(CITATIONS))
    text = text_of([("2023-12", [told(TITLES[0], citation)])])
    broken = "\n".join([text, TITLES[1], citation, SENTENCES[0] * 4])
    gathered = importing(broken)
    assert [each.title for each in gathered.months["2023-12"]] == [TITLES[0]]
    assert [stray.text for stray in gathered.unplaced] == [
        TITLES[1], citation, (SENTENCES[0] * 4).strip()
    ]  # fmt: skip
    assert gathered.unplaced[0].line == text.count("\n") + 2


def test_a_title_that_cannot_be_told_is_not_guessed(
    importing: Importing, told: Make, text_of: Make
) -> None:
    short = ("Ask your patients about it.", "Ask them again.")
    one = told(TITLES[0], implications=short)
    two = told("ask once more", summary=("A short one.",))
    gathered = importing(text_of([("2023-12", [one, two]), ("2023-11", [one])]))
    assert list(gathered.months) == ["2023-11"]
    assert {stray.text for stray in gathered.unplaced} >= {*short, "ask once more", "A short one."}


PREFACES = (
    "Each month this spring we look into one chapter of the new handbook.",
    f"Each month this spring we look into one chapter of the new handbook. {LONG}",
)


@pytest.mark.parametrize("preface", PREFACES)
def test_a_preface_between_title_and_citation_begins_the_summary(
    importing: Importing, told: Make, text_of: Make, preface: str
) -> None:
    citations = sorted(CITATIONS)
    two = told(f"{TITLES[3]}\n{preface}", citations[1])
    gathered = importing(text_of([("2023-12", [told(TITLES[1], citations[0]), two])]))
    first, second = gathered.months["2023-12"]
    assert (first.title, second.title) == (TITLES[1], TITLES[3])
    assert plain(first.practice_implications) == LONG_OF_PAGES
    assert plain(second.summary).startswith(preface.strip())
    assert second.citation


@pytest.mark.parametrize(
    "heading",
    [
        "Practice\u00a0Implications", "Practice  Implications", "Practice Implications –",
        "*Practice Implications*", "Implications", "Implications for Clinical Practice",
        "Clinical Practice Implications", "Practice Implications\nPractice Implications",
    ],
)  # fmt: skip
def test_the_heading_is_known_in_many_forms(
    importing: Importing, told: Make, text_of: Make, heading: str
) -> None:
    shown = [told(TITLES[0]), told(TITLES[1], heading=heading), told(TITLES[3])]
    gathered = importing(text_of([("2023-12", shown)]))
    assert [each.title for each in gathered.months["2023-12"]] == [each.title for each in shown]
    assert gathered.unplaced == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Alliance & Outcome in Group Therapy", "Alliance and Outcome in Group Therapy"),
        ("Client-Centred Therapy for Depression", "Clientcentred Therapy for Depression"),
        ("How Therapist Listen to Patients", "How Therapists Listen to Patients"),
    ],
)
@pytest.mark.parametrize("citation", ["", min(CITATIONS)])
def test_a_title_set_twice_may_differ_a_little_which_is_noted(
    importing: Importing, told: Make, text_of: Make, first: str, second: str, citation: str
) -> None:
    two = told(f"{first}\n{second}", citation)
    gathered = importing(text_of([("2023-12", [told(TITLES[0]), two])]))
    assert [each.title for each in gathered.months["2023-12"]] == [TITLES[0], first]
    assert any(note.text.endswith(f"differs: {second}") for note in gathered.notes)


@pytest.mark.parametrize(
    "end",
    [
        f"{TITLES[1]}\n{min(CITATIONS)}",
        f"{TITLES[3]}\n{SENTENCES[1] * 6}",
        f"{TITLES[3]}\n{TITLES[3]}\n{SENTENCES[1] * 6}",
    ],
)
def test_an_article_that_breaks_off_is_not_glued_to_the_one_before(
    importing: Importing, told: Make, text_of: Make, end: str
) -> None:
    gathered = importing(text_of([("2023-12", [told(TITLES[0])])]) + f"\n{end}")
    (article,) = gathered.months["2023-12"]
    assert plain(article.practice_implications) == LONG_OF_PAGES
    assert [stray.text for stray in gathered.unplaced] == [x.strip() for x in end.split("\n")]


def test_another_page_gives_the_citation_that_the_first_lacks(
    importing: Importing, told: Make, text_of: Make
) -> None:
    citation = next(text for text, doi in CITATIONS.items() if doi)
    gathered = importing(
        text_of([("2023-12", [told(TITLES[0])])]),
        text_of([("2023-12", [told(TITLES[0], citation)])]),
    )
    (article,) = gathered.months["2023-12"]
    assert article.doi == CITATIONS[citation]
    assert article.citation
    assert gathered.unplaced == ()


def test_the_doi_written_in_another_way_is_no_difference(
    importing: Importing, told: Make, text_of: Make
) -> None:
    bare = "Author, A. (2020). A study. Psychotherapy, 5, 1–9. "
    forms = (f"{bare}https://doi.org/10.1037/a1", f"{bare}doi: 10.1037/A1.")
    pages = [text_of([("2023-12", [told(TITLES[0], form)])]) for form in forms]
    gathered = importing(*pages)
    assert gathered.unplaced == ()


@pytest.mark.parametrize(
    ("line", "month"),
    [
        ("June 2015 (continued)", "2015-06"), ("- June 2015", "2015-06"), ("June2015", "2015-06"),
        ("15 June 2015", "2015-06"), ("JUNE, 2015:", "2015-06"), ("Sept. 2015", "2015-09"),
        ("Month: June 2015", "2015-06"), ("June 2015 Blog", "2015-06"),
        ("[June of 2015]", "2015-06"),
    ],
)  # fmt: skip
def test_months_are_known_in_many_forms(
    importing: Importing, told: Make, text_of: Make, line: str, month: str
) -> None:
    text = text_of([("2023-12", [told(TITLES[0])]), ("2015-06", [told(TITLES[1])])])
    assert list(importing(text.replace("June 2015", line)).months) == [month, "2023-12"]


@pytest.mark.parametrize("line", ["June/July 2015", "Summer 2015", "May and June 2015"])
def test_what_is_dated_by_no_single_month_is_reported(
    importing: Importing, told: Make, text_of: Make, line: str
) -> None:
    text = text_of([("2023-12", [told(TITLES[0])]), ("2015-06", [told(TITLES[1])])])
    gathered = importing(text.replace("June 2015", line))
    assert list(gathered.months) == ["2023-12"]
    assert [stray.text for stray in gathered.unplaced][:2] == [line, TITLES[1]]


def test_two_pages_joined_in_one_file_have_their_header_twice(
    importing: Importing, told: Make, text_of: Make
) -> None:
    one, two = (text_of([(month, [told(TITLES[0])])]) for month in ("2023-12", "2023-11"))
    gathered = importing(f"{one}\n{two}")
    assert list(gathered.months) == ["2023-11", "2023-12"]
    texts = {each.practice_implications for (each,) in gathered.months.values()}
    assert {plain(text) for text in texts} == {LONG_OF_PAGES}


@pytest.mark.parametrize(
    "line",
    ["Rogers (1957), who began it all, asked what helps.", "For more on it, see doi:10.1037/a1"],
)
def test_a_short_first_paragraph_is_no_citation(
    importing: Importing, told: Make, text_of: Make, line: str
) -> None:
    gathered = importing(text_of([("2023-12", [told(TITLES[0], summary=(line, LONG))])]))
    assert gathered.months["2023-12"][0].citation is None


def test_readings_below_the_implications_begin_no_article(
    importing: Importing, told: Make, text_of: Make
) -> None:
    citations = sorted(CITATIONS)
    readings = ("The authors suggest two books.", citations[0], citations[1])
    one, two = told(TITLES[0], citations[2], implications=readings), told(TITLES[1], citations[3])
    gathered = importing(text_of([("2023-12", [one, two])]))
    first, second = gathered.months["2023-12"]
    assert plain(first.practice_implications) == "\n".join(readings)
    assert second.title == TITLES[1]


def test_a_heading_that_runs_into_its_text_is_a_heading(
    importing: Importing, told: Make, text_of: Make
) -> None:
    text = text_of([("2023-12", [told(TITLES[0])])])
    gathered = importing(text.replace("Practice Implications\n", "Practice Implications: "))
    (article,) = gathered.months["2023-12"]
    assert article.practice_implications.startswith("The team")


@pytest.mark.parametrize(
    "heading", ["<strong>Practice Implications:</strong> ", "<b>Practice Implications</b>: "]
)
def test_a_heading_that_runs_into_its_text_is_one_in_html(
    importing: Importing, told: Make, html_of: Make, heading: str
) -> None:
    page = html_of([("2023-12", [told(TITLES[0])])])
    page = page.replace("<p>\n  Practice Implications\n</p>\n<p>\n", f"<p>{heading}")
    (article,) = importing(page, ending="html").months["2023-12"]
    assert article.practice_implications.startswith("The team")


def test_a_month_without_an_article_is_noted(
    importing: Importing, told: Make, text_of: Make
) -> None:
    gathered = importing(text_of([("2023-12", [told(TITLES[0])]), ("2023-11", [])]))
    assert list(gathered.months) == ["2023-12"]
    assert any(note.text == "no article stands below 'November 2023'" for note in gathered.notes)


def test_an_address_on_a_line_of_its_own_belongs_to_the_citation(
    importing: Importing, told: Make, text_of: Make
) -> None:
    citation = next(iter(CITATIONS))
    text = text_of(
        [("2023-12", [told(TITLES[0], f"{citation}\nhttps://doi.org/10.1037/a0034530")])]
    )
    (article,) = importing(text).months["2023-12"]
    assert (article.citation, article.doi) == (citation, "10.1037/a0034530")


@pytest.mark.parametrize(
    ("written", "citation", "doi"),
    [
        ("J., 5. https://doi.org/10.1037/x(1)2", "J., 5.", "10.1037/x(1)2"),
        ("J., 5 (https://doi.org/10.1037/x1).", "J., 5.", "10.1037/x1"),
        ("J., 5. doi: https://doi.org/10.1037/x1", "J., 5.", "10.1037/x1"),
        (
            "J., 5. DOI 10.1037/x1. Epub ahead of print.",
            "J., 5. Epub ahead of print.",
            "10.1037/x1",
        ),
        ("J., 5. https://psycnet.example/doi/10.1037/x1", "J., 5.", "10.1037/x1"),
        ("J. doi:10.1037/x1 https://doi.org/10.1037/x1", "J.", "10.1037/x1"),
        ("J., 5. https://www.pprnet.example/x", "J., 5. https://www.pprnet.example/x", None),
        (
            "J. https://doi.org/10.1002/(SICI)1097-4679(199911)55:11<13::AID-J4>3.0.CO;2-X",
            "J.",
            "10.1002/(SICI)1097-4679(199911)55:11<13::AID-J4>3.0.CO;2-X",
        ),
        ("J., 5. [doi:10.1037/x1]", "J., 5.", "10.1037/x1"),
        ("J., 5. <https://doi.org/10.1037/x1>.", "J., 5.", "10.1037/x1"),
        ("J., 5. https://doi.org/10.1037/x1?src=a#b.", "J., 5.", "10.1037/x1"),
        ("J., 5. doi:\u00a010.1037/x1", "J., 5.", "10.1037/x1"),
        ("J., 5. Retrieved from https://doi.org/10.1037/x1/", "J., 5.", "10.1037/x1"),
        ("J., 5. https://doi.org/10.1037%2Fx1", "J., 5.", "10.1037/x1"),
    ],
)
def test_the_doi_is_moved_out_however_it_is_written(
    importing: Importing, told: Make, text_of: Make, written: str, citation: str, doi: str
) -> None:
    start = "Author, A. (2020). A study. "
    text = text_of([("2023-12", [told(TITLES[0], start + written)])])
    (article,) = importing(text).months["2023-12"]
    assert (article.citation, article.doi) == (start + citation, doi)


def test_the_standing_line_becomes_the_intro_of_the_month_it_announces(
    importing: Importing, told: Make, text_of: Make
) -> None:
    line = "…I blog about group therapy and depression, role induction, and video."
    shown = [("2023-12", [told("Group Therapy for Depression")]), ("2023-11", [told(TITLES[0])])]
    gathered = importing(text_of(shown, standing=line))
    assert {month: line.text for month, line in gathered.intros.items()} == {}
    line = "…I blog about group therapy, group therapy for depression, and video."
    gathered = importing(text_of(shown, standing=line))
    assert {month: each.text for month, each in gathered.intros.items()} == {"2023-12": line}
    assert any("is the intro of 2023-12" in note.text for note in gathered.notes)


@pytest.mark.parametrize(
    "line", ["…I blog about drop-out, video, and music.", "…I blog about depression."]
)
def test_a_standing_line_whose_month_cannot_be_told_is_left_out_and_said(
    importing: Importing, told: Make, text_of: Make, line: str
) -> None:
    shown = [("2023-12", [told("Group Therapy for Depression")])]
    gathered = importing(text_of(shown, standing=line))
    assert gathered.intros == {}
    assert any(note.line == 5 and line in note.text for note in gathered.notes)


def test_the_same_line_on_a_page_with_a_newer_month_speaks_of_that_one(
    importing: Importing, told: Make, text_of: Make
) -> None:
    line = "…I blog about group therapy for depression."
    gathered = importing(
        text_of([("2023-11", [told("Group Therapy for Depression")])], standing=line),
        text_of([("2023-12", [told(TITLES[0])])], standing=line),
    )
    assert gathered.intros == {}


def test_emphasis_and_links_of_html_are_kept(
    importing: Importing, html_of: Make, told: Make
) -> None:
    page = html_of([("2023-12", [told("TITLE", "CITATION", ("SUMMARY",), ("LIST",))])])
    page = (
        page.replace("TITLE", "Is <em>this</em> enough?")
        .replace(
            "CITATION",
            "Author, A. (2023). A study. <i>Psychotherapy, 60</i>(1), 1–9. "
            '<a href="https://doi.org/10.1037/pst1">https://doi.org/10.1037/pst1</a>',
        )
        .replace(
            "SUMMARY",
            'They found <strong>r </strong>= .4; see <a href="https://pprnet.example/a">'
            "the page</a> of snake_case *stars*, <em>p</em>s &lt; .05 and "
            '<a href="javascript:x">x</a>. ' + LONG,
        )
        .replace("<p>\n  LIST\n</p>", "<ul><li>One</li><li><p>Two</p></li></ul><p>End</p>")
    )
    (article,) = importing(page, ending="html").months["2023-12"]
    assert article.title == "Is *this* enough?"
    assert article.citation == "Author, A. (2023). A study. *Psychotherapy, 60*(1), 1–9."
    assert article.doi == "10.1037/pst1"
    assert "**r** = .4; see [the page](https://pprnet.example/a)" in article.summary
    assert markdown.plain(article.summary).startswith(
        "They found r = .4; see the page of snake_case *stars*, ps < .05 and x."
    )
    assert article.practice_implications == "- One\n- Two\n\nEnd"


def test_a_page_of_comments_is_read_in_reasonable_time(
    importing: Importing, told: Make, html_of: Make
) -> None:
    page = html_of([("2023-12", [told(TITLES[0])])])
    page = "<!-- wp:paragraph -->\n" * 3000 + page[page.index("<div>") : page.index("<footer>")]
    assert len(importing(page).months["2023-12"]) == 1


def test_entries_of_a_list_and_links_within_words_keep_their_signs(
    importing: Importing, told: Make, html_of: Make
) -> None:
    page = html_of([("2023-12", [told(TITLES[0], "", ("ONE",))])]).replace(
        "<p>\n  ONE\n</p>", "<ul><li>1. First <b>x</b></li></ul>"
        "<p>with<em><a href='https://a.example/'>in</a></em> it</p>"
    )  # fmt: skip
    (article,) = importing(page, ending="html").months["2023-12"]
    assert article.summary == "- 1\\. First **x**\n\nwith[in](https://a.example/) it"


def test_the_doi_behind_a_link_is_found(importing: Importing, html_of: Make, told: Make) -> None:
    page = html_of([("2023-12", [told("A Title", "CITATION")])]).replace(
        "CITATION", "Author, A. (2023). A study. "
        '<a href="https://doi.org/10.1037/pst1">Psychotherapy</a>, 60(1), 1–9.'
    )  # fmt: skip
    (article,) = importing(page, ending="html").months["2023-12"]
    assert article.doi == "10.1037/pst1"
    assert article.citation == "Author, A. (2023). A study. Psychotherapy, 60(1), 1–9."


@pytest.mark.parametrize(
    "content",
    [
        "", "\n\n", "Only a text.\n", "December 2023\n", "December 2023\nA title\nA text.\n",
        "A title\nA text\nPractice Implications\nA text\n",
        "<html><body><p>Nothing here</p></body></html>",
        "month: 2023-12\nsummaries: []\n",
    ],
)  # fmt: skip
def test_a_page_of_another_form_is_refused_with_what_is_expected(
    importing: Importing, content: str
) -> None:
    with pytest.raises(UnreadablePage, match=r"page-1\.txt: error: .*'Practice Implications'"):
        importing(content)


def test_every_page_that_is_none_is_named(importing: Importing) -> None:
    with pytest.raises(UnreadablePage, match=r"(?s)page-1\.txt.*page-2\.txt"):
        importing("nothing", "nothing")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(
    importing: Importing, told: Make, text_of: Make, encoding: str
) -> None:
    gathered = importing(text_of([("2023-12", [told(TITLES[5])])]).encode(encoding))
    assert gathered.months["2023-12"][0].title == TITLES[5]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"a\nb\xe9c\n", "page-1.txt:2: error: byte 0xE9 is not UTF-8"), (b"\x00\x01PNG", "no text")],
)
def test_bytes_that_are_no_text_are_told(importing: Importing, content: bytes, said: str) -> None:
    with pytest.raises(UnreadablePage, match=said):
        importing(content)


def test_a_text_saved_within_pre_keeps_its_lines(
    importing: Importing, told: Make, text_of: Make
) -> None:
    text = text_of([("2023-12", [told(TITLES[0]), told(TITLES[3])])])
    page = f"<html><body class='sidebar'><pre>{text}</pre></body></html>"
    gathered = importing(page, ending="html")
    first, second = gathered.months["2023-12"]
    assert (first.title, second.title) == (TITLES[0], TITLES[3])
    assert text.splitlines()[second.line - 1] == TITLES[3]


@pytest.mark.parametrize(
    "line",
    [
        "Cuijpers, P. and colleagues (2020) looked at 300 trials of it.",
        "In this article Wampold and Imel (2015) tell what the evidence says, in 12, 13 chapters.",
    ],
)
def test_a_paragraph_that_begins_with_a_name_is_no_citation(
    importing: Importing, told: Make, text_of: Make, line: str
) -> None:
    gathered = importing(text_of([("2023-12", [told(TITLES[0], summary=(line, LONG))])]))
    (article,) = gathered.months["2023-12"]
    assert article.citation is None
    assert article.summary.startswith(line)


@pytest.mark.parametrize(
    "line",
    [
        "Swift J. K. & Greenberg R. P. (2014). A study of dropout. Psychotherapy, 51, 193-207.",
        "Handbook of Change (6th ed., 2013), pp. 3–19.",
        "de la Parra, G., & O’Neil, S. (2018, May). What lasts. Paper presented in Amsterdam.",
        "McAleavey, A.A., Xiao, H., Bernecker, S.L., … Castonguay, L.G. (in press). It matters.",
    ],
)
def test_citations_of_many_forms_are_known(
    importing: Importing, told: Make, text_of: Make, line: str
) -> None:
    (article,) = importing(text_of([("2023-12", [told(TITLES[0], line)])])).months["2023-12"]
    assert markdown.inline_plain(article.citation or "") == line


def test_no_break_spaces_around_markup_are_no_trouble(
    importing: Importing, told: Make, html_of: Make
) -> None:
    page = html_of([("2023-12", [told("TITLE", "", ("TEXT",))])])
    page = page.replace("TITLE", "&nbsp;<b>A Title in Bold</b>").replace(
        "TEXT", "<b>&nbsp;</b>Words <i>&nbsp;of</i> <a href='/x'>&nbsp;</a>them. " * 9
    )
    (article,) = importing(page, ending="html").months["2023-12"]
    assert article.title == "A Title in Bold"
    assert markdown.plain(article.summary).startswith("Words \u00a0of \u00a0them.")


def test_a_paragraph_in_html_is_no_list_because_of_its_first_sign(
    importing: Importing, told: Make, html_of: Make
) -> None:
    page = html_of([("2023-12", [told(TITLES[0], "", ("ONE", "TWO"))])])
    page = page.replace("ONE", "1. <b>First</b> of all").replace("TWO", "- <b>Second</b>")
    (article,) = importing(page, ending="html").months["2023-12"]
    assert plain(article.summary) == "1. First of all\n- Second"


def test_a_citation_that_is_emphasised_as_a_whole_loses_its_marks(
    importing: Importing, told: Make, html_of: Make
) -> None:
    page = html_of([("2023-12", [told(TITLES[0], "CITATION")])]).replace(
        "CITATION", "<em>Author, A. (2020). A study. J., 5, 81. https://doi.org/10.1037/x1.</em>"
    )
    (article,) = importing(page, ending="html").months["2023-12"]
    assert article.citation == "Author, A. (2020). A study. J., 5, 81."


@pytest.mark.parametrize(
    "around",
    [
        "<aside><p>Our other pages tell more</p></aside>",
        "<div class='site-footer'><p>All rights reserved</p></div>",
        "<div role='complementary'><p>Our other pages tell more</p></div>",
        "<ul class='pager'><li>Older</li></ul>",
    ],
)
def test_what_stands_around_the_text_is_no_part_of_it(
    importing: Importing, told: Make, html_of: Make, around: str
) -> None:
    page = html_of([("2023-12", [told(TITLES[0])])]).replace("<footer>", f"{around}<footer>")
    page = page.replace("<div>", "<div class='has-sidebar'>")
    (article,) = importing(page, ending="html").months["2023-12"]
    assert plain(article.practice_implications) == LONG_OF_PAGES


@pytest.mark.parametrize("declared", ["", "<meta charset='ISO-8859-1'>", "<meta charset='x-none'>"])
def test_windows_quotes_are_not_lost_whatever_the_page_declares(
    importing: Importing, told: Make, html_of: Make, declared: str
) -> None:
    page = html_of([("2023-12", [told(TITLES[5])])]).replace("<head>", f"<head>{declared}")
    gathered = importing(page.encode("cp1252"), ending="html")
    assert gathered.months["2023-12"][0].title == TITLES[5]


def test_html_that_is_not_the_utf_8_it_declares_is_refused(
    importing: Importing, told: Make, html_of: Make
) -> None:
    page = html_of([("2023-12", [told(TITLES[5])])]).replace("<head>", "<head><meta charset=utf-8>")
    with pytest.raises(UnreadablePage, match="not the UTF-8 it declares"):
        importing(page.encode("cp1252"), ending="html")


def test_html_in_another_encoding_is_read_as_it_declares(
    importing: Importing, told: Make, html_of: Make
) -> None:
    page = html_of([("2023-12", [told(TITLES[5])])])
    page = page.replace("<head>", '<head><meta charset="windows-1252">')
    gathered = importing(page.encode("cp1252"), ending="html")
    assert gathered.months["2023-12"][0].title == TITLES[5]


def test_windows_line_ends_and_no_break_spaces_around_lines_do_not_matter(
    importing: Importing, told: Make, text_of: Make
) -> None:
    text = text_of([("2023-12", [told(TITLES[0])])]).replace("\n", "\u00a0 \r\n ")
    (article,) = importing(text).months["2023-12"]
    assert article.title == TITLES[0]


def test_menus_and_footer_are_no_text_of_an_article(
    importing: Importing, told: Make, html_of: Make
) -> None:
    gathered = importing(html_of([("2023-12", [told(TITLES[0])])]), ending="html")
    assert "rights reserved" not in gathered.months["2023-12"][0].practice_implications
    assert any("menus and footer" in note.text for note in gathered.notes)


def test_a_hostile_page_is_read_in_reasonable_time(importing: Importing) -> None:
    for text in (
        "Author, A. (2020" * 20_000, "10.1037/" * 30_000, "( , & " * 40_000, "doi " * 20_000,
        "10.1234/a" + ")" * 100_000, "[" * 100_000,
    ):  # fmt: skip
        with pytest.raises(UnreadablePage):
            importing(f"December 2023\n{text}\n")
