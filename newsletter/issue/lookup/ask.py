"""Asking a server politely: one question at a time, never in haste, never without end."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Thread
from time import monotonic, sleep
from typing import TypeVar
from urllib.parse import urlsplit

from newsletter.errors import NoAnswer

Result = TypeVar("Result")

MAX_REDIRECTS = 5
_WAITS = (1.0, 5.0)
"""Seconds to wait where a server asks for patience but names no time."""
_OK, _NOT_FOUND = 200, 404
_BUSY = (429, 503)
_SECONDS = re.compile(r"\s*([0-9]{1,9})\s*s?\s*")
_UNREACHED = "could not be reached; check the network"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Patience:
    """How long to wait for what; all in seconds."""

    connect: float = 5
    answer: float = 10
    """For the whole of an answer, name look-up and redirects included."""
    between: float = 0.6
    """From one question to the next; Crossref's public pool allows five a second."""
    longest_wait: float = 10
    """What a server may ask for by Retry-After; beyond it the author is asked to come again."""


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    location: str


@dataclass
class Asker:
    """Asks questions one after the other, as fast as the servers allow.

    A server that cannot be reached, or keeps silent, is not asked again.
    """

    agent: str
    """The User-Agent, which says who asks and how to reach them."""
    patience: Patience = field(default_factory=Patience)
    _between: float = 0
    _asked_at: float | None = None
    _given_up: dict[str, NoAnswer] = field(default_factory=dict)

    def ask(self, url: str, accept: str, at_most: int) -> bytes:
        """The body of what a URL leads to, of so many bytes at most.

        Raises:
            NoAnswer: with the reason.
        """
        left = self.patience.answer
        for _ in range(MAX_REDIRECTS + 1):
            begun = monotonic()
            answer, waited = self._patiently(url, accept, at_most, left)
            left -= monotonic() - begun - waited
            if not answer.location:
                return _body(answer, host_of(url))
            if urlsplit(answer.location).scheme not in ("http", "https"):
                raise NoAnswer(host_of(url), "led away from the web")
            url = answer.location
        raise NoAnswer(host_of(url), "led from address to address without end")

    def _patiently(
        self, url: str, accept: str, at_most: int, seconds: float
    ) -> tuple[_Answer, float]:
        """An answer that is no request for patience, and how long was waited on purpose."""
        waited = 0.0
        for otherwise in (*_WAITS, None):
            waited += self._wait_for_turn()
            answer = self._once(url, accept, at_most, seconds)
            self._slow_down(answer.headers)
            if answer.status not in _BUSY:
                return answer, waited
            pause = _seconds_to_wait(answer.headers, otherwise or 0)
            if otherwise is None or pause > self.patience.longest_wait:
                break
            sleep(pause)
            waited += pause
        raise self._give_up(url, f"asked for patience (HTTP {answer.status}); try again later")

    def _once(self, url: str, accept: str, at_most: int, seconds: float) -> _Answer:
        import httpx

        if host_of(url) in self._given_up:
            raise self._given_up[host_of(url)]
        try:
            return _within(seconds, lambda: self._get(url, accept, at_most))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise self._give_up(url, _UNREACHED) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            silence = f"did not answer within {self.patience.answer:g} s; try again later"
            raise self._give_up(url, silence) from error
        except OSError as error:  # no certificates, no socket
            raise self._give_up(url, _UNREACHED) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswer(host_of(url), "broke off its answer; try again later") from error

    def _get(self, url: str, accept: str, at_most: int) -> _Answer:
        import httpx

        headers = {"User-Agent": self.agent, "Accept": accept, "Accept-Encoding": "identity"}
        timeout = httpx.Timeout(self.patience.answer, connect=self.patience.connect)
        # A server on this machine is asked directly, whatever proxy the environment names.
        directly = dict.fromkeys((f"all://{host}" for host in _LOOPBACK), None)
        with (
            httpx.Client(timeout=timeout, mounts=directly) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            body = b""
            if response.status_code == _OK:
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > at_most:
                        raise NoAnswer(host_of(url), f"answered with more than {at_most:,} bytes")
            following = response.next_request
            location = str(following.url) if following else ""
            return _Answer(response.status_code, response.headers, body, location)

    def _wait_for_turn(self) -> float:
        begun = monotonic()
        if self._asked_at is not None:
            between = max(self._between, self.patience.between)
            sleep(max(0, self._asked_at + between - begun))
        self._asked_at = monotonic()
        return self._asked_at - begun

    def _slow_down(self, headers: Mapping[str, str]) -> None:
        """Obey Crossref's `x-rate-limit-limit: 50`, `x-rate-limit-interval: 1s`."""
        interval = _SECONDS.fullmatch(headers.get("x-rate-limit-interval", ""))
        limit = _SECONDS.fullmatch(headers.get("x-rate-limit-limit", ""))
        if interval and limit and int(limit[1]):
            self._between = min(int(interval[1]) / int(limit[1]), self.patience.longest_wait)

    def _give_up(self, url: str, reason: str) -> NoAnswer:
        host = host_of(url)
        return self._given_up.setdefault(host, NoAnswer(host, reason))


def _body(answer: _Answer, host: str) -> bytes:
    if answer.status == _NOT_FOUND:
        raise NoAnswer(host, "had no record of it; compare the DOI with the article's own")
    if answer.status != _OK:
        raise NoAnswer(host, f"refused to answer (HTTP {answer.status}); try again later")
    return answer.body


def host_of(url: str) -> str:
    """Host and port, as an author is told of a server."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _seconds_to_wait(headers: Mapping[str, str], otherwise: float) -> float:
    """What Retry-After says, in seconds or as a date (RFC 9110 §10.2.3)."""
    wish = headers.get("retry-after", "")
    seconds = _SECONDS.fullmatch(wish)
    if seconds:
        return float(seconds[1])
    try:
        moment = parsedate_to_datetime(wish)
    except ValueError:
        return otherwise
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _within(seconds: float, work: Callable[[], Result]) -> Result:
    """What work returns, or raises, if it ends in time.

    It has a thread of its own, since neither the look-up of a name nor a server that sends a
    byte now and then is bound by a socket's time-out.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # raised below, where somebody waits for it
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future.result(timeout=max(0, seconds))
