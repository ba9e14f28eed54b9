"""Statistics in prose that contradict themselves.

What is read: estimates with a symbol or a name (`r = .28`, `an odds ratio of 1.4`), intervals,
p, percentages and counts, as journals and digests print them. Whatever is not read for certain
is passed over in silence.
"""

from __future__ import annotations

from newsletter.checks.check import Check
from newsletter.checks.statistics.comparisons import (
    bounds_reversed,
    estimate_off_centre,
    estimate_outside,
    p_against_interval,
    p_unlike_interval,
)
from newsletter.checks.statistics.limits import (
    beyond_one,
    broken_count,
    impossible_p,
    negative_spread,
    ratio_below_zero,
)
from newsletter.checks.statistics.shares import (
    part_above_whole,
    share_out_of_range,
    share_unlike_count,
)
from newsletter.checks.statistics.wording import significance_against_interval

CHECKS = (
    Check("N221", "warning", "Interval bounds in the wrong order", bounds_reversed),
    Check("N222", "warning", "Estimate outside its interval", estimate_outside),
    Check("N223", "warning", "Correlation beyond 1", beyond_one),
    Check("N224", "warning", "Ratio not above zero", ratio_below_zero),
    Check("N225", "warning", "Spread below zero", negative_spread),
    Check("N226", "warning", "Count that is no whole number", broken_count),
    Check("N227", "warning", "Impossible p", impossible_p),
    Check("N228", "warning", "p that contradicts its interval", p_against_interval),
    Check("N229", "warning", "p unlike its interval's", p_unlike_interval),
    Check("N230", "warning", "Estimate off the middle of its interval", estimate_off_centre),
    Check(
        "N231", "warning", "Significance that its interval denies", significance_against_interval
    ),
    Check("N232", "warning", "Share outside 0 to 100%", share_out_of_range),
    Check("N233", "warning", "Percentage unlike its count", share_unlike_count),
    Check("N234", "warning", "Part above its whole", part_above_whole),
)
