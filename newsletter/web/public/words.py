"""What the public pages say, by language; a publication in another one gets the English words."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "400": "This request cannot be answered",
        "404": "There is no such page",
        "500": "Something went wrong on our side",
        "503": "This is not available just now",
    },
    "fr": {
        "400": "Impossible de répondre à cette requête",
        "404": "Cette page n’existe pas",
        "500": "Une erreur est survenue de notre côté",
        "503": "Ce service n’est pas disponible pour le moment",
    },
}


def words_in(language: str) -> Mapping[str, str]:
    """The words for a language tag such as `fr-CA`."""
    return _WORDS.get(language.lower().split("-")[0], _WORDS["en"])
