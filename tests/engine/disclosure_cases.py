"""Tables for the disclosure tests, and attackers that share no code with the engine."""

from itertools import product

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from multaqa.engine.disclosure import COMPLEMENTARY, PRIMARY, Cube, axis


def flat_cube(*sizes):
    return Cube(
        tuple(
            axis(f"axis {place}", [f"{place}.{leaf}" for leaf in range(size)])
            for place, size in enumerate(sizes)
        )
    )


@st.composite
def tables(draw, most_axes=3):
    """Many small counts, some zeros, some large ones."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=most_axes))
    small = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 60), st.integers(61, 900))
    cells = draw(st.lists(small, min_size=int(np.prod(sizes)), max_size=int(np.prod(sizes))))
    return np.array(cells).reshape(sizes)


def leaves_below(cube, cell):
    """The flat leaves that add up to a node, followed down the tree by hand."""

    def under(item, node):
        parts = [place for place, above in enumerate(item.parent) if above == node]
        return [node] if not parts else [leaf for part in parts for leaf in under(item, part)]

    places = np.unravel_index(cell, cube.shape)
    choices = [under(item, int(place)) for item, place in zip(cube.axes, places, strict=True)]
    return [int(np.ravel_multi_index(leaf, cube.leaf_shape)) for leaf in product(*choices)]


def attack_by_leaves(published):
    """Exact integer range of every hidden count (infinite as None), one program over the leaves a cell."""
    cube, state = published.cube, published.state.ravel()
    size = int(np.prod(cube.leaf_shape))
    rows = np.zeros((len(state), size))
    for cell in range(len(state)):
        rows[cell, leaves_below(cube, cell)] = 1
    hidden = [cell for cell in range(len(state)) if state[cell] in (PRIMARY, COMPLEMENTARY)]
    shown = published.counts.ravel() >= 0
    limits = [LinearConstraint(rows[shown], published.counts.ravel()[shown], published.counts.ravel()[shown])]
    ranges = {}
    for cell in hidden:
        ends = []
        for sign in (1, -1):
            answer = milp(
                sign * rows[cell],
                constraints=limits if shown.any() else [],
                integrality=np.ones(size),
                bounds=Bounds(0, np.inf),
            )
            ends.append(None if answer.x is None else sign * round(answer.fun))
        ranges[cell] = tuple(ends)
    return ranges


def range_by_trying(published, most):
    """The same for a 2 × 2 table by trying every table with cells up to `most`."""
    tried = np.array(list(product(range(most + 1), repeat=4))).reshape(-1, 2, 2)
    whole = np.concatenate([tried, tried.sum(axis=2, keepdims=True)], axis=2)
    whole = np.concatenate([whole, whole.sum(axis=1, keepdims=True)], axis=1)
    fits = ((published.counts < 0) | (whole == published.counts)).all(axis=(1, 2))
    return whole[fits].min(axis=0), whole[fits].max(axis=0)
