"""The kinds of value a configuration holds, each with the sentence for a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from ipaddress import IPv6Address, ip_network
from typing import Annotated, Any
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import idna
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticKnownError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = ("first", "second", "third", "fourth", "last")
_DAY = re.compile(rf"({'|'.join(ORDINALS)}) ({'|'.join((*DAYS, 'weekday'))})|[1-9]|[12][0-9]|3[01]")
_DURATION = re.compile(r"([0-9]{1,4})\s*([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_RATE = re.compile(r"([0-9]{1,9})\s*/\s*(second|minute|hour)")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KEPT = "!#$%&'()*+,/:;=?@-._~"
"""Characters of a URL that are left alone (RFC 3986 §2, with the percent sign)."""
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LONGEST_BASE = 500
"""Characters of `web_url`, so that List-Unsubscribe stays below 998 (RFC 5322 §2.1.1)."""
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9]+(?:[._+-][a-z0-9]+){0,4}@(?:[a-z0-9]+(?:-[a-z0-9]+){0,3}\.){1,4}"
    r"(?:ca|com|edu|example|net|org)"
)
"""Addresses too plain to ask email-validator, whose import is a twentieth of `build`."""
_LIST_ID = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_CODE = re.compile(r"N[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages in so many seconds."""

    count: int
    seconds: int


def parsed(kind: type, parse: Callable[[str], Any]) -> BeforeValidator:
    """A validator that parses text, and lets through what is of the kind already."""

    def validate(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise PydanticKnownError("string_type")
        return parse(value.strip())

    return BeforeValidator(validate)


def _line(text: str) -> str:
    """One line of text; tabs, which no header may hold, become spaces."""
    text = text.strip().replace("\t", " ")
    if not text:
        raise ValueError("this is empty; fill it in")
    if "\n" in text:
        raise ValueError("this must be on one line")
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"'{text}' is not a language tag; write one such as en-CA or fr")
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"'{text}' is not a time zone; write an IANA name such as America/Toronto"
        ) from error
    return text


def email_address(text: str) -> str:
    """An address by RFC 5321, its domain in ASCII; asks no name server."""
    if len(text) <= 64 and _PLAIN_EMAIL.fullmatch(text):
        return text
    return "@".join(email_parts(text))


