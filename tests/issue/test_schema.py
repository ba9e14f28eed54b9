"""The JSON Schema says what the loader says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from newsletter.config import Config, load_config
from newsletter.errors import RefusedSource
from newsletter.issue import Issue, Summary
from newsletter.issue.schema import DIALECT, issue_schema, schema_text
from newsletter.yaml_source import Mapping, Node, Scalar, read_source

ROOT = Path(__file__).parents[2]
STUDY = {"title": "One", "summary": "A study.", "practice_implications": "Ask."}
BLANKS = ("", " ", "\n")


def plain(node: Node | None) -> Any:
    """What a YAML reader hands to a validator, with every scalar as the text typed."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.pairs}
    if isinstance(node, Scalar):
        return node.text or None
    return [plain(item) for item in node.items] if node else None


@pytest.fixture(scope="module")
def valid(config: Config) -> Callable[[Any], bool]:
    """Whether the schema of the tests' publication takes a document."""
    return Draft202012Validator(issue_schema(config)).is_valid


@pytest.fixture(scope="module")
def loads(load: Callable[..., Issue]) -> Callable[[Any], bool]:
    """Whether the loader takes a document of texts; JSON is YAML."""

    def ask(document: Any) -> bool:
        try:
            load(json.dumps(document))
        except RefusedSource:
            return False
        return True

    return ask


def issue(**keys: Any) -> dict[str, Any]:
    return {"month": "2023-12", "summaries": [STUDY]} | keys


def study(**keys: Any) -> dict[str, Any]:
    return issue(summaries=[STUDY | keys])


def without(key: str) -> dict[str, str]:
    return {name: text for name, text in STUDY.items() if name != key}


def test_it_is_a_schema_of_2020_12(config: Config) -> None:
    for schema in (issue_schema(), issue_schema(config)):
        assert schema["$schema"] == DIALECT
        Draft202012Validator.check_schema(schema)


def test_it_describes_each_key_of_the_model() -> None:
    schema = issue_schema()
    for model, described in ((Issue, schema), (Summary, schema["$defs"]["Summary"])):
        keys = described["properties"]
        assert list(keys) == list(model.model_fields)
        for name, field in model.model_fields.items():
            assert keys[name]["description"] == field.description
            assert keys[name]["title"]
            assert (name in described["required"]) == field.is_required()


def test_the_examples_are_examples(config: Config) -> None:
    schema = issue_schema(config)
    for part in (schema, schema["$defs"]["Summary"]):
        for name, key in part["properties"].items():
            ask = Draft202012Validator({**key, "$defs": schema["$defs"]})
            assert all(map(ask.is_valid, key.get("examples", []))), name


def test_the_schema_in_the_repository_is_current() -> None:
    config = load_config(ROOT / "newsletter.yaml", {})
    current = (ROOT / "schema" / "issue.schema.json").read_text("utf-8")
    assert current == schema_text(config), "run 'newsletter schema --out schema/issue.schema.json'"


