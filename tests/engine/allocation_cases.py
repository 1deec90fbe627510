"""Elections for the allocation tests, and slow, obvious oracles to hold the kernel against."""

from fractions import Fraction
from itertools import combinations

from hypothesis import strategies as st

from multaqa.engine.allocation import Election, Outcome, certificate, elect_from

IDS = ("1", "10", "2", "7", "9")


@st.composite
def elections(draw, kinds=("approval", "choose-1", "cumulative", "ordinal")):
    kind = draw(st.sampled_from(kinds))
    ids = IDS[: draw(st.integers(1, 5))]
    costs = draw(st.lists(st.integers(1, 12), min_size=len(ids), max_size=len(ids)))
    most = 1 if kind == "choose-1" else 3
    marks = st.lists(st.sampled_from(ids), max_size=most, unique=True)
    if kind == "cumulative":
        marks = st.dictionaries(st.sampled_from(ids), st.integers(1, 4), max_size=3)
    ballots = draw(st.lists(marks, min_size=1, max_size=7))
    return {
        "projects": ids,
        "costs": costs,
        "budget": draw(st.integers(1, 30)),
        "ballots": ballots,
        "kind": kind,
    }


def utility(case: dict, name: str) -> list[dict[str, int]]:
    """What each ballot gives each project, by the definitions."""
    costs = dict(zip(case["projects"], case["costs"], strict=True))
    found = []
    for ballot in case["ballots"]:
        if name == "cost":
            found.append({project: costs[project] for project in ballot})
        elif name == "cardinality":
            found.append(dict.fromkeys(ballot, 1))
        elif name == "borda":
            found.append({project: len(ballot) - place - 1 for place, project in enumerate(ballot)})
        else:
            found.append(dict(ballot))
    return found


def equal_shares_by_definition(case: dict, name: str, purse: Fraction) -> list[str]:
    """Elect the affordable project of least price, charge, repeat; every price by trying each voter's
    breaking point.
    """
    costs = dict(zip(case["projects"], case["costs"], strict=True))
    worth, purses, won = utility(case, name), [purse] * len(case["ballots"]), []
    while True:
        prices = {}
        for project, cost in costs.items():
            fans = [(purses[v], given[project]) for v, given in enumerate(worth) if given.get(project)]
            if project in won or sum(money for money, _ in fans) < cost:
                continue
            for limit in sorted({money / u for money, u in fans}):
                paying = sum(u for money, u in fans if money / u >= limit)
                price = (cost - sum(money for money, u in fans if money / u < limit)) / Fraction(paying)
                if price <= limit:
                    prices[project] = price
                    break
        if not prices:
            return won
        winner = min(prices, key=lambda project: (prices[project], project))
        for voter, given in enumerate(worth):
            if given.get(winner):
                purses[voter] = max(Fraction(0), purses[voter] - prices[winner] * given[winner])
        won.append(winner)


def add_one_by_scanning(case: dict, name: str, *, overshoot: bool) -> list[str]:
    """Every purse in turn, one unit apart."""
    costs = dict(zip(case["projects"], case["costs"], strict=True))
    buyable = {project for given in utility(case, name) for project, worth in given.items() if worth}
    purse, last = Fraction(case["budget"], len(case["ballots"])), []
    while True:
        won = equal_shares_by_definition(case, name, purse)
        spent = sum(costs[project] for project in won)
        if spent > case["budget"]:
            return last
        fits = any(spent + costs[project] <= case["budget"] for project in buyable - set(won))
        if set(won) == buyable or not (fits or overshoot):
            return won
        purse, last = purse + 1, won


def best_total(case: dict, name: str) -> int:
    """Greatest utility of any affordable selection, by trying them all."""
    costs = dict(zip(case["projects"], case["costs"], strict=True))
    worth = utility(case, name)
    return max(
        sum(given.get(project, 0) for given in worth for project in chosen)
        for size in range(len(costs) + 1)
        for chosen in combinations(costs, size)
        if sum(costs[project] for project in chosen) <= case["budget"]
    )


def count(case: dict) -> Election:
    return elect_from(**case)


def verify(case: dict, name: str, outcome: Outcome) -> list[str]:
    """An independent verifier: it knows the ballots, the certificate and the definitions, nothing of the
    kernel.
    """
    proof, faults = certificate(outcome), []
    costs = dict(zip(case["projects"], case["costs"], strict=True))
    worth, purses = utility(case, name), [proof.endowment] * len(case["ballots"])
    paying = proof.winners[: len(proof.caps)]

    def raised(project: str, cap: Fraction) -> Fraction:
        return sum(min(purses[v], cap * given.get(project, 0)) for v, given in enumerate(worth))

    for turn, (winner, cap) in enumerate(zip(paying, proof.caps, strict=True)):
        if raised(winner, cap) != costs[winner]:
            faults.append(f"payments for {winner} do not add up to its cost")
        for rival in set(costs) - set(paying[: turn + 1]):
            # a rival is cheaper if a smaller cap would already have raised its cost
            if raised(rival, cap) > costs[rival] or (raised(rival, cap) == costs[rival] and rival < winner):
                faults.append(f"{rival} had a smaller cap than {winner}")
        purses = [money - min(money, cap * worth[v].get(winner, 0)) for v, money in enumerate(purses)]
    for project in set(costs) - set(paying):
        fans = sum(money for v, money in enumerate(purses) if worth[v].get(project))
        if fans >= costs[project] and any(given.get(project) for given in worth):
            faults.append(f"{project} is still affordable")
    if sum(costs[project] for project in proof.winners) > case["budget"]:
        faults.append("over budget")
    return faults
