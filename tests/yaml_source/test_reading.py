"""What a source knows: texts as they were typed, and where each stands."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import RefusedSource
from newsletter.yaml_source import Finding, Mapping, Node, Place, Scalar, Sequence, Source

Problems = Callable[[str | bytes], list[Finding]]
Read = Callable[[str | bytes], Source]

AMBIGUOUS = (
    "No", "yes", "on", "true", "~", "null", "NULL", "12:30", "1e3", "0x10", "0o17", "017", "1_000",
    "10.1037", ".inf", ".nan", "-1", "+1.5", "2022-11", "2022-11-15", "2022-11-15 09:00", "=",
)  # fmt: skip

PLACES = """\
# a comment
month: 2023-12
summaries:
  - title: First
    topics: [a, "b",
      c]
  -
    title: Second
"""

FINE = {
    "a document's start": ("---\na: b\n", "b"),
    "a document's end": ("a: b\n...\n", "b"),
    "a comment": ("# one\na: b # two\n", "b"),
    "JSON": ('{"a": "b"}', "b"),
    "a text over two lines": ("a: b\n  c\n", "b c"),
    "a quotation over two lines": ("a: 'b\n  c'\n", "b c"),
    "a quotation of what looks like a key": ("a: 'b\n  c: d'\n", "b c: d"),
    "a quotation with a blank line": ('a: "b\n\n  c"\n', "b\nc"),
    "a quotation closed on a line of its own": ('a: "b\n  "\n', "b "),
    "a quotation whose lines stand to the left": ("a: 'b\nc'\n", "b c"),
    "an apostrophe written twice": ("a: 'It''s'\n", "It's"),
    "a block": ("a: |\n  b\n   c\n", "b\n c\n"),
    "a block without its last line end": ("a: |-\n  b\n", "b"),
    "a folded block": ("a: >-\n  b\n  c\n", "b c"),
    "a tab after the colon": ("a:\tb\n", "b"),
    "a tab in a block's text": ("a: |-\n  b\tc\n  \td\n", "b\tc\n\td"),
    "a colon without a space": ("a: 12:30\n", "12:30"),
    "an address": ("a: https://x.example/#y\n", "https://x.example/#y"),
    "a hash within a word": ("a: b#c\n", "b#c"),
    "a percent sign in a block": ("a: |-\n  %b\n", "%b"),
    "a quotation mark within": ('a: say "b" it\'s\n', 'say "b" it\'s'),
    "no line end": ("a: b", "b"),
    "braces in a block": ("a: |-\n  {{ reader.email }}\n", "{{ reader.email }}"),
}


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_what_looks_like_another_type_stays_text(read: Read, text: str) -> None:
    source = read(f"a: {text}\nb: [{text}]\n")
    values = [source.node("a"), source.node("b", 0)]
    assert [value.text for value in values if isinstance(value, Scalar)] == [text, text]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_a_key_that_looks_like_another_type_stays_text(read: Read, text: str) -> None:
    assert [key.text for key, _ in read(f"{text}: a\n").root.pairs] == [text]


@pytest.mark.parametrize(("content", "text"), FINE.values(), ids=FINE.keys())
def test_what_yaml_allows_an_author_is_read(read: Read, content: str, text: str) -> None:
    source = read(content)
    node = source.node("a")
    assert source.problems == ()
    assert isinstance(node, Scalar)
    assert node.text == text


def test_a_quotation_within_brackets_may_hold_what_looks_like_a_key(read: Read) -> None:
    assert read("topics: ['a\n  b: c', d]\n").node("topics", 0) == Scalar(
        Place(1, 10), "a b: c", "'", 2
    )


def test_a_merge_key_in_quotes_is_a_key(read: Read) -> None:
    source = read("'<<': a\n")
    assert source.problems == ()
    assert source.key_place("<<") == (1, 1)


def test_an_empty_value_is_an_empty_text(read: Read) -> None:
    node = read("a:\nb: c\n").node("a")
    assert isinstance(node, Scalar)
    assert (node.text, node.style) == ("", "")


def test_values_and_keys_know_their_places(read: Read) -> None:
    source = read(PLACES)
    assert source.place("month") == (2, 8)
    assert source.key_place("month") == (2, 1)
    assert source.place("summaries", 0, "topics", 1) == (5, 17)
    assert source.place("summaries", 0, "topics", 2) == (6, 7)
    assert source.key_place("summaries", 0, "topics", 2) == (6, 7)
    assert source.key_place("summaries", 1, "title") == (8, 5)


def test_what_is_absent_stands_at_its_nearest_parent(read: Read) -> None:
    source = read(PLACES)
    assert source.node("summaries", 1, "doi") is None
    assert source.node("summaries", 2) is None
    assert source.node("month", "day") is None
    assert source.place("summaries", 1, "doi") == (8, 5)
    assert source.place("summaries", 2) == (4, 3)
    assert source.place("subject") == source.place() == (2, 1)


def test_an_alias_repeats_its_target_at_its_own_place(read: Read) -> None:
    source = read("a: &x Empathy\nb: *x\nc: &y [*x, d]\ne: *y\n")
    assert source.problems == ()
    assert source.node("b") == Scalar(source.place("b"), "Empathy", "", 1)
    assert source.place("b") == (2, 4)
    repeated = source.node("e")
    assert isinstance(repeated, Sequence)
    assert [item.text for item in repeated.items if isinstance(item, Scalar)] == ["Empathy", "d"]


def test_of_a_duplicate_key_the_first_is_read(read: Read) -> None:
    node = read("a: b\na: c\n").node("a")
    assert isinstance(node, Scalar)
    assert node.text == "b"


def _laughs(leaf: str, levels: int, width: int) -> str:
    """Lists that repeat the list before them: width ** levels leaves."""
    lines = [f"l0: &l0 [{', '.join([leaf] * width)}]"]
    for level in range(1, levels):
        repeated = ", ".join([f"*l{level - 1}"] * width)
        lines.append(f"l{level}: &l{level} [{repeated}]")
    return "\n".join([*lines, f"z: *l{levels - 1}", ""])


BOMBS = {
    "a billion laughs": _laughs("lol", 9, 10),
    "a billion empty texts": _laughs("''", 9, 10),
    "a few large lists": _laughs("''", 2, 5000),
    "a list of mappings": _laughs("{a: b}", 9, 10),
    "one large text": f"a: &a {'x' * 50_000}\nb: [{', '.join(['*a'] * 100)}]\n",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_an_alias_bomb_is_refused_before_it_grows(problems: Problems, text: str) -> None:
    tracemalloc.start()
    (finding,) = problems(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "aliases blow this file up beyond 1 MB" in finding.message
    assert text.splitlines()[finding.line - 1][finding.column - 1] == "*"
    assert peak < 50_000_000


def test_aliases_of_modest_size_are_read(read: Read) -> None:
    source = read(_laughs("lol", 3, 10))
    assert sum(1 for node in _nodes(source.node("z")) if isinstance(node, Scalar)) == 1000


DEEP = {
    "open brackets": "a: " + "[" * 400_000,
    "brackets": "a: " + "[" * 5000 + "]" * 5000,
    "braces": "{a: " * 5000 + "b" + "}" * 5000,
    "dashes": "a:\n  " + "- " * 3000 + "x\n",
    "indentation": "".join(" " * depth + "a:\n" for depth in range(1000)),
    "aliases": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 1300)),
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_deep_nesting_is_refused_where_it_gets_deep(problems: Problems, text: str) -> None:
    finding = problems(text)[-1]
    assert "nested more than 20 deep" in finding.message
    assert finding.line <= 21


def test_nesting_an_author_may_use_is_read(read: Read) -> None:
    assert read("a: " + "[" * 19 + "x" + "]" * 19).problems == ()


def test_a_thousand_duplicates_are_told_a_hundred_times(problems: Problems) -> None:
    assert len(problems("a: b\n" * 1000)) == 100


def _nodes(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield node
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _nodes(item)
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            yield from _nodes(key)
            yield from _nodes(value)


YAML_PIECES = st.lists(
    st.sampled_from([
        "a", "b: ", ":", "- ", "-", "\n", "\n  ", "\n    ", " ", "\t", "'", '"', "[", "]", "{", "}",
        ",", "&x", " *x", "!!str ", "<<", "|\n", ">", "? ", "#", "%", "---\n", "...\n", "\\", "@",
        "\r", "\r\n", "\ufeff", "\x00", "\u2028", "\u00a0", "é", "👍", "title: x\n", "0", "|2-",
    ]),
    max_size=40,
).map("".join)  # fmt: skip


def _assert_read_or_refused(read: Read, content: str | bytes) -> None:
    """Nothing but RefusedSource is raised, and every place is within the file."""
    try:
        source = read(content)
    except RefusedSource as refused:
        found, places = list(refused.findings), []
    else:
        found, places = list(source.problems), [node.place for node in _nodes(source.root)]
    raw = content if isinstance(content, bytes) else content.encode()
    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    for line, column in [*places, *((finding.line, finding.column) for finding in found)]:
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
    assert [(finding.line, finding.column) for finding in found] == sorted(
        (finding.line, finding.column) for finding in found
    )


@given(text=YAML_PIECES)
def test_any_mixture_of_yaml_is_read_or_refused(read: Read, text: str) -> None:
    _assert_read_or_refused(read, text)


@given(text=st.text(st.characters(codec="utf-8")))
def test_any_text_is_read_or_refused(read: Read, text: str) -> None:
    _assert_read_or_refused(read, text)


@given(content=st.binary())
def test_any_bytes_are_read_or_refused(read: Read, content: bytes) -> None:
    _assert_read_or_refused(read, content)


@given(data=st.data())
def test_any_damage_to_a_good_file_is_read_or_refused(
    read: Read, issue_text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(issue_text)))
    end = data.draw(st.integers(start, min(start + 30, len(issue_text))))
    _assert_read_or_refused(read, issue_text[:start] + data.draw(YAML_PIECES) + issue_text[end:])


UNTYPEABLE = "".join(map(chr, [*range(9), 11, 12, 13, *range(14, 32), *range(127, 160)]))
TYPEABLE = st.characters(
    codec="utf-8", exclude_characters=UNTYPEABLE + "\u2028\u2029\ufeff", exclude_categories=["Cn"]
)


@given(key=st.text(TYPEABLE, max_size=100), text=st.text(TYPEABLE))
def test_any_text_in_json_quotes_is_read_back_exactly(read: Read, key: str, text: str) -> None:
    quoted = f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(text, ensure_ascii=False)}\n"
    source = read(quoted)
    ((read_key, value),) = source.root.pairs
    assert source.problems == ()
    assert isinstance(value, Scalar)
    assert (read_key.text, value.text) == (key, text)


@given(
    lines=st.lists(
        st.text(TYPEABLE, min_size=1).map(lambda line: "x" + line.replace("\n", "")), min_size=1
    )
)
def test_any_lines_in_a_block_are_read_back_exactly(read: Read, lines: list[str]) -> None:
    source = read("a: |\n" + "".join(f"  {line}\n" for line in lines) + "b: c\n")
    node = source.node("a")
    assert isinstance(node, Scalar)
    assert node.text == "".join(f"{line}\n" for line in lines)
