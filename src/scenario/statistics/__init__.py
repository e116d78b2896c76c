"""The statistics of trials: estimates, intervals and tests. Pure, and on the standard library alone.

Each function names the source of its formula.
"""

from scenario.statistics.bootstrap import bootstrap_mean
from scenario.statistics.counts import Counts
from scenario.statistics.distributions import Distribution, distribution, quantile
from scenario.statistics.flaky import Steadiness, steadiness
from scenario.statistics.holm import holm
from scenario.statistics.intervals import Interval, coverage, mean_difference, newcombe, wilson
from scenario.statistics.paired import PValues, effect_size, fisher, mcnemar, sign_flips, stratified
from scenario.statistics.passes import PassesOf, pass_at_k, pass_hat_k, passes_of, usual_ks
from scenario.statistics.power import fisher_power, trials_for_bound, trials_for_difference

__all__ = [
    "Counts",
    "Distribution",
    "Interval",
    "PValues",
    "PassesOf",
    "Steadiness",
    "bootstrap_mean",
    "coverage",
    "distribution",
    "effect_size",
    "fisher",
    "fisher_power",
    "holm",
    "mcnemar",
    "mean_difference",
    "newcombe",
    "pass_at_k",
    "pass_hat_k",
    "passes_of",
    "quantile",
    "sign_flips",
    "steadiness",
    "stratified",
    "trials_for_bound",
    "trials_for_difference",
    "usual_ks",
    "wilson",
]
