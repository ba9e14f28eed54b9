"""What can be wrong with a configuration, each at its place with the way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Refused = Callable[..., list[str]]
Unmarked = Callable[[str], tuple[str, list[tuple[int, int]]]]

REQUIRED_KEYS = {
    "name": "name: Practice Digest\n",
    "tagline": "tagline: Research for practice\n",
    "language": "language: en-CA\n",
    "timezone": "timezone: America/Toronto\n",
    "sender": "sender: {name: PPRNet, email: news@digest.example}\n",
    "postal_address": "postal_address: 136 Jean-Jacques-Lussier, Ottawa\n",
    "contact": "contact: https://digest.example/contact\n",
    "web_url": "web_url: https://news.digest.example\n",
}

# Lines that replace the required key they set, or are added to the required ones.
WRONG = {
    "an unknown key": ("‸logos: x", "unknown key 'logos'; did you mean 'logo'?"),
    "an unknown key without a value": ("‸aprovers:", "did you mean 'approvers'?"),
    "a secret in the file": ("‸secret: hunter2", "unknown key 'secret'"),
    "an unknown key of the sender": (
        "sender: {name: x, email: x@y.example, ‸mail: x}",
        "unknown key 'mail'; did you mean 'email'?",
    ),
    "an unknown key of the schedule": (
        "schedule: {‸days: first tuesday}",
        "unknown key 'days'; did you mean 'day'?",
    ),
    "an unknown key of SMTP": (
        "delivery: {smtp: {‸user: x}}",
        "unknown key 'user'; did you mean 'username'?",
    ),
    "an unknown key of SendGrid": (
        "delivery:\n  sendgrid:\n    ‸api_key: hunter2",
        "unknown key 'api_key'",
    ),
    "an unknown key of delivery": (
        "delivery:\n  ‸rat: 600/minute",
        "unknown key 'rat'; did you mean 'rate'?",
    ),
    "an unknown key of the logo": (
        "logo: {src: https://x.example/l.png, alt: x, width: 1, height: 1, ‸url: x}",
        "unknown key 'url'",
    ),
    "a duplicate key": ("issues: a\n‸issues: b", "duplicate key 'issues', first on line 9"),
    "a tag": ("issues: ‸!!str a", "the tag !!str is not allowed"),
    "a name over two lines": ("name: ‸|\n  a\n  b", "'name': this must be on one line"),
    "a name that is a list": ("name: ‸[a]", "'name' must be text, not a list"),
    "a blank name": ("‸name: ''", "'name' is empty; fill it in"),
    "a sender that is a text": ("sender: ‸PPRNet", "'sender' must be a mapping of keys to values"),
    "a sender without an address": ("sender: ‸{name: x}", "'email' is missing; add it"),
    "a sender with an empty name": ("sender: {‸name: , email: a@b.example}", "'name' is empty"),
    "a sender's wrong address": (
        "sender: {name: x, email: ‸news}",
        "'email': 'news' is not an e-mail address: ",
    ),
    "an address with a wrong domain": (
        "reply_to: ‸a@b..example",
        "'reply_to': 'a@b..example' is not an e-mail address",
    ),
    "an address in other letters": ("reply_to: ‸é@b.example", "is not an e-mail address"),
    "an address with a name": ("reply_to: ‸Ann <a@b.example>", "is not an e-mail address"),
    "a reviewer without an address": (
        "reviewers: [a@b.example, ‸Ann]",
        "'reviewers': 'Ann' is not an e-mail address",
    ),
    "operators that are a text": (
        "operators: ‸a@b.example",
        "'operators' must be a list, not text; write '- ' before each entry",
    ),
    "an empty topic": ("topics: [a, ‸'']", "an entry of 'topics' is empty; fill it in"),
    "a topic that is a mapping": (
        "topics:\n  - ‸Empathy: and more",
        "each entry of 'topics' must be text, not a mapping",
    ),
    "a language's name": ("language: ‸English!", "'English!' is not a language tag; write one"),
    "a zone by its letters": (
        "timezone: ‸EDT",
        "'EDT' is not a time zone; write an IANA name such as America/Toronto",
    ),
    "a zone that is a folder": ("timezone: ‸America", "'America' is not a time zone"),
    "a zone that leads elsewhere": ("timezone: ‸../../etc/passwd", "is not a time zone"),
    "a zone that is absolute": ("timezone: ‸/etc/localtime", "is not a time zone"),
    "a contact without https": (
        "contact: ‸http://digest.example",
        "'http://digest.example' is not an https:// address; make it one",
    ),
    "a contact that is a text": ("contact: ‸call us", "'call us' is not a web address"),
    "a contact with a wrong address": ("contact: ‸mailto:us", "'us' is not an e-mail address"),
    "a web address without https": ("web_url: ‸http://n.example", "is not an https:// address"),
    "a web address without a scheme": ("web_url: ‸n.example", "'n.example' is not a web address"),
    "a web address with a query": ("web_url: ‸https://n.example/?a=b", "leave out what follows"),
    "a web address with a fragment": ("web_url: ‸https://n.example/#a", "leave out what follows"),
    "a web address with a login": ("web_url: ‸https://a:b@n.example", "is not a web address"),
    "a web address with a space": ("web_url: ‸https://n.example/a b", "is not a web address"),
    "a web address with a wrong host": ("web_url: ‸https://-n-.example", "is not a web address"),
    "a web address without a dot": ("web_url: ‸https://localhost", "a host name with a dot"),
    "a list id without a dot": (
        "list_id: ‸digest",
        "'digest' is not a list id; write one such as digest.pprnet.example",
    ),
    "a list id with two dots": ("list_id: ‸a..example", "is not a list id"),
    "a list id in brackets": ("list_id: ‸<a.example>", "is not a list id"),
    "a logo without https": (
        "logo: {src: ‸http://x.example/l.png, alt: x, width: 1, height: 1}",
        "is not an https:// address",
    ),
    "a logo without a width": (
        "logo: ‸{src: https://x.example/l.png, alt: x, height: 1}",
        "'width' is missing; add it",
    ),
    "a logo of no width": (
        "logo: {src: https://x.example/l.png, alt: x, width: ‸0, height: 1}",
        "'width' must be greater than 0",
    ),
    "a logo too high": (
        "logo: {src: https://x.example/l.png, alt: x, width: 1, height: ‸601}",
        "'height' must be at most 600",
    ),
    "a logo of half a pixel": (
        "logo: {src: https://x.example/l.png, alt: x, width: ‸1.5, height: 1}",
        "'width' must be a whole number, not '1.5'",
    ),
    "another database": ("database: ‸mysql://x", "must begin with sqlite:/// or postgresql://"),
    "a database without a server": ("database: ‸postgresql://", "must begin with sqlite:/// or"),
    "a database without a file": ("database: ‸sqlite:///", "must begin with sqlite:/// or"),
    "a fifth weekday": (
        "schedule: {day: ‸fifth tuesday}",
        "'fifth tuesday' is not a day; write 'first tuesday', 'last weekday' or '15'",
    ),
    "a zeroth day": ("schedule: {day: ‸0}", "'0' is not a day"),
    "a thirty-second day": ("schedule: {day: ‸32}", "'32' is not a day"),
    "a day in other digits": ("schedule: {day: ‸1٥}", "'1٥' is not a day"),
    "a day that is a list": ("schedule: {day: ‸[1, 15]}", "'day' must be text, not a list"),
    "an hour of one digit": ("schedule: {time: ‸9:00}", "'9:00' is not a time; write one such as"),
    "a twenty-fourth hour": ("schedule: {time: ‸24:00}", "'24:00' is not a time"),
    "a time that is a list": ("schedule: {time: ‸[09:00]}", "'time' must be text, not a list"),
    "a grace without a unit": (
        "schedule: {grace: ‸12}",
        "'12' is not a duration; write one such as 12h, 90m or 2d",
    ),
    "a grace in weeks": ("schedule: {grace: ‸1w}", "'1w' is not a duration"),
    "a grace beyond all time": ("schedule: {grace: ‸99999999999d}", "is not a duration"),
    "a grace that is a mapping": (
        "schedule: {grace: ‸{hours: 12}}",
        "'grace' must be text, not a mapping",
    ),
    "an unknown approval": (
        "approval: ‸optional",
        "'approval' must be one of 'required' or 'none', not 'optional'",
    ),
    "a wrong code": (
        "checks: {off: [N101, ‸N1]}",
        "'off': 'N1' is not the code of a check; write one such as N101",
    ),
    "a wrong address of Crossref": ("crossref: {base_url: ‸api}", "'api' is not a web address"),
    "a wrong address of the resolver": ("crossref: {doi_url: ‸doi.org}", "is not a web address"),
    "an unknown provider": (
        "delivery: {provider: ‸mailgun}",
        "'provider' must be one of 'outbox', 'smtp' or 'sendgrid', not 'mailgun'",
    ),
    "a rate without a unit": (
        "delivery: {rate: ‸600}",
        "'600' is not a rate; write one such as 600/minute",
    ),
    "a rate of nothing": ("delivery: {rate: ‸0/minute}", "'0/minute' is not a rate"),
    "a rate a day": ("delivery: {rate: ‸600/day}", "'600/day' is not a rate"),
    "a rate without end": ("delivery: {rate: ‸99999999999/hour}", "is not a rate"),
    "a rate that is a mapping": (
        "delivery: {rate: ‸{count: 5, seconds: 1}}",
        "'rate' must be text, not a mapping",
    ),
    "a domain's wrong rate": (
        "delivery: {rates: {gmail.com: ‸fast}}",
        "'gmail.com': 'fast' is not a rate",
    ),
    "a rate of no domain": (
        "delivery: {rates: {‸gmail: 60/minute}}",
        "'rates': 'gmail' is not a domain; write one such as gmail.com",
    ),
    "rates that are a list": (
        "delivery: {rates: ‸[60/minute]}",
        "'rates' must be a mapping of keys to values, not a list",
    ),
    "a brake without a percent sign": (
        "delivery: {brake: ‸0.05}",
        "'0.05' is not a percentage; write one such as 5%",
    ),
    "a brake over all": ("delivery: {brake: ‸101%}", "'101%' is not a percentage"),
    "a brake below nothing": ("delivery: {brake: ‸-1%}", "'-1%' is not a percentage"),
    "a brake that is a list": ("delivery: {brake: ‸[5%]}", "'brake' must be text, not a list"),
    "a port in words": (
        "delivery: {smtp: {port: ‸smtps}}",
        "'port' must be a whole number, not 'smtps'",
    ),
    "a port that is a list": (
        "delivery: {smtp: {port: ‸[25]}}",
        "'port' must be a whole number, not a list",
    ),
    "a zeroth port": ("delivery: {smtp: {port: ‸0}}", "'port' must be at least 1"),
    "a port too high": ("delivery: {smtp: {port: ‸65536}}", "'port' must be at most 65535"),
    "a port beyond all numbers": (
        f"delivery: {{smtp: {{port: ‸{'9' * 5000}}}}}",
        "'port' must be a whole number",
    ),
    "an unknown security": (
        "delivery: {smtp: {security: ‸ssl}}",
        "'security' must be one of 'none', 'starttls' or 'tls', not 'ssl'",
    ),
    "too many connections": (
        "delivery: {smtp: {connections: ‸65}}",
        "'connections' must be at most 64",
    ),
    "a batch too large": (
        "delivery: {sendgrid: {batch_size: ‸1001}}",
        "'batch_size' must be at most 1000",
    ),
    "perhaps a sandbox": (
        "delivery: {sendgrid: {sandbox: ‸perhaps}}",
        "'sandbox' must be true or false, not 'perhaps'",
    ),
    "a sandbox that is a list": (
        "delivery: {sendgrid: {sandbox: ‸[true]}}",
        "'sandbox' must be true or false, not a list",
    ),
    "a tab": ("schedule:\n‸\tday: 15", "a tab cannot indent YAML; use spaces"),
    "an open quote": ("issues: ‸'a\nwords: b", "quotation mark is not closed"),
}


@pytest.mark.parametrize(("marked", "phrase"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_refused_at_its_place(
    refused: Refused, unmarked: Unmarked, marked: str, phrase: str
) -> None:
    replaced = marked.replace("‸", "").split(":")[0]
    kept = "".join(line for key, line in REQUIRED_KEYS.items() if key != replaced)
    text, ((line, column),) = unmarked(f"{kept}{marked}\n")
    (message,) = refused(text)
    assert message.startswith(f"newsletter.yaml:{line}:{column}: error: ")
    assert phrase in message


@pytest.mark.parametrize("key", REQUIRED_KEYS)
def test_a_required_key_must_be_there(refused: Refused, key: str) -> None:
    text = "# x\n" + "".join(line for name, line in REQUIRED_KEYS.items() if name != key)
    assert refused(text) == [f"newsletter.yaml:2:1: error: '{key}' is missing; add it"]


@pytest.mark.parametrize("null", ["", " null", " ~", " ''"])
@pytest.mark.parametrize("key", REQUIRED_KEYS)
def test_a_required_key_must_not_be_empty(refused: Refused, key: str, null: str) -> None:
    text = "".join(line for name, line in REQUIRED_KEYS.items() if name != key)
    assert refused(f"{text}{key}:{null}\n") == [
        f"newsletter.yaml:8:1: error: '{key}' is empty; fill it in"
    ]


def test_all_problems_are_told_in_the_order_of_their_places(refused: Refused) -> None:
    lines = refused(
        "delivery: {rate: fast, brake: 5}\nnam: x\ntopics: a\nlogo: !x {}\nlanguage: en\n"
        "schedule: {time: 9, day: never}\nlanguage: fr\n"
    )
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert places == sorted(places)
    assert {line for line, _ in places} == {1, 2, 3, 4, 6, 7}
    missing = [line for line in lines if "is missing; add it" in line]
    assert len(missing) == 7 + 4


def test_a_configuration_that_is_not_utf_8_is_refused(refused: Refused) -> None:
    assert refused("name: Études\n".encode("latin-1")) == [
        "newsletter.yaml:1:7: error: byte 0xC9 is not UTF-8; save the file as UTF-8"
    ]


def test_an_empty_configuration_is_refused(refused: Refused) -> None:
    assert refused("# nothing yet\n") == [
        "newsletter.yaml:1:1: error: the file is empty; it needs lines such as 'key: value'"
    ]
