"""What a configuration says, its defaults, and what stands in for it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.config import Config, load_config
from newsletter.errors import ConfigurationError, UsageError

Load = Callable[..., Config]
Refused = Callable[..., list[str]]

OPTIONAL = {
    "reply_to": None,
    "list_id": None,
    "logo": None,
    "issues": "issues",
    "templates": "templates",
    "words": "words.txt",
    "database": "sqlite:///newsletter.db",
    "schedule": {"day": "first tuesday", "time": time(9), "grace": timedelta(hours=12)},
    "approval": "required",
    "approvers": (),
    "operators": (),
    "reviewers": (),
    "topics": (),
    "research_types": (),
    "checks": {"off": ()},
    "crossref": {
        "base_url": "https://api.crossref.org",
        "doi_url": "https://doi.org",
        "mailto": None,
    },
    "trusted_proxies": (),
    "delivery": {
        "provider": "outbox",
        "rate": None,
        "rates": {},
        "brake": 0.05,
        "outbox": {"path": "outbox"},
        "smtp": {
            "host": "localhost",
            "port": 25,
            "security": "none",
            "username": None,
            "connections": 4,
        },
        "sendgrid": {
            "base_url": "https://api.sendgrid.com",
            "batch_size": 100,
            "connections": 2,
            "sandbox": False,
        },
    },
}


def _dumped(config: Config) -> dict[str, Any]:
    return config.model_dump(exclude={"file"})


def test_what_is_required_is_read(load: Load, required: str) -> None:
    read = {key: value for key, value in _dumped(load(required)).items() if key not in OPTIONAL}
    assert read == {
        "name": "Practice Digest",
        "tagline": "Research for practice",
        "language": "en-CA",
        "timezone": "America/Toronto",
        "sender": {"name": "PPRNet", "email": "news@digest.example"},
        "postal_address": "136 Jean-Jacques-Lussier, Ottawa",
        "contact": "https://digest.example/contact",
        "web_url": "https://news.digest.example",
    }


def test_all_else_has_its_default(load: Load, required: str) -> None:
    config = _dumped(load(required))
    assert {key: config[key] for key in OPTIONAL} == OPTIONAL
    assert set(config) - set(OPTIONAL) == set(re.findall(r"^\w+", required, re.MULTILINE))


@pytest.mark.parametrize("null", ["", " null", " ~", " Null", " NULL"])
def test_an_optional_key_that_is_null_has_its_default(load: Load, required: str, null: str) -> None:
    keys = "".join(f"{key}:{null}\n" for key in OPTIONAL)
    assert _dumped(load(required + keys)) == _dumped(load(required))


@pytest.mark.parametrize("section", ["schedule", "crossref", "delivery"])
def test_a_nested_key_that_is_null_has_its_default(load: Load, required: str, section: str) -> None:
    keys = "".join(f"  {key}: null\n" for key in OPTIONAL[section])  # type: ignore[attr-defined]
    assert _dumped(load(f"{required}{section}:\n{keys}")) == _dumped(load(required))


def test_a_quoted_null_is_a_text(load: Load, required: str) -> None:
    assert load(f'{required}issues: "null"\n').issues == "null"


def test_every_key_can_be_set(load: Load, required: str) -> None:
    config = load(
        required
        + """\
