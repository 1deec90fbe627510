"""A log-linear quasi-Poisson regression by iteratively reweighted least squares.

McCullagh & Nelder 1989, section 2.5. Start, stopping rule and degrees of freedom are those of R's `glm`, so
that bounds agree with R also where the fit does not settle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.alerts._series import Floats

_TOLERANCE, _ROUNDS = 1e-8, 25


@dataclass(frozen=True, slots=True)
class Fit:
    """n observations, p columns."""

    beta: Floats  # (p,)
    mean: Floats  # (n,)
    orthogonal: Floats  # (n, p) of the last weighted design
    triangle: Floats  # (p, p)
    working: Floats  # (n,) weights of the last round
    residual: Floats  # (n,) relative, (y - mean) / mean
    freedom: int

    @property
    def dispersion(self) -> float:
        """Pearson's estimate of the variance over the mean."""
        return self.spread(self.working)

    @property
    def leverage(self) -> Floats:
        return np.asarray((self.orthogonal**2).sum(axis=1))

    def spread(self, weights: Floats) -> float:
        """Weighted mean square of the relative residuals."""
        return float((weights * self.residual**2).sum() / self.freedom) if self.freedom > 0 else np.nan

    def variance(self, row: Floats) -> float:
        """Variance of `row` @ beta for a dispersion of 1."""
        return float((np.linalg.solve(self.triangle.T, row) ** 2).sum())


def fit(counts: Floats, design: Floats, *, offset: Floats, weights: Floats | None = None) -> Fit | None:
    """The regression of counts (n,) on design (n, p), or None where it does not settle.

    offset: (n,) on the log scale; weights: (n,) prior weights.
    """
    prior = np.ones(len(counts)) if weights is None else weights
    freedom = int((prior > 0).sum()) - design.shape[1]
    mean, eta = counts + 0.1, np.log(counts + 0.1)
    deviance = _deviance(counts, mean, prior)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for _round in range(_ROUNDS):
            working = prior * mean
            root = np.sqrt(working)
            target = root * (eta - offset + (counts - mean) / mean)
            orthogonal, triangle = np.linalg.qr(root[:, None] * design)
            try:
                beta = np.linalg.solve(triangle, orthogonal.T @ target)
            except np.linalg.LinAlgError:
                return None
            eta = design @ beta + offset
            mean, before = np.exp(eta), deviance
            deviance = _deviance(counts, mean, prior)
            if not np.isfinite(deviance):
                return None
            if abs(deviance - before) / (abs(deviance) + 0.1) < _TOLERANCE:
                residual = (counts - mean) / mean
                return Fit(beta, mean, orthogonal, triangle, working, residual, freedom)
    return None


def _deviance(counts: Floats, mean: Floats, prior: Floats) -> float:
    ratio = np.where(counts > 0, counts / mean, 1.0)
    return float(2 * (prior * (counts * np.log(ratio) - (counts - mean))).sum())
