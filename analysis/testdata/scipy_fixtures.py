"""Writes scipy.json: samples, and what SciPy and statsmodels say of them. Run: python3 scipy_fixtures.py > scipy.json"""

import itertools
import json
import math
import sys

import numpy as np
import scipy
import statsmodels
from scipy import integrate, optimize, stats
from statsmodels.stats.multitest import multipletests

ALPHA = 0.05


def num(x):
    return None if x is None or not math.isfinite(x) else float(x)


def summary(x):
    n = len(x)
    sd = np.std(x, ddof=1) if n > 1 else math.nan
    mean = float(np.mean(x))
    if n > 1 and min(x) == max(x):
        mean, sd = x[0], 0.0
    half = stats.t.ppf(1 - ALPHA / 2, n - 1) * sd / math.sqrt(n) if n > 1 else math.nan
    return dict(n=n, mean=num(mean), median=num(np.median(x)), sd=num(sd), cv=num(sd / abs(mean)) if mean else None,
                p90=num(np.percentile(x, 90)), p99=num(np.percentile(x, 99)), low=num(mean - half), high=num(mean + half))


def wilcoxon_enumerated(d):
    """Exact and conditional on ties, by all 2^n choices of signs."""
    d = [v for v in d if v != 0]
    if not d:
        return None
    r = stats.rankdata(np.abs(d))
    w = sum(r[i] for i in range(len(d)) if d[i] > 0)
    w = min(w, sum(r) - w)
    sums = [sum(c * x for c, x in zip(signs, r)) for signs in itertools.product((0, 1), repeat=len(d))]
    return min(1.0, 2 * sum(s <= w for s in sums) / len(sums))


def wilcoxon(d):
    nonzero = [v for v in d if v != 0]
    if len(nonzero) <= 12:
        return wilcoxon_enumerated(d)
    if len(nonzero) > 200:
        return stats.wilcoxon(nonzero, method="approx").pvalue
    if len(set(np.abs(nonzero))) < len(nonzero):
        raise ValueError("no oracle for ties in a sample of this size")
    return stats.wilcoxon(nonzero, method="exact").pvalue


def sign(d):
    k, n = sum(v > 0 for v in d), sum(v != 0 for v in d)
    return stats.binomtest(k, n).pvalue if n else None


def one(name, d):
    d = [float(v) for v in d]
    p = stats.ttest_1samp(d, 0).pvalue if len(d) > 1 and min(d) != max(d) else math.nan
    return dict(name=name, values=d, summary=summary(d), t=num(p), wilcoxon=num(wilcoxon(d)) if any(d) else None, sign=sign(d))


def ratio_t(x, b, rho):
    vx, vb = np.var(x, ddof=1) / len(x), rho**2 * np.var(b, ddof=1) / len(b)
    df = (vx + vb) ** 2 / (vx**2 / (len(x) - 1) + vb**2 / (len(b) - 1))
    return (np.mean(x) - rho * np.mean(b)) / math.sqrt(vx + vb), df


def two(name, x, b, margin):
    x, b = [float(v) for v in x], [float(v) for v in b]
    out = dict(name=name, x=x, b=b, margin=margin)
    out["welch"] = num(stats.ttest_ind(x, b, equal_var=False).pvalue)
    (tl, dl), (tu, du) = ratio_t(x, b, 1 - margin), ratio_t(x, b, 1 + margin)
    out["equivalence"] = num(max(stats.t.sf(tl, dl), stats.t.cdf(tu, du)))

    df = ratio_t(x, b, 1)[1]
    outside = lambda rho: abs(ratio_t(x, b, rho)[0]) - stats.t.ppf(1 - ALPHA / 2, df)
    unbounded = abs(np.mean(b)) / stats.sem(b) <= stats.t.ppf(1 - ALPHA / 2, df) if np.ptp(b) > 0 else False
    r = np.mean(x) / np.mean(b)
    step = math.sqrt(np.var(x, ddof=1) / len(x) + r**2 * np.var(b, ddof=1) / len(b)) / np.mean(b)
    ends = []
    for direction in (-1, 1):
        far = direction * step
        while not unbounded and outside(r + far) < 0:
            far *= 2
        ends.append(None if unbounded else optimize.brentq(outside, r, r + far, xtol=1e-15, rtol=1e-15))
    out["low"], out["high"] = ends
    f = np.var(x, ddof=1) / np.mean(x) ** 2 / (np.var(b, ddof=1) / np.mean(b) ** 2)
    d1, d2 = len(x) - 1, len(b) - 1
    out["f_p"] = num(min(1, 2 * min(stats.f.cdf(f, d1, d2), stats.f.sf(f, d1, d2))))
    out["f_low"] = num(math.sqrt(f / stats.f.ppf(1 - ALPHA / 2, d1, d2)))
    out["f_high"] = num(math.sqrt(f / stats.f.ppf(ALPHA / 2, d1, d2)))
    return out


def shared(name, means, b):
    """Mean relative change of configurations that share a baseline: delta method, Satterthwaite."""
    means, b = np.array(means, float), np.array(b, float)
    r = means / b.mean() - 1
    own = r.var(ddof=1) / len(r)
    common = (means.mean() / b.mean()) ** 2 * b.var(ddof=1) / len(b) / b.mean() ** 2
    df = (own + common) ** 2 / (own**2 / (len(r) - 1) + common**2 / (len(b) - 1))
    se = math.sqrt(own + common)
    half = stats.t.ppf(1 - ALPHA / 2, df) * se
    return dict(name=name, means=means.tolist(), b=b.tolist(), mean=r.mean(), low=r.mean() - half, high=r.mean() + half,
                p=2 * stats.t.sf(abs(r.mean() / se), df))


