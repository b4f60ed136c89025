"""Makes scipy-values.json, what SciPy says of the lists in it (made with SciPy 1.10.1, NumPy 1.24.2):
    python3 test/validation/make-scipy-values.py && npx biome format --write test/validation/scipy-values.json
"""
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


values = {
    'correlations': list(correlations()),
    'exactP': {'spearman': exact_p(stats.spearmanr), 'kendall': exact_p(stats.kendalltau)},
    'interval': interval(),
    'partial': partial(),
}
pathlib.Path(__file__).with_name('scipy-values.json').write_text(json.dumps(values, indent=1) + '\n')
