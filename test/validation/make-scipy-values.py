"""Makes scipy-values.json, what SciPy says of the lists in it (made with SciPy 1.10.1, NumPy 1.24.2):
    python3 test/validation/make-scipy-values.py && npx biome format --write test/validation/scipy-values.json
"""
import itertools
import json
import pathlib

import numpy
from scipy import stats

random = numpy.random.default_rng(20)


def pairs():
    yield [1, 2, 3, 4], [1, 2, 3, 4]
    yield [1, 2, 3, 4], [4, 3, 2, 1]
    yield [0, 0, 1, 1, 1], [2, 1, 2, 2, 3]
    yield [0.5, 0.5], [1, 2]
    for n in (2, 3, 5, 17, 64, 200):
        for levels in (2, 4, 1000000):
            x = random.integers(0, levels, n)
            yield x / levels, (x + random.integers(0, 3 * levels, n)) / levels


def finite(value):
    return None if numpy.isnan(value) else float(value)


def correlations():
    for x, y in pairs():
        x, y = numpy.asarray(x, float), numpy.asarray(y, float)
        yield {
            'x': x.tolist(),
            'y': y.tolist(),
            'spearman': finite(stats.spearmanr(x, y).statistic),
            'kendall': finite(stats.kendalltau(x, y, variant='b').statistic),
        }


def exact_p(statistic):
    """Exact two-sided p by all 7! permutations; |r| as the statistic makes scipy count both tails."""
    x = [0.1, 0.4, 0.4, 0.6, 0.7, 0.9, 1.0]
    y = [0.3, 0.2, 0.5, 0.4, 0.9, 0.6, 0.7]
    result = stats.permutation_test(
        (y,), lambda values: abs(statistic(x, values).statistic), permutation_type='pairings', n_resamples=numpy.inf,
        alternative='greater')
    return {'x': x, 'y': y, 'p': float(result.pvalue)}


def interval():
    x = random.normal(size=40)
    y = x + random.normal(size=40)
    result = stats.bootstrap(
        (x, y), lambda a, b: stats.spearmanr(a, b).statistic, paired=True, vectorized=False, n_resamples=20000,
        method='percentile', random_state=1)
    low, high = result.confidence_interval
    return {'x': x.tolist(), 'y': y.tolist(), 'low': float(low), 'high': float(high)}


def partial():
    """Correlation of the residuals of ranks regressed on family indicators, by least squares."""
    families = numpy.array(list('aaaaabbbbbbccccccdd'))
    shift = numpy.array([ord(family) - 97 for family in families])
    x = numpy.round(shift + random.normal(size=len(families)), 1)
    y = numpy.round(-shift + (x - shift) + random.normal(size=len(families)), 1)
    design = numpy.stack([families == family for family in 'abcd'], axis=1).astype(float)

    def residuals(values):
        ranks = stats.rankdata(values)
        return ranks - design @ numpy.linalg.lstsq(design, ranks, rcond=None)[0]

    r = stats.pearsonr(residuals(x), residuals(y))[0]
    return {'x': x.tolist(), 'y': y.tolist(), 'families': families.tolist(), 'value': float(r)}


def concordance_total(x, y, least):
    """Pairs in order less pairs out of order, of those at least `least` apart in x."""
    total = 0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            if x[i] != x[j] and abs(x[i] - x[j]) >= least - 1e-12:
                total += numpy.sign(x[j] - x[i]) * numpy.sign(y[j] - y[i])
    return float(total)


def links():
    """One family each: T, its spread and p over all n! permutations, Kendall's p, Sen's slope with its interval."""
    for n, levels, least in ((7, 1000, 0.01), (7, 5, 0.01), (8, 1000, 0.2), (8, 4, 0.4)):
        x = random.integers(0, levels, n) / levels
        y = numpy.round(x / 50 + random.integers(0, levels, n) / levels / 40, 4)
        total = concordance_total(x, y, least)
        every = [concordance_total(x, numpy.asarray(order), least) for order in itertools.permutations(y)]
        slopes = sorted((y[j] - y[i]) / (x[j] - x[i]) for i in range(n) for j in range(i + 1, n)
                        if x[i] != x[j] and abs(x[i] - x[j]) >= least - 1e-12)
        yield {
            'x': x.tolist(), 'y': y.tolist(), 'least': least, 'total': total,
            'variance': float(numpy.var(every)), 'p': float(numpy.mean(numpy.abs(every) >= abs(total))),
            'slope': float(numpy.median(slopes)),
        }


def large_link():
    """Without ties and with every pair compared, T is Kendall's: p by the normal law and Sen's interval are SciPy's own."""
    x = random.permutation(60) / 60
    y = x / 100 + random.normal(size=60) / 200
    slope, _, low, high = stats.theilslopes(y, x, alpha=0.95)
    return {
        'x': x.tolist(), 'y': y.tolist(), 'p': float(stats.kendalltau(x, y, method='asymptotic').pvalue),
        'slope': float(slope), 'low': float(low), 'high': float(high),
    }


