"""The JSON Schema of issue files, by which editors complete keys and topics while one types.

Keys, descriptions and what is required come from the model that validates. What JSON Schema
cannot learn from Python functions, the form of a month or a DOI, stands in one table here.
The schema refuses nothing that the loader accepts.
"""

from __future__ import annotations

import json
from typing import Any

from newsletter.config import Config
from newsletter.issue.model import MONTH, Issue

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TYPED = ["string", "number", "boolean"]
"""What a plain text may look like to an editor; to the loader `1984` is the text typed."""
_REGISTRANT = r"10\.[0-9]{4,9}(?:\.[0-9]+)*"
_RESOLVER = (
    r"(?:[Hh][Tt][Tt][Pp][Ss]?://)?(?:[Dd][Xx]\.|[Ww][Ww][Ww]\.)?[Dd][Oo][Ii]\.[Oo][Rr][Gg]/"
)
_DOI = (
    rf"(?:(?:[Dd][Oo][Ii]:\s*)?{_REGISTRANT}/\S*[^\s.,;]"
    rf"|{_RESOLVER}{_REGISTRANT}(?:/|%2[Ff])[^\s?#]*[^\s?#.,;](?:[?#]\S*)?)"
)
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"


def _whole(pattern: str) -> str:
    """The pattern of a text that is this between white space."""
    return rf"^\s*{pattern}\s*$"


_LINE = {"type": _TYPED, "pattern": _whole(r"\S[^\n]*")}
_TEXT = {"type": _TYPED, "pattern": r"\S"}
_KINDS: dict[str, dict[str, Any]] = {
    "month": {"type": "string", "pattern": _whole(f"(?:{MONTH.pattern})")},
    "subject": _LINE,
    "preheader": _LINE,
    "intro": _TEXT,
    "language": {"type": "string", "pattern": _whole("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")},
    "send_at": {"type": "string", "pattern": _whole(f"(?:{MONTH.pattern})-{_DAY}[ T]{_TIME}")},
    "summaries": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Summary"}},
    "title": _LINE,
    "citation": _LINE,
    "doi": {"type": "string", "pattern": _whole(_DOI)},
    "link": {"type": "string", "pattern": _whole(r"[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#]\S*")},
    "research_type": _LINE,
    "topics": {"type": "array", "items": _LINE},
    "summary": _TEXT,
    "practice_implications": _TEXT,
}
"""What the value of each key has to be."""
_EXAMPLES = {
    "month": "2023-12",
    "subject": "When empathy helps, and when therapy goes wrong",
    "preheader": "Accurate empathy, and why patients leave",
    "intro": "This month: what therapists do with an accurate reading of a patient’s feelings.",
    "language": "en-CA",
    "send_at": "2023-12-05 09:00",
    "title": "Therapist Qualities That Lead to Treatment Failure or Termination",
    "citation": "Author, A., & Writer, B. (2023). Title of the study. *Journal, 70*(6), 682–690.",
    "doi": "10.1037/cou0000708",
    "link": "https://example.org/report.pdf",
    "research_type": "Meta-analysis",
    "topics": ["Empathy", "Training"],
}
_BLANK = {
    "description": "Nothing: the key counts as not written.",
    "type": ["null", "string"],
    "pattern": r"^\s*$",
}


def issue_schema(config: Config | None = None) -> dict[str, Any]:
    """JSON Schema (2020-12) of an issue; with a configuration, of its own topics and types."""
    issue = Issue.model_json_schema()
    study = issue.pop("$defs")["Summary"]
    own = _own_kinds(config) if config else {}
    kinds = _KINDS | own
    examples = {name: each for name, each in _EXAMPLES.items() if name not in own}
    return {
        "$schema": DIALECT,
        **_mapping(issue, kinds, examples),
        "$defs": {"Summary": _mapping(study, kinds, examples), "Blank": _BLANK},
    }


def schema_text(config: Config | None = None) -> str:
    """The schema as a file holds it."""
    return json.dumps(issue_schema(config), indent=2, ensure_ascii=False) + "\n"


def _own_kinds(config: Config) -> dict[str, dict[str, Any]]:
    kinds: dict[str, dict[str, Any]] = {}
    if config.research_types:
        kinds["research_type"] = {"enum": list(config.research_types)}
    if config.topics:
        kinds["topics"] = {"type": "array", "items": {"enum": list(config.topics)}}
    return kinds


def _mapping(
    model: dict[str, Any], kinds: dict[str, dict[str, Any]], examples: dict[str, Any]
) -> dict[str, Any]:
    required = model["required"]
    return {
        "title": model["title"],
        "description": model["description"],
        "type": "object",
        "properties": {
            name: _value(name, described["description"], kinds[name], needed=name in required)
            | ({"examples": [examples[name]]} if name in examples else {})
            for name, described in model["properties"].items()
        },
        "required": required,
        "additionalProperties": False,
    }


def _value(name: str, description: str, kind: dict[str, Any], *, needed: bool) -> dict[str, Any]:
    title = "DOI" if name == "doi" else name.replace("_", " ").capitalize()
    kind = kind if needed else {"anyOf": [kind, {"$ref": "#/$defs/Blank"}]}
    return {"title": title, "description": description, **kind}