def email_parts(text: str, shown: str | None = None) -> tuple[str, str]:
    """Local part and ASCII domain of an address; `shown` stands for it in the message.

    Raises:
        ValueError: a sentence, where it is none.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        parts = validate_email(
            text,
            check_deliverability=False,
            allow_smtputf8=False,
            strict=True,  # no local part over 64 characters
            test_environment=True,  # RFC 2606 keeps .test for trials
        )
    except EmailNotValidError as error:
        problem = f"'{shown or text}' is not an e-mail address: {_clause(error)}"
        raise ValueError(problem) from error
    return parts.local_part, str(parts.ascii_domain)


def _clause(error: ValueError) -> str:
    sentence = " ".join(str(error).split()).rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def web_link(text: str) -> str:
    """An absolute http or https URL with an ASCII host, its odd characters percent-encoded."""
    problem = f"'{text}' is not a web address; write one such as https://pprnet.example/contact"
    try:
        parts = urlsplit(text)
        host = _ascii_host(parts.hostname or "")
        port = "" if parts.port is None else f":{parts.port}"
    except (ValueError, UnicodeError) as error:
        raise ValueError(problem) from error
    unfit = parts.username is not None or re.search(r"\s", text)
    if unfit or parts.scheme not in ("http", "https"):
        raise ValueError(problem)
    rest = (quote(part, safe=_KEPT) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host + port, *rest))


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{IPv6Address(host)}]"
    return idna.encode(host, uts46=True).decode("ascii")


def https_url(text: str) -> str:
    """A `web_link` that is https."""
    url = web_link(text)
    if not url.startswith("https:"):
        raise ValueError(f"'{text}' is not an https:// address; make it one")
    return url


def _web_url(text: str) -> str:
    url = https_url(text)
    if "?" in url or "#" in url:
        raise ValueError("this is the base of other addresses; leave out what follows '?' or '#'")
    if not _LIST_ID.fullmatch(urlsplit(url).hostname or ""):
        raise ValueError("this needs a host name with a dot, such as news.pprnet.example")
    if len(url) > _LONGEST_BASE:
        raise ValueError(f"this is longer than {_LONGEST_BASE} characters; links need room")
    return url.rstrip("/")


def _contact(text: str) -> str:
    return text if text.startswith("mailto:") and email_address(text[7:]) else https_url(text)


def _list_id(text: str) -> str:
    if not _LIST_ID.fullmatch(text):
        raise ValueError(f"'{text}' is not a list id; write one such as digest.pprnet.example")
    return text


def _day(text: str) -> str:
    if not _DAY.fullmatch(text):
        raise ValueError(f"'{text}' is not a day; write 'first tuesday', 'last weekday' or '15'")
    return text


def _clock(text: str) -> time:
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text)
    if not match:
        raise ValueError(f"'{text}' is not a time; write one such as 09:00")
    return time(int(match[1]), int(match[2]))


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(f"'{text}' is not a duration; write one such as 12h, 90m or 2d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    if not match or not int(match[1]):
        raise ValueError(f"'{text}' is not a rate; write one such as 600/minute")
    seconds = {"second": 1, "minute": 60, "hour": 3600}[match[2]]
    return Rate(count=int(match[1]), seconds=seconds)


def _mail_domain(text: str) -> str:
    """A domain as addresses carry it: lower-case, in ASCII."""
    try:
        domain = idna.encode(text.strip(), uts46=True).decode("ascii").lower()
    except UnicodeError:
        domain = ""
    if not _LIST_ID.fullmatch(domain):
        raise ValueError(f"'{text}' is not a domain; write one such as gmail.com")
    return domain


def _network(text: str) -> str:
    """An IP address, or a network in CIDR notation."""
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"'{text}' is not an IP address or network; write one such as 127.0.0.1 or 10.0.0.0/8"
        ) from error
    return text


def _share(text: str) -> float:
    match = _PERCENT.fullmatch(text)
    if not match or float(match[1]) > 100:
        raise ValueError(f"'{text}' is not a percentage; write one such as 5%")
    return float(match[1]) / 100


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(f"'{text}' is not the code of a check; write one such as N101")
    return text


def database_url(text: str) -> str:
    """A SQLAlchemy URL of one of the two databases; the message never repeats it."""
    if not re.match(r"sqlite:///.|postgresql://.", text):
        raise ValueError("the database must begin with sqlite:/// or postgresql://")
    return text


Line = Annotated[str, AfterValidator(_line)]
Link = Annotated[Line, AfterValidator(web_link)]
Url = Annotated[Line, AfterValidator(https_url)]
WebUrl = Annotated[Line, AfterValidator(_web_url)]
Contact = Annotated[Line, AfterValidator(_contact)]
Email = Annotated[Line, AfterValidator(email_address)]
Language = Annotated[Line, AfterValidator(_language)]
Timezone = Annotated[Line, AfterValidator(_timezone)]
ListId = Annotated[Line, AfterValidator(_list_id)]
Day = Annotated[Line, AfterValidator(_day)]
Database = Annotated[Line, AfterValidator(database_url)]
Code = Annotated[Line, AfterValidator(_code)]
Clock = Annotated[time, parsed(time, _clock)]
Duration = Annotated[timedelta, parsed(timedelta, _duration)]
RateField = Annotated[Rate, parsed(Rate, _rate)]
Network = Annotated[Line, AfterValidator(_network)]
MailDomain = Annotated[str, AfterValidator(_mail_domain)]
Share = Annotated[float, parsed(float, _share)]
