"""What SendGrid is told in a request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from newsletter.config import Secrets
from newsletter.delivery.claim import Claim
from newsletter.delivery.providers import load_provider
from newsletter.delivery.providers.sendgrid import SendGrid
from newsletter.edition import Letter
from newsletter.edition.personal import Personal, Place
from newsletter.errors import ConfigurationError, SecretMissing

MakeClaim = Callable[..., Claim]


def named(claim: Claim, **names: str) -> Claim:
    return claim._replace(reader=claim.reader._replace(**names))


def test_a_request_holds_the_letter_once_and_each_reader(
    sendgrid_rig: Any, make_book: Any, make_claim: MakeClaim
) -> None:
    claims = [make_claim(7, "ana@example.org", "Ana"), make_claim(8, "bo@example.org", "Bo")]

    make_book(claims).run(sendgrid_rig.provider_with(batch_size=10))

    (mail,) = sendgrid_rig.server.mails
    assert mail["from"] == {"email": "news@digest.example", "name": "PPRNet"}
    assert mail["subject"] == "Empathy that is acted on"
    assert [part["type"] for part in mail["content"]] == ["text/plain", "text/html"]
    assert "mail_settings" not in mail
    assert "reply_to" not in mail
    first, second = mail["personalizations"]
    assert first["to"] == [{"email": "ana@example.org", "name": "Ana"}]
    assert second["to"] == [{"email": "bo@example.org", "name": "Bo"}]
    assert first["headers"] == {
        "List-Unsubscribe": "<https://news.digest.example/u/7>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "Practice Digest <news.digest.example>",
        "Feedback-ID": "2023-12:digest:newsletter:digestexample",
        "Content-Language": "en-CA",
        "Message-ID": "<7@digest.example>",
    }


def test_sendgrid_is_to_track_nothing(sendgrid_rig: Any, book: Any) -> None:
    book("ana@example.org").run(sendgrid_rig.provider)

    switches = sendgrid_rig.server.mails[0]["tracking_settings"]
    assert switches.keys() == {
        "click_tracking", "open_tracking", "subscription_tracking", "ganalytics",
    }  # fmt: skip
    assert not any(state for switch in switches.values() for state in switch.values())


def test_a_delivery_is_known_by_its_number_alone(sendgrid_rig: Any, book: Any) -> None:
    book("ana@example.org").run(sendgrid_rig.provider)

    (mail,) = sendgrid_rig.server.mails
    assert mail["personalizations"][0]["custom_args"] == {"delivery": "1"}
    assert "categories" not in mail


def test_answers_go_where_the_publication_says(
    sendgrid_rig: Any, make_book: Any, make_claim: MakeClaim, letter: Letter
) -> None:
    letter = replace(letter, reply_to="editor@digest.example")

    make_book([make_claim(1, "ana@example.org", letter=letter)]).run(sendgrid_rig.provider)

    assert sendgrid_rig.server.mails[0]["reply_to"] == {"email": "editor@digest.example"}


def test_the_sandbox_is_asked_for_in_each_request(sendgrid_rig: Any, book: Any) -> None:
    book("a@example.org", "b@example.org").run(sendgrid_rig.provider_with(sandbox=True))

    settings = [mail["mail_settings"] for mail in sendgrid_rig.server.mails]
    assert settings == [{"sandbox_mode": {"enable": True}}] * 2


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("Zoë", "Lee", "Zoë Lee"),
        ("", "O'Hara", "O'Hara"),
        ("Lee, Ana", "", '"Lee, Ana"'),
        ("Ana; x@evil.example", "", '"Ana; x@evil.example"'),
        ('Ana "A"', "Lee", '"Ana \\"A\\" Lee"'),
        ("Ana", "<x@evil.example>", '"Ana <x@evil.example>"'),
        ("", "", None),
    ],
)
def test_a_name_never_becomes_another_address(
    sendgrid_rig: Any, make_book: Any, make_claim: MakeClaim, first: str, last: str, told: str
) -> None:
    claim = named(make_claim(1, "ana@example.org"), first_name=first, last_name=last)

    make_book([claim]).run(sendgrid_rig.provider)

    (recipient,) = sendgrid_rig.server.mails[0]["personalizations"][0]["to"]
    assert recipient.get("name") == told


def test_a_list_name_in_any_script_is_encoded_on_one_line(
    sendgrid_rig: Any, make_book: Any, make_claim: MakeClaim, letter: Letter
) -> None:
    letter = replace(letter, list_name="Été à Montréal, nouvelles de la psychothérapie " * 3)

    make_book([make_claim(1, "ana@example.org", letter=letter)]).run(sendgrid_rig.provider)

    told = sendgrid_rig.server.mails[0]["personalizations"][0]["headers"]["List-Id"]
    assert told.startswith("=?utf-8?b?")
    assert told.endswith("?= <news.digest.example>")


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        ({"first_name": "Ana\r\nBcc: x@evil.example"}, "first name holds a control character"),
        ({"message_id": "1\n@digest.example"}, "message id holds a control character"),
        ({"email": "zoë@example.org"}, "the address is not ASCII"),
        ({"unsubscribe_url": "https://news.digest.example/é"}, "would not be ASCII"),
        ({"last_name": "\ud800"}, "half a character"),
        ({"first_name": "A" * 10_000}, "more than SendGrid's 10,000 bytes"),
    ],
)
def test_a_reader_for_whom_no_mail_can_be_made_fails_alone(
    sendgrid_rig: Any,
    make_book: Any,
    make_claim: MakeClaim,
    unfit: dict[str, str],
    reason: str,
) -> None:
    bad = named(make_claim(2, "b@example.org"), **unfit)
    claims = [make_claim(1, "a@example.org"), bad, make_claim(3, "c@example.org")]

    outcomes = make_book(claims).run(sendgrid_rig.provider_with(batch_size=10))

    assert [outcomes[number].verdict for number in (1, 2, 3)] == ["accepted", "failed", "accepted"]
    assert reason in outcomes[2].reason


def test_substitutions_may_take_the_last_byte(
    sendgrid_rig: Any, make_book: Any, make_claim: MakeClaim, letter: Letter
) -> None:
    letter = replace(letter, html=Personal(("Hi",)), text=Personal(("Hi", Place("first_name"))))
    book = make_book(
        [
            make_claim(1, "a@example.org", "é" * 4988 + "a", letter),
            make_claim(2, "b@example.org", "é" * 4988 + "aa", letter),
        ]
    )

    outcomes = book.run(sendgrid_rig.provider)

    tags = sendgrid_rig.server.mails[0]["personalizations"][0]["substitutions"]
    assert sum(len((tag + value).encode()) for tag, value in tags.items()) == 10_000
    assert [outcomes[number].verdict for number in (1, 2)] == ["accepted", "failed"]


def test_an_address_stands_once_in_a_request(
    sendgrid_rig: Any, make_book: Any, make_claim: MakeClaim
) -> None:
    claims = [make_claim(n, each) for n, each in enumerate(["a@b.example", "c@d.example"] * 2, 1)]
    claims.append(make_claim(5, "A@b.example"))

    make_book(claims).run(sendgrid_rig.provider_with(batch_size=10))

    sizes = [len(mail["personalizations"]) for mail in sendgrid_rig.server.mails]
    assert sizes == [2, 2, 1]


def test_two_letters_go_out_in_two_requests(
    sendgrid_rig: Any, make_book: Any, make_claim: MakeClaim, letter: Letter
) -> None:
    marked = letter.test_copy()
    claims = [make_claim(1, "a@b.example"), make_claim(2, "c@d.example", letter=marked)]

    make_book(claims).run(sendgrid_rig.provider_with(batch_size=10))

    subjects = [mail["subject"] for mail in sendgrid_rig.server.mails]
    assert subjects == [letter.subject, marked.subject]


def test_a_request_too_large_is_split_before_it_is_sent(
    sendgrid_rig: Any, make_book: Any, make_claim: MakeClaim
) -> None:
    claims = [make_claim(1, "a@example.org"), make_claim(2, "b@example.org")]
    claims[1] = named(claims[1], last_name="A" * 30_000_000)

    outcomes = make_book(claims).run(sendgrid_rig.provider_with(batch_size=2))

    assert [outcomes[number].verdict for number in (1, 2)] == ["accepted", "failed"]
    assert "30 MB" in outcomes[2].reason
    assert [each.address for each in sendgrid_rig.server.taken] == ["a@example.org"]


def test_each_thread_speaks_for_itself(
    sendgrid_rig: Any, book: Any, load_module: Callable[[str], ModuleType]
) -> None:
    addresses = [f"r{number}@example.org" for number in range(12)]
    sendgrid_rig.server.always = load_module("servers/sendgrid.py").Step(delay=0.05)

    book(*addresses).run(sendgrid_rig.provider_with(connections=4, batch_size=2))

    server = sendgrid_rig.server
    assert sorted(each.address for each in server.taken) == sorted(addresses)
    assert 1 < server.at_once <= 4
    names = {frozenset(name.lower() for name in headers) for headers in server.headers}
    assert len(names) == 1


def test_logs_show_neither_key_nor_address(
    sendgrid_rig: Any, book: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = "python_http_client.client"
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, client):
        book("ana@example.org").run(sendgrid_rig.provider)

    assert "SG." not in caplog.text
    assert "ana@" not in caplog.text


def test_without_a_key_the_variable_is_named(publication: Any) -> None:
    config = publication.config()
    config = config.model_copy(
        update={"delivery": config.delivery.model_copy(update={"provider": "sendgrid"})}
    )
    with pytest.raises(SecretMissing, match="SENDGRID_API_KEY is not set"):
        load_provider(config, Secrets())
    with pytest.raises(ConfigurationError, match="SENDGRID_API_KEY holds") as error:
        load_provider(config, Secrets(sendgrid_key="SG.a\nb"))
    assert "SG.a" not in str(error.value)


def test_the_configuration_is_heeded_and_the_key_not_shown(publication: Any) -> None:
    with (publication.root / "newsletter.yaml").open("a") as file:
        file.write(
            "delivery:\n  provider: sendgrid\n  sendgrid:\n"
            "    {base_url: https://a.example, batch_size: 7, connections: 3, sandbox: yes}\n"
        )

    provider = load_provider(publication.config(), Secrets(sendgrid_key="SG.secret"))

    assert isinstance(provider, SendGrid)
    settings = provider.settings
    assert (settings.base_url, settings.batch_size) == ("https://a.example", 7)
    assert (settings.connections, settings.sandbox) == (3, True)
    assert "SG.secret" not in repr(provider)