def t_power(ncp, df):
    """By integrating over the sample's standard deviation; scipy.stats.nct gives NaN in places."""
    t = stats.t.ppf(1 - ALPHA / 2, df)
    sd = stats.chi(df, scale=1 / math.sqrt(df))
    given = lambda s: (stats.norm.sf(t * s - ncp) + stats.norm.cdf(-t * s - ncp)) * sd.pdf(s)
    return integrate.quad(given, *sd.ppf([1e-16, 0.5]), epsabs=1e-13, epsrel=1e-12, limit=200)[0] + integrate.quad(
        given, sd.ppf(0.5), sd.isf(1e-16), epsabs=1e-13, epsrel=1e-12, limit=200)[0]


def repeats(effect, cv):
    n = 2
    while t_power(effect / cv * math.sqrt(n / 2), 2 * n - 2) < 0.8:
        n += 1
    return dict(effect=effect, cv=cv, repeats=n)


def detectable(cv, n):
    f = lambda d: t_power(d / cv * math.sqrt(n / 2), 2 * n - 2) - 0.8
    return dict(cv=cv, n=n, change=optimize.brentq(f, 0.1 * cv, 15 * cv, xtol=1e-16, rtol=1e-14))


def main():
    rng = np.random.default_rng(1)
    normal = lambda n, mean=0.0, sd=1.0: rng.normal(mean, sd, n)
    samples = [
        one("one value", [3.5]), one("two", [1.0, 2.0]), one("two equal", [2.0, 2.0]), one("three", [-1.0, 2.0, 4.5]),
        one("all equal", [98.7] * 6), one("all zero", [0.0] * 5), one("zeros among", [0, 0, 1.5, -2.5, 3.25, 0, 4]),
        one("ties", [1, 1, -1, 2, 2, 2, -3, 3, 4, -1]), one("ties, one side", [2, 2, 2, 2, 5, 5]),
        one("symmetric", [-3, -2, -1, 1, 2, 3]), one("five", normal(5, 0.5)), one("twelve", normal(12, 0.4)),
        one("eighteen", normal(18, 0.001, 0.003)), one("forty", normal(40, 0.3)), one("hundred", normal(100, 0.1)),
        one("240 with ties", np.round(normal(240, 0.2), 1)), one("huge", normal(9, 2e12, 3e12)),
        one("tiny", normal(9, 2e-12, 3e-12)), one("far from 0", normal(15, 1e9, 1.0)), one("skewed", rng.lognormal(0, 1.5, 25)),
        one("negative", normal(7, -5.0)), one("clear", normal(11, 50.0)),
    ]
    pairs = [
        two("same", normal(5, 100), normal(5, 100), 0.01), two("two and two", [100, 101.0], [99.0, 100.5], 0.05),
        two("better", normal(6, 105), normal(6, 100), 0.01), two("unequal n", normal(3, 100, 2), normal(12, 101, 0.5), 0.02),
        two("unequal spread", normal(8, 100, 9), normal(8, 100, 0.1), 0.1), two("ratio 3", normal(4, 300, 12), normal(4, 100, 4), 0.05),
        two("tiny scale", normal(5, 1e-9, 1e-11), normal(5, 1.02e-9, 1e-11), 0.05),
        two("ns", normal(10, 3.79e9, 4e7), normal(10, 3.81e9, 4e7), 0.05), two("one arm constant", [5.0] * 4, normal(4, 5.2, 0.1), 0.1),
        two("noisy baseline", normal(6, 10, 1), normal(6, 10, 3), 0.3), two("baseline not told from 0", [9, 10, 11.5], [1, 25, 4.0], 0.3),
    ]
    constant = pairs[8]
    constant["f_p"] = constant["f_low"] = constant["f_high"] = None
    ps = [0.01, 0.04, 0.03, 0.005, 0.8, 0.8, 0.03]
    x, y = normal(20), np.round(normal(20), 1)
    rho = stats.spearmanr(x, y)
    json.dump(dict(
        versions=dict(scipy=scipy.__version__, statsmodels=statsmodels.__version__, numpy=np.__version__),
        one=samples, two=pairs,
        shared=[shared("three", [101, 102, 104.5], [99, 100, 100.5]), shared("nine", normal(9, 100, 1), normal(5, 100, 2))],
        holm=dict(p=ps, adjusted=multipletests(ps, method="holm")[1].tolist()),
        spearman=dict(x=x.tolist(), y=y.tolist(), rho=rho.statistic, p=rho.pvalue),
        power=[dict(ncp=n, df=d, power=t_power(n, d)) for n, d in [(0.5, 2), (1, 4), (2.8, 10), (2.5, 66), (3.5, 3), (6, 2), (4, 400)]],
        repeats=[repeats(e, c) for e, c in [(0.003, 0.0043476174852817755), (0.01, 0.0043476174852817755), (0.05, 0.01), (0.5, 0.01), (0.01, 0.05)]],
        detectable=[detectable(c, n) for c, n in [(0.01, 2), (0.01, 3), (0.02, 5), (0.004, 30)]],
    ), sys.stdout, indent=1, allow_nan=False)
    print()


main()
