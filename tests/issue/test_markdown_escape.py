"""Text from elsewhere reads to the letter once it has been rendered."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.edition import markdown
from newsletter.issue.markdown_escape import escape_inline, escape_prose

MARKUP = st.text(st.sampled_from("*_\\[]()<>-+1.)!`#ab@:/ é—"), max_size=30)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")))
TEXT = st.one_of(MARKUP, WORDS, st.tuples(MARKUP, WORDS, MARKUP).map("".join)).map(
    lambda text: " ".join(text.split())
)


@given(TEXT)
@example("*a* and _b_")
@example(r"a \* b \\ c")
@example("**")
def test_a_title_reads_to_the_letter(text: str) -> None:
    assert markdown.inline_plain(escape_inline(text)) == text


@given(TEXT)
@example("- not a list")
@example("12) not a list")
@example("+")
@example("[see](https://pprnet.example)")
@example("[a [b] c](https://pprnet.example) [d](mailto:a@b.example)")
@example("<https://pprnet.example> <a@b.example>")
@example("*")
@example("1.")
def test_a_paragraph_reads_to_the_letter(text: str) -> None:
    assert markdown.plain(escape_prose(text)) == text
    assert {block.type for block in markdown.blocks(escape_prose(text)) if block.level == 0} <= {
        "paragraph_open",
        "paragraph_close",
    }


@pytest.mark.parametrize(
    "text",
    [
        "r = .42*, 95% CI [− .55, − .27]",
        "the snake_case_name and one_other",
        "a [sic] remark (see below), p < .05",
        "a path C:\\Users",
        "-.42 to 1.5",
        "1.5 times as many",
    ],
)
def test_what_is_no_markup_stays_as_it_is(text: str) -> None:
    assert escape_prose(text) == text
