"""The language in which a citation is asked for."""

from __future__ import annotations

_LOCALES = tuple(
    "en-US en-GB af-ZA ar bg-BG ca-AD cs-CZ cy-GB da-DK de-DE de-AT de-CH el-GR es-ES es-CL es-MX "
    "et-EE eu fa-IR fi-FI fr-FR fr-CA gl-ES he-IL hi-IN hr-HR hu-HU id-ID is-IS it-IT ja-JP km-KH "
    "ko-KR la lt-LT lv-LV mn-MN ms-MY nb-NO nl-NL nn-NO pl-PL pt-PT pt-BR ro-RO ru-RU sk-SK sl-SI "
    "sr-RS sv-SE th-TH tr-TR uk-UA vi-VN zh-CN zh-TW".split()
)
"""Those of the Citation Style Language, of each language the usual one first."""


def csl_locale(language: str) -> str:
    """The nearest locale of a language tag: `en-CA` is cited as `en-US`, as APA does."""
    wanted = language.casefold()
    primary = wanted.partition("-")[0]
    same = (each for each in _LOCALES if each.casefold() == wanted)
    near = (each for each in _LOCALES if each.partition("-")[0] == primary)
    return next(same, None) or next(near, _LOCALES[0])