reply_to: answers@digest.example
list_id: digest.pprnet.example
logo: {src: https://digest.example/logo.png, alt: Digest, width: 160, height: 40}
issues: months
templates: design
words: spellings.txt
database: postgresql://localhost/news
schedule: {day: last weekday, time: "18:30", grace: 2d}
approval: none
approvers: [Ann, Ben]
operators: [ops@digest.example]
reviewers: [ann@digest.example, ben@digest.example]
topics: [Empathy, "No", 12:30]
research_types: [Survey]
checks: {off: [N101, N401]}
crossref:
  base_url: http://127.0.0.1:8000
  doi_url: http://localhost:8000/doi
  mailto: ann@digest.example
trusted_proxies: [10.0.0.1]
delivery:
  provider: smtp
  rate: 600/minute
  rates: {gmail.com: 60 / minute, outlook.com: 5/second, yahoo.com: 1000/hour}
  brake: 2.5%
  outbox: {path: mails}
  smtp: {host: mail.example, port: 587, security: starttls, username: news, connections: 8}
  sendgrid: {base_url: http://localhost:1, batch_size: 1000, connections: 16, sandbox: true}
"""
    )
    assert (config.reply_to, config.list_id) == ("answers@digest.example", "digest.pprnet.example")
    assert config.logo
    assert (config.logo.width, config.logo.height) == (160, 40)
    assert (config.issues, config.templates, config.words) == ("months", "design", "spellings.txt")
    assert config.database == "postgresql://localhost/news"
    assert (config.schedule.day, config.schedule.time) == ("last weekday", time(18, 30))
    assert config.schedule.grace == timedelta(days=2)
    assert (config.approval, config.approvers) == ("none", ("Ann", "Ben"))
    assert config.operators == ("ops@digest.example",)
    assert config.reviewers == ("ann@digest.example", "ben@digest.example")
    assert (config.topics, config.research_types) == (("Empathy", "No", "12:30"), ("Survey",))
    assert (config.checks.off, config.trusted_proxies) == (("N101", "N401"), ("10.0.0.1",))
    assert config.crossref.base_url == "http://127.0.0.1:8000"
    assert config.crossref.doi_url == "http://localhost:8000/doi"
    assert config.crossref.mailto == "ann@digest.example"
    delivery = config.delivery
    assert delivery.rate
    assert dataclasses.astuple(delivery.rate) == (600, 60)
    assert {key: dataclasses.astuple(rate) for key, rate in delivery.rates.items()} == {
        "gmail.com": (60, 60),
        "outlook.com": (5, 1),
        "yahoo.com": (1000, 3600),
    }
    assert (delivery.provider, delivery.brake, delivery.outbox.path) == ("smtp", 0.025, "mails")
    assert delivery.smtp.model_dump() == {
        "host": "mail.example",
        "port": 587,
        "security": "starttls",
        "username": "news",
        "connections": 8,
    }
    assert delivery.sendgrid.model_dump() == {
        "base_url": "http://localhost:1",
        "batch_size": 1000,
        "connections": 16,
        "sandbox": True,
    }


def test_a_configuration_cannot_be_changed(load: Load, required: str) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(required).name = "Another"


@pytest.mark.parametrize(
    ("typed", "grace"),
    [("90m", timedelta(minutes=90)), ("12 h", timedelta(hours=12)), ("2d", timedelta(days=2))],
)
def test_a_grace_is_in_minutes_hours_or_days(
    load: Load, required: str, typed: str, grace: timedelta
) -> None:
    assert load(f"{required}schedule: {{grace: {typed}}}\n").schedule.grace == grace


@pytest.mark.parametrize("typed", ["0%", "5%", "5 %", "99.5%", "100%"])
def test_a_brake_is_a_percentage(load: Load, required: str, typed: str) -> None:
    brake = load(f"{required}delivery: {{brake: {typed}}}\n").delivery.brake
    assert brake == pytest.approx(float(typed.rstrip("% ")) / 100)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://news.digest.example/", "https://news.digest.example"),
        ("https://digest.example/news/", "https://digest.example/news"),
        ("https://digest.example:8443/news", "https://digest.example:8443/news"),
        ("https://Bücher.example", "https://xn--bcher-kva.example"),
        ("https://例え.テスト/é", "https://xn--r8jz45g.xn--zckzah/%C3%A9"),
        ("HTTPS://NEWS.example", "https://news.example"),
    ],
)
def test_a_web_url_is_a_base_in_ascii(load: Load, required: str, typed: str, url: str) -> None:
    assert load(required.replace("https://news.digest.example", typed)).web_url == url


@pytest.mark.parametrize(
    ("typed", "contact"),
    [
        ("mailto:us@digest.example", "mailto:us@digest.example"),
        ("https://bücher.example/c", "https://xn--bcher-kva.example/c"),
    ],
)
def test_a_contact_is_a_page_or_an_address(
    load: Load, required: str, typed: str, contact: str
) -> None:
    assert load(required.replace("https://digest.example/contact", typed)).contact == contact


def test_the_domain_of_an_address_is_turned_into_ascii(load: Load, required: str) -> None:
    sender = load(required.replace("news@digest.example", "Ann@bücher.example")).sender
    assert sender.email == "Ann@xn--bcher-kva.example"


def test_relative_paths_are_relative_to_the_file(
    load: Load, required: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load(f"{required}issues: months\ntemplates: ../design\n")
    monkeypatch.chdir("/")
    assert config.root == tmp_path
    assert config.issues_path == tmp_path / "months"
    assert config.templates_path == tmp_path / "../design"


def test_an_absolute_path_stays(load: Load, required: str) -> None:
    assert load(f"{required}issues: /srv/issues\n").issues_path == Path("/srv/issues")


def test_the_file_is_known_by_its_absolute_path(
    load: Load, required: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(required)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    config = load_config(Path("../newsletter.yaml"), {})
    assert config.file == tmp_path / "newsletter.yaml"


def test_a_link_to_a_configuration_makes_its_own_folder_the_publication(
    load: Load, required: str, tmp_path: Path
) -> None:
    load(required)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "newsletter.yaml").symlink_to(tmp_path / "newsletter.yaml")
    config = load_config(tmp_path / "site" / "newsletter.yaml", {})
    assert config.root == tmp_path / "site"


def test_the_time_zone_is_at_hand(load: Load, required: str) -> None:
    assert load(required).zone == ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("issues/2023-12.yaml", "issues/2023-12.yaml"),
        ("issues/../words.txt", "words.txt"),
        ("..", ".."),
    ],
)
def test_a_path_is_shown_from_the_publications_folder(
    load: Load, required: str, tmp_path: Path, path: str, shown: str
) -> None:
    expected = str(tmp_path / "..") if shown == ".." else shown
    assert load(required).shown(tmp_path / path) == expected


def test_a_linked_folder_is_shown_by_the_name_it_has_here(
    load: Load, required: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (tmp_path / "issues").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    path = tmp_path / "issues" / "2023-12.yaml"
    assert load(required).shown(path) == "issues/2023-12.yaml"


def test_the_environment_stands_in_for_the_database(load: Load, required: str) -> None:
    config = load(
        f"{required}database: sqlite:///a.db\n",
        {"NEWSLETTER_DATABASE": "postgresql://news:pw@db.example/news"},
    )
    assert config.database == "postgresql://news:pw@db.example/news"


@pytest.mark.parametrize("environment", [{}, {"NEWSLETTER_DATABASE": ""}, {"DATABASE": "x"}])
def test_an_empty_environment_changes_nothing(
    load: Load, required: str, environment: dict[str, str]
) -> None:
    assert load(required, environment).database == "sqlite:///newsletter.db"


@pytest.mark.parametrize("url", ["mysql://me:hunter2@db/news", "hunter2", "sqlite:///", "sqlite:"])
def test_a_wrong_database_in_the_environment_is_refused_without_showing_it(
    refused: Refused, required: str, url: str
) -> None:
    assert refused(required, {"NEWSLETTER_DATABASE": url}) == [
        "NEWSLETTER_DATABASE: error: the database must begin with sqlite:/// or postgresql://"
    ]


def test_no_error_repeats_what_may_hold_a_password(
    load: Load, refused: Refused, required: str
) -> None:
    (line,) = refused(f"{required}database: mysql://me:hunter2@db/news\n")
    assert "hunter2" not in line
    assert line.startswith("newsletter.yaml:9:11: error: 'database': the database must begin with")
    with pytest.raises(ConfigurationError) as refusal:
        load(required, {"NEWSLETTER_DATABASE": "mysql://me:hunter2@db/news"})
    error: BaseException | None = refusal.value
    while error:
        assert "hunter2" not in repr(error)
        error = error.__cause__ or error.__context__


def test_a_wrong_configuration_is_wrong_usage() -> None:
    assert issubclass(ConfigurationError, UsageError)
    assert ConfigurationError.exit_code == 2


def test_a_domain_with_a_limit_is_read_as_addresses_carry_it(load: Load, required: str) -> None:
    config = load(required + "delivery: {rates: {GMail.com: 1/second, bücher.example: 1/hour}}")
    assert set(config.delivery.rates) == {"gmail.com", "xn--bcher-kva.example"}


def test_trusted_proxies_are_addresses_or_networks(load: Load, required: str) -> None:
    config = load(required + "trusted_proxies: [127.0.0.1, 10.0.0.0/8, '2001:db8::/32']")
    assert config.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "2001:db8::/32")
    with pytest.raises(ConfigurationError, match=r"'proxy' is not an IP address or network; write"):
        load(required + "trusted_proxies: [proxy]")
