"""Panels for the scoring tests, and the mixed model written out with full matrices."""

import numpy as np
from hypothesis import strategies as st
from scipy.stats import norm


def simulated(proposals, reviewers, each, seed, generosity=1.0, noise=0.7):
    """(true worths by id, rows): every proposal read by `each` reviewers chosen by chance."""
    generator = np.random.default_rng(seed)
    worth = generator.normal(0, 1, proposals)
    kind = generator.normal(0, generosity, reviewers)
    rows = [
        (f"p{p:04d}", f"r{r:03d}", float(5 + worth[p] + kind[r] + generator.normal(0, noise)))
        for p in range(proposals)
        for r in generator.choice(reviewers, each, replace=False)
    ]
    return {f"p{p:04d}": float(worth[p]) for p in range(proposals)}, rows


@st.composite
def panels(draw):
    """Connected: the first reviewer reads everything."""
    proposals, reviewers = draw(st.integers(2, 6)), draw(st.integers(2, 4))
    rows = []
    for p in range(proposals):
        others = draw(st.sets(st.integers(1, reviewers - 1), min_size=1))
        rows += [(f"p{p}", f"r{r}", draw(st.integers(0, 10))) for r in {0, *others}]
    return rows


def designs(reviews):
    """Columns of proposals and of reviewers, one row a review."""
    rows = np.arange(len(reviews.score))
    z = np.zeros((len(rows), len(reviews.proposals)))
    w = np.zeros((len(rows), len(reviews.reviewers)))
    z[rows, reviews.proposal] = 1
    w[rows, reviews.reviewer] = 1
    return z, w


def posterior(reviews, between, among, noise):
    """Mean and covariance of the worths by generalised least squares on the full covariance of the scores."""
    z, w = designs(reviews)
    v = between * z @ z.T + among * w @ w.T + noise * np.eye(len(z))
    inverse, one = np.linalg.inv(v), np.ones(len(z))
    weight = 1 / (one @ inverse @ one)
    level = weight * (one @ inverse @ reviews.score)
    mean = between * z.T @ inverse @ (reviews.score - level)
    hat = inverse - weight * np.outer(inverse @ one, one @ inverse)
    return level, mean, between * np.eye(z.shape[1]) - between**2 * z.T @ hat @ z


def reml(reviews, between, among, noise):
    """The restricted log-likelihood, up to a constant."""
    z, w = designs(reviews)
    v = between * z @ z.T + among * w @ w.T + noise * np.eye(len(z))
    inverse, one = np.linalg.inv(v), np.ones(len(z))
    information = one @ inverse @ one
    rest = reviews.score - (one @ inverse @ reviews.score) / information
    return -0.5 * (np.linalg.slogdet(v)[1] + np.log(information) + rest @ inverse @ rest)


def expected_ranks(mean, covariance):
    ranks = []
    for i in range(len(mean)):
        chances = [
            norm.cdf(
                (mean[j] - mean[i]) / np.sqrt(covariance[i, i] + covariance[j, j] - 2 * covariance[i, j])
            )
            for j in range(len(mean))
            if j != i
        ]
        ranks.append(1 + sum(chances))
    return np.array(ranks)
