"""Slips of the pen are found; what a scholar may write is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

Said = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("metnalize", "mentalize"),
        ("behvaviour", "behaviour"),
        ("adherance", "adherence"),
        ("teh", "the"),
        ("adn", "and"),
        ("thier", "their"),
        ("wich", "which"),
        ("occured", "occurred"),
        ("recieve", "receive"),
        ("seperate", "separate"),
        ("therpist", "therapist"),
        ("therrapist", "therapist"),
        ("psychotherpay", "psychotherapy"),
        ("countertransferance", "countertransference"),
        ("alexythimia", "alexithymia"),
        ("signifcant", "significant"),
        ("comission", "commission"),
        ("corelation", "correlation"),
        ("publically", "publicly"),
        ("resluts", "results"),
        ("did'nt", "didn't"),
        ("THerapists", "Therapists"),
        ("psychothreapuetic", "psychotherapeutic"),
    ],
)
def test_a_slip_is_told_with_the_word_that_was_meant(said: Said, typed: str, meant: str) -> None:
    (message,) = said("N301", f"We saw that {typed} once.")
    assert message == (
        f"'{typed}' is in no dictionary; did you mean '{meant}'? "
        "Otherwise add it to 'words.txt' if it is right"
    )


@pytest.mark.parametrize(
    "word",
    [
        "dont",
        "alot",
        "wellbieng",
        "xqzzv",
        "infront",
        "everytime",
        "accidently",
        "al",
        "het",
    ],
)
def test_what_is_no_word_is_told(said: Said, word: str) -> None:
    (message,) = said("N301", f"Some {word} here.")
    assert message.startswith(f"'{word}' is in no dictionary; ")


@pytest.mark.parametrize(
    "text",
    [
        "Teh patients improved.",
        "They improved. Behvaviour changed first.",
        "“Adherance to a manual matters.”",
        "The category was Therapist Unprofesionalism.",
        "In Psychothearpy, things take time.",
    ],
)
def test_a_slip_in_a_capitalised_word_is_told(said: Said, text: str) -> None:
    assert len(said("N301", text)) == 1


@pytest.mark.parametrize(
    ("title", "typed", "meant"),
    [
        ("Adherance to Protocol in Therapy", "Adherance", "Adherence"),
        ("The Behvaviour of Therapists", "Behvaviour", "Behaviour"),
        ("Teh Role of Empathy", "Teh", "The"),
        ("Therapits and Their Patients", "Therapits", "Therapist"),
        ("THE BEHVAVIOUR OF THERAPISTS", "BEHVAVIOUR", "BEHAVIOUR"),
        ("What metnalizing does", "metnalizing", "mentalizing"),
    ],
)
def test_a_slip_in_a_title_is_told_in_its_capitals(
    said: Said, title: str, typed: str, meant: str
) -> None:
    (message,) = said("N301", title=title)
    assert f"'{typed}' is in no dictionary; did you mean '{meant}'?" in message


@pytest.mark.parametrize("key", ["subject", "preheader", "intro"])
def test_the_issue_s_own_lines_are_read(desk: Any, key: str) -> None:
    (found,) = desk.find(desk.issue(**{key: "This month: metnalizing"}), "N301")
    assert "metnalizing" in found.message


def test_implications_are_read_and_citations_are_not(said: Said) -> None:
    assert said("N301", citation="Xyzzy, A. (2020). On metnalizing. *Jourrnal, 1*, 1–2.") == []
    assert len(said("N301", practice_implications="Try metnalizing.")) == 1


FINE = """\
mentalizing mentalization mentalise BIPOC telepsychology EFT CBTs PTSD-related P-value CBT-based
alexithymia countertransference psychoeducation transdiagnostic metacognitive moderators
non-responders nonresponders pre-pandemic face-to-face well-being wellbeing co-therapist
teletherapist psychodynamically-oriented attunedness neurobiological microaggressions dropout
behaviour behavior colour color counselling counseling labelling labeling randomised randomized
analyse analyze centre center programme judgement practising learnt ageing sceptical paediatric
don't don’t they're it’s wouldn't couldn’t should've o’clock ma’am patients’ therapist’s
PsycINFO McMaster QoL SSRIs PhDs RCTs DSM-5 PHQ-9 12-fold 5-HT T1 χ² β η² N=40 2nd 1990s
naïve naive café résumé déjà vu vis-à-vis ﬁndings co‑occurring co­operation Zürich
vs. e.g. i.e. et al. etc. U.K. Ph.D. a priori post hoc in vivo per se sine qua non
https://doi.org/10.1037/pst0000503 doi:10.1002/jclp.20384 www.pprnet.ca info@digest.example
pre- and post-treatment self- or observer-rated and/or therapist/client a) b) n-of-1 t-test
sertraline escitalopram fluoxetine quetiapine lorazepam amygdala dorsolateral hippocampal
Rogerian Bonferroni-corrected Cronbach’s Kraepelinian Québécois Norwegian Likert-type 心理療法
the ps were ns, the dfs and ts differed, Ns, SDs, SEs and rs incongruent diatheses genograms
eco-anxiety touchpoints quantiles improvers persisters experiencers withdrawers workgroups
“[T]herapists said [t]herapists were mak[ing] do” therapist(s) therap(ies) [sic]
one&nbsp;two<br>three <strong>four</strong> lorem ipsum dolor al-Krenawi ben-Porath Al-Krenawi
тест ψυχή"""


@pytest.mark.parametrize("text", re.split(r"\n", FINE))
def test_words_of_the_field_and_the_signs_of_scholarship_are_fine(said: Said, text: str) -> None:
    assert said("N301", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Finsrud and colleagues asked; Nissen-Lie’s and Fagernäs's answers differ.",
        "DeBlaere, O’Brien and Lo Coco (2020) differ from Fagernas.",
        "As Zhaoqing and colleagues say, Tzvetkova’s model and Dr. Bordelin agree.",
        "Later Eltje Vandersteen and Quixano disagreed.",
        "Wrzesniewski (1997) thought of callings.",
        "Hill et al. (2014), (Young et al., 2014), Cook et. al and Miller et\nal. agree.",
        "Bessel van der Kolk; el Guebaly et al.; the Ordre des psychologues du Québec.",
    ],
)
def test_names_are_fine(said: Said, text: str) -> None:
    assert said("N301", text) == []


def test_a_word_of_the_citations_is_fine(said: Said) -> None:
    citation = "Finsrud, I. (2023). Zographic tapping: A trial. *A Journal, 7*(1), 1–9."
    assert said("N301", "The zographic tapping helped.", citation=citation) == []
    assert len(said("N301", "The zographic tapping helped.")) == 1


def test_what_only_looks_like_a_compound_of_known_parts_is_no_word(said: Said) -> None:
    messages = said("N301", "The mentalize-basde and metnalize-based ones.")
    assert [message.split()[0] for message in messages] == ["'basde'", "'metnalize'"]


def test_brackets_in_a_word_hide_no_slip(said: Said) -> None:
    messages = said("N301", "[T]hreapists; metnalize[1]; a teh(rapy) and (teh) al-metnalize.")
    assert [message.split()[0] for message in messages] == [
        "'hreapists'", "'metnalize'", "'teh'", "'rapy'", "'al'",
    ]  # fmt: skip


def test_a_word_is_told_once_in_each_passage(said: Said) -> None:
    messages = said("N301", "A teh and teh.", practice_implications="And teh, too.")
    assert len(messages) == 2


def test_a_word_s_place_is_the_word_s(places: Callable[[str, str], tuple[Any, Any]]) -> None:
    found, expected = places(
        "N301",
        "A *very* long text, with ‸teh word,\nand (‸metnalizing) “‸adherance”.\n\n"
        "- Items: mind-‸ifdul\n\n[A ‸linc](https://digest.example/teh).",
    )
    assert found == expected
    assert len(found) == 5


@pytest.mark.parametrize("language", ["fr", "fr-CA", "de", "es"])
def test_other_languages_are_not_read(said: Said, language: str) -> None:
    text = "Les thérapeutes se sentent mieux quand ils mentalisent, et le le patient aussi."
    assert said("N301", text, language=language) == []
    assert said("N304", text, language=language) == []


@pytest.mark.parametrize("language", ["en", "EN-gb", "en-US"])
def test_english_of_any_country_is_read(said: Said, language: str) -> None:
    assert len(said("N301", "Some teh text.", language=language)) == 1


def test_a_text_in_another_alphabet_or_language_ends_at_a_hundred_remarks(said: Said) -> None:
    text = " ".join(f"qwz{a}{b}x" for a in "abcdefghijklmnopqrst" for b in "abcdefghijklmnopqrst")
    assert len(said("N301", text)) == 100


def test_nothing_improper_is_suggested(said: Said) -> None:
    assert "shit" not in said("N301", "So shti happens.")[0]
