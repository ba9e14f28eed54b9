"""The kinds of value a configuration holds, each with the sentence for a wrong one."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import idna
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = ("first", "second", "third", "fourth", "last")
_DAY = re.compile(rf"({'|'.join(ORDINALS)}) ({'|'.join((*DAYS, 'weekday'))})|[1-9]|[12]\d|3[01]")
_DURATION = re.compile(r"(\d+)\s*([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_RATE = re.compile(r"(\d+)\s*/\s*(second|minute|hour)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KEPT = "!#$%&'()*+,/:;=?@-._~"
"""Characters of a URL that are left alone (RFC 3986 §2, with the percent sign)."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class Rate(BaseModel):
    """So many messages in so many seconds."""

    model_config = ConfigDict(frozen=True)
    count: int
    seconds: int


def _line(text: str) -> str:
    text = text.strip()
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
    from email_validator import EmailNotValidError, validate_email

    try:
        parts = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValueError(f"'{text}' is not an e-mail address: {error}") from error
    return f"{parts.local_part}@{parts.ascii_domain}"


def web_link(text: str) -> str:
    """An absolute http or https URL with an ASCII host, its odd characters percent-encoded."""
    problem = f"'{text}' is not a web address; write one such as https://pprnet.example/contact"
    try:
        parts = urlsplit(text)
        host = idna.encode(parts.hostname or "", uts46=True).decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError) as error:
        raise ValueError(problem) from error
    if parts.scheme not in ("http", "https") or parts.username is not None or " " in text:
        raise ValueError(problem)
    rest = urlunsplit(("", "", parts.path, parts.query, parts.fragment))
    return f"{parts.scheme}://{host}{port}{quote(rest, safe=_KEPT)}"


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
    return url.rstrip("/")


def _contact(text: str) -> str:
    return text if text.startswith("mailto:") and email_address(text[7:]) else https_url(text)


def _list_id(text: str) -> str:
    if not _HOST.fullmatch(text) or "." not in text:
        raise ValueError(f"'{text}' is not a list id; write one such as digest.pprnet.example")
    return text


def _day(text: str) -> str:
    if not _DAY.fullmatch(text):
        raise ValueError(f"'{text}' is not a day; write 'first tuesday', 'last weekday' or '15'")
    return text


def _clock(value: Any) -> Any:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if isinstance(value, str) and not match:
        raise ValueError(f"'{value}' is not a time; write one such as 09:00")
    return time(int(match[1]), int(match[2])) if match else value


def _duration(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value)
    if not match:
        raise ValueError(f"'{value}' is not a duration; write one such as 12h, 90m or 2d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _rate(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _RATE.fullmatch(value)
    if not match or not int(match[1]):
        raise ValueError(f"'{value}' is not a rate; write one such as 600/minute")
    seconds = {"second": 1, "minute": 60, "hour": 3600}[match[2]]
    return Rate(count=int(match[1]), seconds=seconds)


def _share(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _PERCENT.fullmatch(value)
    if not match or float(match[1]) > 100:
        raise ValueError(f"'{value}' is not a percentage; write one such as 5%")
    return float(match[1]) / 100


def database_url(text: str) -> str:
    """A SQLAlchemy URL of one of the two databases; the message never repeats it."""
    if not re.match(r"sqlite:///.|postgresql://.", text):
        raise ValueError("the database must begin with sqlite:/// or postgresql://")
    return text


Line = Annotated[str, AfterValidator(_line)]
Url = Annotated[Line, AfterValidator(https_url)]
WebUrl = Annotated[Line, AfterValidator(_web_url)]
Contact = Annotated[Line, AfterValidator(_contact)]
Email = Annotated[Line, AfterValidator(email_address)]
Language = Annotated[Line, AfterValidator(_language)]
Timezone = Annotated[Line, AfterValidator(_timezone)]
ListId = Annotated[Line, AfterValidator(_list_id)]
Day = Annotated[Line, AfterValidator(_day)]
Database = Annotated[Line, AfterValidator(database_url)]
Clock = Annotated[time, BeforeValidator(_clock)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
RateField = Annotated[Rate, BeforeValidator(_rate)]
Share = Annotated[float, BeforeValidator(_share)]
