"""What templates and merge fields left in the mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.message.origin import remark_on
from newsletter.checks.message.page import page_of
from newsletter.checks.placeholder_words import placeholders
from newsletter.checks.subject import Subject
from newsletter.edition import specimen

_READER = r"(?i:first_?name|last_?name|f_?name|l_?name|full_?name|unsubscribe(?:_\w+)?)"
_FIELD = rf"(?:{_READER}|(?i:name|e_?mail))"
_FIELDS = {
    "{": r"\{\{[^{}]{0,80}\}\}|\{\{|\{%[^{}]{0,80}%\}|\{%|\{(?<!\$\{)" + _FIELD + r"\}",
    "*|": r"\*\|[^|\n]{1,40}\|\*",
    "%": rf"%recipient[\w.]*%|%%[A-Za-z]\w*%%|%{_FIELD}%",
    "-": r"-unsubscribe(?:_url)?-|-(?<![\w/-]-)[A-Za-z]+_\w*[A-Za-z]-(?![\w/-])",
    "[": rf"\[\[[A-Za-z][^\[\]\n]{{0,40}}\]\]|\[{_READER}\]",
    "<": r"<%=?[^%>\n]{0,80}%>|<<[A-Za-z]\w*>>",
    "$": r"\$\{[A-Za-z][^{}\n]{0,40}\}",
}
"""Merge fields by their first sign: Jinja2's and Handlebars', Mailchimp's, Mailgun's,
SendGrid's, and the rest."""
_PATTERNS = {sign: re.compile(field) for sign, field in _FIELDS.items()}


def leftover_placeholder(subject: Subject) -> Iterator[Remark]:
    """No reader should be greeted as `{{ first_name }}`, and a mailing with one is stopped.

    Issue text is never a template: what looks like a field in it goes out as typed. Only
    templates may use `reader.first_name`, `reader.last_name` and `reader.email`. Fields of
    Mailchimp, Mailgun and SendGrid are known by their signs as well, and `TODO` and its like
    in a template or in newsletter.yaml.
    """
    told = set()
    for passage in subject.passages:
        for found in _merge_fields(passage.typed):
            told.add(found[0])
            message = f"'{found[0]}' goes out as typed, since issue text is no template; remove it"
            yield Remark(passage.place(found.start()), f"{message}, or put it in a template")
    for words in _left_in_mail(subject):
        if words not in told:
            yield remark_on(subject, words, f"placeholder '{words}' left in the mail; fill it in")


def _left_in_mail(subject: Subject) -> Iterator[str]:
    """Each placeholder once that is in the mail but not in the issue's texts."""
    texts = "\n".join(passage.text for passage in subject.passages)
    text = subject.edition.text.fill(specimen(subject.config))
    mail = (subject.edition.subject, page_of(subject).words, text)
    fields = {found[0] for words in mail for found in _merge_fields(words)}
    words = {found[0] for found in placeholders(text) if found[0] not in texts}
    yield from sorted(fields | words)


def _merge_fields(text: str) -> Iterator[re.Match[str]]:
    for sign, pattern in _PATTERNS.items():
        if sign in text:
            yield from pattern.finditer(text)