def repeated():
    """ICC(3,1), ICC(3,k) and the F interval of the latter, from the sums of squares of a linear model with numpy."""
    candidates, seeds = 18, 3
    families = numpy.repeat(numpy.arange(3), 6)
    y = families[:, None] + random.normal(size=(candidates, 1)) + 0.7 * random.normal(size=(candidates, seeds))
    y += numpy.array([0.3, -0.5, 0.1])

    def table(values):
        # Family × seed takes a mean of its own in every cell; patterns lie within families.
        cells = numpy.stack([families == f for f in range(3)], axis=1).astype(float)
        left = numpy.stack([column - cells @ numpy.linalg.lstsq(cells, column, rcond=None)[0] for column in values.T], axis=1)
        between = candidates - 3
        within = between * (seeds - 1)
        means = left.mean(axis=1)
        signal = seeds * numpy.sum(means ** 2) / between
        noise = numpy.sum((left - means[:, None]) ** 2) / within
        return signal, noise, between, within

    signal, noise, between, within = table(y)
    ranked, rest, _, _ = table(numpy.stack([stats.rankdata(column) for column in y.T], axis=1))
    ratio = ranked / rest
    reliability = lambda f: max(0.0, 1 - 1 / f)
    return {
        'rows': y.tolist(), 'families': [str(family) for family in families],
        'icc': float((signal - noise) / (signal + (seeds - 1) * noise)), 'reliability': float(1 - noise / signal),
        'ceiling': float(numpy.sqrt(reliability(ratio * between / (between - 2)))),
        'low': float(numpy.sqrt(reliability(ratio / stats.f.ppf(0.975, between, within)))),
        'high': float(numpy.sqrt(reliability(ratio * stats.f.ppf(0.975, within, between)))),
    }


def quantiles():
    for p in (0.01, 0.025, 0.05, 0.5, 0.95, 0.975, 0.99):
        yield {'law': 'normal', 'p': p, 'parameters': [], 'value': float(stats.norm.ppf(p))}
        for degrees in (1, 1.4, 2.5, 3, 8, 40, 900):
            yield {'law': 'student', 'p': p, 'parameters': [degrees], 'value': float(stats.t.ppf(p, degrees))}
        for between, within in ((1, 1), (2, 4), (15, 30), (48, 20), (900, 3600)):
            yield {'law': 'f', 'p': p, 'parameters': [between, within], 'value': float(stats.f.ppf(p, between, within))}


def left_over():
    """Residuals of least squares on columns of very different units, one of them twice."""
    n = 30
    big, little, centred = 1e8 + 1e6 * random.normal(size=n), 1e-7 * random.normal(size=n), random.normal(size=n)
    y = big / 1e7 + 1e6 * little + random.normal(size=n)
    columns = [big, little, centred, 3 * centred - 7]
    units = numpy.stack([numpy.ones(n)] + [(column - column.mean()) / column.std() for column in columns], axis=1)
    left = y - units @ numpy.linalg.lstsq(units, y, rcond=None)[0]
    return {'values': y.tolist(), 'columns': [column.tolist() for column in columns], 'left': left.tolist()}


def given_others():
    """Partial rank correlation within families given another proxy, its p by Fisher's transformation."""
    families = numpy.array(list('abcd') * 9)
    first = random.normal(size=36)
    second = first + random.normal(size=36)
    accuracy = 0.8 + (first + random.normal(size=36)) / 100
    indicators = numpy.stack([families == family for family in 'abcd'], axis=1).astype(float)

    def residual(values, *others):
        rank = lambda column: stats.rankdata(column)
        design = numpy.column_stack([indicators] + [rank(other) for other in others])
        return rank(values) - design @ numpy.linalg.lstsq(design, rank(values), rcond=None)[0]

    r = stats.pearsonr(residual(first, second), residual(accuracy, second))[0]
    controlled = len(set(families)) - 1 + 1
    p = 2 * stats.norm.sf(abs(numpy.arctanh(r)) * numpy.sqrt(36 - controlled - 3))
    reach = stats.norm.ppf(0.95) / numpy.sqrt(36 - controlled - 3)
    return {
        'families': families.tolist(), 'first': first.tolist(), 'second': second.tolist(), 'accuracy': accuracy.tolist(),
        'value': float(r), 'p': float(p), 'low': float(numpy.tanh(numpy.arctanh(r) - reach)),
        'high': float(numpy.tanh(numpy.arctanh(r) + reach)),
    }


values = {
    'correlations': list(correlations()),
    'exactP': {'spearman': exact_p(stats.spearmanr), 'kendall': exact_p(stats.kendalltau)},
    'interval': interval(),
    'partial': partial(),
    'links': list(links()),
    'largeLink': large_link(),
    'repeated': repeated(),
    'quantiles': list(quantiles()),
    'leftOver': left_over(),
    'givenOthers': given_others(),
}
pathlib.Path(__file__).with_name('scipy-values.json').write_text(json.dumps(values, indent=1) + '\n')
