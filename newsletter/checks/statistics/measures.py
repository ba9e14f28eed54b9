"""What the symbols of statistics stand for, and which values they can have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from math import inf

from newsletter.checks.statistics.scales import FISHER, LINEAR, LOGARITHMIC, Scale


class Role(Enum):
    """What a statistic does in a row of them."""

    EFFECT = "effect"
    """An interval and a p that follow are its own."""
    TERM = "term"
    """An effect that is reported with its test before its interval: a regression's."""
    LEVEL = "level"
    """A mean or a share: an interval that follows at once is its own."""
    P = "p"
    DETAIL = "detail"
    """Tells more about what stands before: its standard error, the sample's size."""
    TEST = "test"
    """The test of what stands before: `t`, `z`."""
    OTHER_TEST = "other test"
    """A test of something else: `F`, `Q`, `I²`; a p that follows is its own."""
    UNKNOWN = "unknown"


EFFECTS = frozenset({Role.EFFECT, Role.TERM})
ESTIMATES = EFFECTS | {Role.LEVEL}


@dataclass(frozen=True)
class Measure:
    """A kind of statistic."""

    noun: str
    """What a remark calls it."""
    role: Role = Role.EFFECT
    low: float = -inf
    high: float = inf
    scales: tuple[Scale, ...] = ()
    """Where its intervals have the estimate in their middle; with several, on any of them."""

    @property
    def nulls(self) -> frozenset[float]:
        """Its value where there is no effect; of several, nobody knows which."""
        scales = self.scales if self.role in EFFECTS else ()
        return frozenset(scale.null for scale in scales)


CORRELATION = Measure("correlation", Role.EFFECT, -1, 1, (FISHER, LINEAR))
DIFFERENCE = Measure("difference", scales=(LINEAR,))
COEFFICIENT = Measure("coefficient", Role.TERM, scales=(LINEAR,))
STANDARDIZED = Measure("coefficient", Role.TERM, scales=(LINEAR, FISHER))
RATIO = Measure("ratio", Role.TERM, 0, inf, (LOGARITHMIC,))
AGREEMENT_OR_RATIO = Measure("ratio", Role.TERM, 0, inf, (LOGARITHMIC, LINEAR))
"""`IRR` is an incidence rate ratio or inter-rater reliability."""
ANY_EFFECT = Measure("estimate", scales=(LINEAR, FISHER, LOGARITHMIC))
"""`ES`, and a number without a symbol."""
RELIABILITY = Measure("reliability", Role.EFFECT, -1, 1)
PART_OF_VARIANCE = Measure("share of variance", Role.EFFECT, -1, 1)
"""Adjusted, it may be below zero."""
VARIABILITY = Measure("share of variability", Role.OTHER_TEST, 0, 100)
PROBABILITY = Measure("p", Role.P)
MEAN = Measure("mean", Role.LEVEL, scales=(LINEAR, LOGARITHMIC))
SHARE = Measure("share", Role.LEVEL)
MEDIAN = Measure("median", Role.LEVEL)
INDEX = Measure("index", Role.LEVEL)
SPREAD = Measure("standard deviation", Role.DETAIL, 0)
ERROR = Measure("standard error", Role.DETAIL, 0)
COUNT = Measure("count", Role.DETAIL)
TEST = Measure("test statistic", Role.TEST)
SQUARED_TEST = Measure("test statistic of this kind", Role.OTHER_TEST, 0)
OTHER = Measure("statistic", Role.UNKNOWN)

_SYMBOLS: dict[Measure, str] = {
    CORRELATION: "r rs rp pr sr ρ rho φ",
    DIFFERENCE: "d ds g gs dz dav drm g+ d+ Δ ∆ δ SMD SMDs WMD MD RD ARD ATE Mdiff ΔM ∆M",
    COEFFICIENT: "b bs B Bs γ",
    STANDARDIZED: "β Β ß beta Beta",
    RATIO: "OR ORs aOR AOR RR RRs aRR HR HRs aHR SHR ROR",
    AGREEMENT_OR_RATIO: "IRR",
    ANY_EFFECT: "ES",
    RELIABILITY: "α κ kappa ICC ω",
    PART_OF_VARIANCE: "R² R2 R^2 r² r^2 ΔR² ∆R² ΔR2 ∆R2 η² η2 η^2 ηp² η²p ηp2 ω² ε² pη²",
    VARIABILITY: "I² I2 I^2",
    PROBABILITY: "p P ps Ps p's p’s p-value P-value p-values",
    MEAN: "M Mean",
    MEDIAN: "Mdn Md",
    INDEX: "AUC RMSEA",
    SPREAD: "SD SDs s.d. sd",
    ERROR: "SE SEs se",
    COUNT: "n N ns Ns k K",
    TEST: "t z Z df",
    SQUARED_TEST: "F Q χ² χ2 χ^2 Χ² X² QM QB Qb QW Qw",
}
_WORDS: dict[Measure, str] = {
    CORRELATION: "correlation|correlation coefficient",
    DIFFERENCE: "mean difference|standardized mean difference|standardised mean difference",
    RATIO: "odds ratio|risk ratio|hazard ratio|rate ratio|relative risk",
    ANY_EFFECT: "effect size|mean effect|pooled effect|regression coefficient",
    RELIABILITY: "cronbach's alpha|cronbach’s alpha|cronbach alpha|cohen's kappa|cohen’s kappa",
    MEAN: "mean|average",
    MEDIAN: "median",
    SPREAD: "standard deviation",
    ERROR: "standard error",
    PROBABILITY: "p value|p values",
}
_BY_SYMBOL = {symbol: measure for measure, row in _SYMBOLS.items() for symbol in row.split()}
_BY_NAME = {name: measure for measure, row in _WORDS.items() for name in row.split("|")}
_NAMES = sorted(_BY_NAME, key=len, reverse=True)
WORDS = "|".join(name.replace(" ", r"\s{1,4}") for name in _NAMES)
"""The names in words, as alternatives of a pattern; the longest comes first."""
_NUMBERED = re.compile(r"(?<=[dgbBβ])\d{1,2}$")


def measure_of(symbol: str) -> Measure:
    """What a symbol or a name stands for; `OTHER` where that is not known."""
    known = _BY_SYMBOL.get(symbol) or _BY_SYMBOL.get(_NUMBERED.sub("", symbol))
    name = " ".join(symbol.lower().split())
    return known or _BY_NAME.get(name) or _BY_NAME.get(name.removesuffix("s"), OTHER)
