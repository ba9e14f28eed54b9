"""Strict YAML that remembers where everything stood, and the findings made of it.

`read_source` turns a file into a `Source`: nodes with line and column whose scalars are
the very text that was typed. `validate` holds a source against a pydantic model.
"""

from newsletter.yaml_source.finding import MAX_FINDINGS, Finding, Place, Severity
from newsletter.yaml_source.nodes import Mapping, Node, Scalar, Sequence
from newsletter.yaml_source.source import Source, read_source
from newsletter.yaml_source.text import MAX_BYTES
from newsletter.yaml_source.validate import in_order, validate

__all__ = [
    "MAX_BYTES",
    "MAX_FINDINGS",
    "Finding",
    "Mapping",
    "Node",
    "Place",
    "Scalar",
    "Sequence",
    "Severity",
    "Source",
    "in_order",
    "read_source",
    "validate",
]