@pytest.mark.parametrize("path", sorted((ROOT / "issues").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_sample_issues_are_valid(path: Path) -> None:
    schema = issue_schema(load_config(ROOT / "newsletter.yaml", {}))
    document = plain(read_source(path, path.name).root)
    assert list(Draft202012Validator(schema).iter_errors(document)) == []


RIGHT = {
    "the least": issue(),
    "all keys": issue(
        subject="Empathy",
        preheader="What helps",
        intro="Two\n\nparagraphs.",
        language="fr-CA",
        send_at="2023-12-05 09:00",
        summaries=[
            STUDY
            | {
                "citation": "Author, A. (2023). Empathy. *A Journal, 7*(1), 1–9.",
                "doi": "10.1037/cou0000708",
                "link": "https://a.example/b",
                "research_type": "Survey",
                "topics": ["Empathy", "Training"],
            }
        ]
        * 3,
    ),
    "a month between white space": issue(month=" 2023-12\n"),
    "a send_at with a T": issue(send_at="2023-12-05T23:59"),
    "a leap day": issue(send_at="2024-02-29 09:00"),
    "no topics": study(topics=[]),
    "a number as title": study(title="1984"),
    **{
        f"a blank {key} {blank!r}": issue(**{key: blank})
        for key in ("subject", "preheader", "intro", "language", "send_at")
        for blank in BLANKS
    },
    **{
        f"a blank {key} {blank!r}": study(**{key: blank})
        for key in ("citation", "doi", "link", "research_type", "topics")
        for blank in BLANKS
    },
    **{
        f"doi {doi}": study(doi=doi)
        for doi in (
            "10.1037/cou0000708",
            " 10.1037/cou0000708 ",
            "doi:10.1037/cou0000708",
            "DOI: 10.1037/cou0000708",
            "https://doi.org/10.1037/cou0000708",
            "http://dx.doi.org/10.1037/cou0000708",
            "HTTPS://DOI.ORG/10.1037/cou0000708",
            "https://www.doi.org/10.1037/cou0000708",
            "doi.org/10.1037/cou0000708",
            "https://doi.org/10.1037%2Fcou0000708",
            "https://doi.org/10.1037/cou0000708?mail=a.b.",
            "https://doi.org/10.1037/cou0000708#page.",
            "10.1000.10/123456",
            "10.1002/(SICI)1097-4679(199901)55:1<1::AID-JCLP1>3.0.CO;2-X",
            "10.1000/ä",
            "10.1000/a?b#c",
        )
    },
    **{
        f"link {link}": study(link=link)
        for link in ("http://a.example", "HTTPS://A.example/ü?b#c", "https://[::1]:80/")
    },
}
WRONG = {
    "a list": [],
    "nothing": {},
    "no month": {"summaries": [STUDY]},
    "no summaries": {"month": "2023-12"},
    "no summary": issue(summaries=[]),
    "summaries as text": issue(summaries="none"),
    "summaries as a mapping": issue(summaries=STUDY),
    "a summary as text": issue(summaries=["none"]),
    "an unknown key": issue(titel="x"),
    "an unknown key of a summary": study(cite="x"),
    "an unknown blank key": study(cite=""),
    "a summary's key above": issue(doi="10.1037/cou0000708"),
    "a subject of two lines": issue(subject="a\nb"),
    "a subject as list": issue(subject=["a"]),
    "an intro as mapping": issue(intro={"a": "b"}),
    "an unknown topic": study(topics=["Empthy"]),
    "an empty topic": study(topics=["Empathy", ""]),
    "topics as text": study(topics="Empathy"),
    "a topic as list": study(topics=[["Empathy"]]),
    "an unknown type": study(research_type="Guess"),
    "a title of two lines": study(title="a\nb"),
    "a citation of two lines": study(citation="a\n\nb"),
    **{f"no {key}": issue(summaries=[without(key)]) for key in STUDY},
    **{f"a blank {key} {blank!r}": study(**{key: blank}) for key in STUDY for blank in BLANKS},
    **{f"a {key} as list": study(**{key: ["a"]}) for key in STUDY},
    **{
        f"month {month}": issue(month=month)
        for month in ("", "2023-13", "2023-1", "1823-12", "2023-12-05", "December 2023")
    },
    **{
        f"send_at {moment}": issue(send_at=moment)
        for moment in (
            "2023-12-05",
            "2023-12-05 24:00",
            "2023-12-32 09:00",
            "2023-12-00 09:00",
            "2023-12-05 9:00",
            "2023-12-05 09:60",
            "2023-12-05 09:00:00",
            "2023-12-05 09:00+01:00",
        )
    },
    **{
        f"doi {doi}": study(doi=doi)
        for doi in (
            "10.1037",
            "10.1037/",
            "10.103/x",
            "11.1037/cou0000708",
            "cou0000708",
            "10.1037/cou 0000708",
            "10.1037/cou0000708.",
            "https://doi.org/10.1037/cou0000708.",
            "https://doi.org/",
            "https://dol.org/10.1037/cou0000708",
            "dx.doi:10.1037/cou0000708",
            "10.1037/a\nb",
        )
    },
    **{
        f"link {link}": study(link=link)
        for link in ("a.example", "ftp://a.example", "https:///a", "https://a.example/b c", "www")
    },
    **{f"language {tag}": issue(language=tag) for tag in ("english", "e", "en_CA", "en-")},
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_loader_takes_is_valid(
    name: str, valid: Callable[[Any], bool], loads: Callable[[Any], bool]
) -> None:
    assert loads(RIGHT[name])
    assert valid(RIGHT[name])


@pytest.mark.parametrize("name", WRONG)
def test_what_the_loader_refuses_is_not_valid(
    name: str, valid: Callable[[Any], bool], loads: Callable[[Any], bool]
) -> None:
    assert not loads(WRONG[name])
    assert not valid(WRONG[name])


@pytest.mark.parametrize("value", [1984, 3.5, True])
def test_numbers_are_texts_as_they_are_to_the_loader(
    value: object, valid: Callable[[Any], bool]
) -> None:
    assert valid(study(title=value, summary=value))
    assert not valid(issue(month=value))


@pytest.mark.parametrize("key", ["subject", "preheader", "intro", "language", "send_at"])
def test_a_key_without_a_value_counts_as_not_written(
    key: str, valid: Callable[[Any], bool], load: Callable[..., Issue]
) -> None:
    text = f"month: 2023-12\n{key}:\nsummaries:\n  - {json.dumps(STUDY)}\n"
    assert getattr(load(text), key) is None
    assert valid(issue(**{key: None}))


def test_without_a_publication_any_topic_and_type_is_taken() -> None:
    general = Draft202012Validator(issue_schema())
    assert general.is_valid(study(topics=["Cheese"], research_type="Tasting"))
    assert not general.is_valid(study(topics=[" "]))


DOIS = st.builds(
    "{}{}/{}".format,
    st.sampled_from(["", "doi:", "doi: ", "https://doi.org/", "http://dx.doi.org/", "doi.org/"]),
    st.from_regex(r"10\.[0-9]{4,9}(\.[0-9]{1,3})?", fullmatch=True),
    st.text(st.sampled_from("aZ0()<>:;.,-_/?#%&+[]'é"), min_size=1, max_size=12),
)
LINKS = st.builds(
    "{}{}".format,
    st.sampled_from(["https://", "http://", "HTTP://"]),
    st.text(st.sampled_from("aZ0.:/?#[]@%é-_"), max_size=12),
)
MOMENTS = st.from_regex(r"2[01][0-9]{2}-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]")
VALUES = {"doi": DOIS, "link": LINKS, "send_at": MOMENTS, "title": st.text(max_size=12)}


@given(pair=st.one_of([st.tuples(st.just(key), values) for key, values in VALUES.items()]))
def test_the_schema_refuses_nothing_that_the_loader_takes(
    valid: Callable[[Any], bool], loads: Callable[[Any], bool], pair: tuple[str, str]
) -> None:
    key, value = pair
    document = issue(send_at=value) if key == "send_at" else study(**{key: value})
    if loads(document):
        assert valid(document)
