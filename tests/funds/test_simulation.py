"""The same ballots under several rules: figures by hand, and a city's own result."""

import json
from itertools import repeat

import pytest

from multaqa.engine import pabulib
from multaqa.engine.allocation import _welfare
from multaqa.funds import simulation
from multaqa.funds.simulation import RULES, Asked, SimulationError, compare

# 6 voters, 600 to share: four want the park, two the well, which the park's cost leaves no room for in greedy
SMALL = """META
key;value
description;small
num_projects;4
num_votes;6
budget;600
vote_type;approval
currency;MAD
PROJECTS
project_id;cost;name;category;neighborhood;selected
p;450;park;green;north;1
w;180;well;water,health;south;0
l;140;lamp;;south;1
x;700;palace;;north;0
VOTES
voter_id;vote
1;p
2;p,l
3;p,l
4;p,l
5;w
6;w,x
"""


def counted(*rules: str, text: str = SMALL, **asked) -> simulation.Comparison:
    return compare("small.pb", text.encode(), Asked(rules=rules, **asked))


def test_compare_tells_for_each_rule_what_was_won_spent_and_reached():
    found = counted("greedy", "shares")

    greedy, shares = found.columns
    # greedy: the park (4 votes, 450), then the lamp (3 votes, 140); the well no longer fits
    assert (greedy.won, greedy.spent, greedy.reached) == (("p", "l"), 590, 4)
    assert greedy.mean_won == round(7 / 6, 4)
    assert greedy.mean_share == round(100 * (4 * 450 + 3 * 140) / (6 * 590), 4)
    # purses of 100: the lamp costs its three 46.67 each, the well costs its two 90 each, the park is short
    assert (shares.won, shares.spent, shares.reached) == (("l", "w"), 320, 5)
    assert (greedy.short, shares.short) == (1, 0)
    assert (greedy.recorded, shares.recorded) == (2, 1)
    assert (found.voters, found.budget, found.unit, found.currency) == (6, 600, 1, "MAD")


def test_compare_keeps_why_each_loser_lost():
    greedy, shares = counted("greedy", "shares").columns

    assert greedy.why["w"] == ("did_not_fit", {"lacked": 170, "left": 10, "position": 3})
    assert greedy.why["x"] == ("dearer_than_budget", {"lacked": 100})
    key, values = shares.why["p"]
    assert key == "purses_short"
    assert (values["held"], values["lacked"]) == (260, 190)
    assert values["absorbed_by"] == [{"project": "l", "paid": 140}]


def test_ordered_puts_first_the_projects_on_which_the_rules_differ():
    rows = simulation.ordered(counted("greedy", "shares"))

    assert [(project.id, stance) for project, stance in rows] == [
        ("p", "sometimes"),
        ("w", "sometimes"),
        ("l", "always"),
        ("x", "never"),
    ]


def test_split_counts_a_project_in_each_of_its_categories():
    found = counted("greedy", "shares")

    assert simulation.split(found, lambda project: project.categories) == {
        "green": [450, 0],
        "health": [0, 180],
        "water": [0, 180],
    }
    assert simulation.split(found, lambda project: (project.place,)) == {
        "north": [450, 0],
        "south": [140, 320],
    }


def test_compare_asks_what_if_the_budget_were_another():
    found = counted("greedy", "shares", budget_hundredths=80_000)

    assert (found.budget, found.file_budget) == (800, 600)
    assert found.columns[0].won == ("p", "l", "w")


def test_compare_refuses_a_budget_finer_than_the_units_of_the_file():
    with pytest.raises(SimulationError) as refusal:
        counted("greedy", "shares", budget_hundredths=80_050)

    assert refusal.value.key == "budget_too_fine"


def test_compare_uses_the_threshold_given_and_else_the_one_of_the_file():
    stated = SMALL.replace("PROJECTS", "min_project_score_threshold;3\nPROJECTS")

    by_form = counted("greedy", "greedy-threshold", threshold=4).columns[1]
    by_file = counted("greedy", "greedy-threshold", text=stated).columns[1]

    assert (by_form.won, by_file.won) == (("p",), ("p", "l"))
    assert by_form.why["l"] == ("below_threshold", {"score": 3, "threshold": 4})


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"rules": ("greedy", "greedy-threshold")}, "no_threshold"),
        ({"utility": "points"}, "no_points"),
        ({"utility": "borda"}, "no_ranking"),
    ],
)
def test_compare_refuses_what_the_ballots_cannot_carry(asked, key):
    with pytest.raises(SimulationError) as refusal:
        compare("small.pb", SMALL.encode(), Asked(**asked))

    assert refusal.value.key == key


def test_compare_counts_points_where_the_ballots_give_points():
    text = SMALL.split("VOTES")[0].replace("approval", "cumulative") + "VOTES\nvoter_id;vote;points\n"
    text += "1;p,w;1,4\n2;p;5\n3;w,l;3,2\n"

    found = counted("shares", "greedy", text=text)

    assert "utility=points" in found.columns[0].rule
    assert found.kind == "cumulative"


def test_compare_leaves_out_the_slow_rules_first_when_patience_ends():
    asked = Asked(rules=("shares-add1", "greedy", "phragmen"))
    answers = iter([False, True])

    found = compare("small.pb", SMALL.encode(), asked, enough=lambda: next(answers))

    assert [column.choice for column in found.columns] == ["greedy", "phragmen"]
    assert found.left_out == (("shares-add1", "out_of_patience"),)


def test_compare_counts_at_least_one_rule_however_short_the_patience():
    found = compare(
        "small.pb", SMALL.encode(), Asked(rules=("welfare", "greedy")), enough=repeat(True).__next__
    )

    assert [column.choice for column in found.columns] == ["greedy"]


def test_compare_leaves_out_purses_raised_too_many_times():
    dear = SMALL.replace("budget;600", "budget;600000000000")

    found = counted("greedy", "shares-add1", text=dear)

    assert found.left_out == (("shares-add1", "too_long"),)


def test_compare_leaves_out_an_optimum_that_is_too_hard(monkeypatch):
    monkeypatch.setattr(_welfare, "MOST_STATES", 0)

    found = counted("greedy", "welfare")

    assert [column.choice for column in found.columns] == ["greedy"]
    assert found.left_out == (("welfare", "too_hard"),)


def test_welfare_says_of_each_loser_that_others_are_worth_more():
    welfare = counted("greedy", "welfare").columns[1]

    assert welfare.won == ("p", "l")
    assert welfare.why == {"w": ("worth_less", {}), "x": ("dearer_than_budget", {"lacked": 100})}


def test_opened_refuses_too_many_ballots_and_projects(monkeypatch):
    monkeypatch.setattr(simulation, "MOST_BALLOTS", 5)
    with pytest.raises(SimulationError) as refusal:
        simulation.opened(SMALL.encode())
    assert (refusal.value.key, refusal.value.values) == ("too_many_ballots", {"most": 5})

    monkeypatch.setattr(simulation, "MOST_BALLOTS", 100)
    monkeypatch.setattr(simulation, "MOST_PROJECTS", 3)
    with pytest.raises(SimulationError) as refusal:
        simulation.opened(SMALL.encode())
    assert refusal.value.key == "too_many_projects"


def test_opened_refuses_a_file_without_ballots():
    with pytest.raises(SimulationError) as refusal:
        simulation.opened((SMALL.split("\n1;p")[0] + "\n").encode())

    assert refusal.value.key == "no_ballots"


def test_opened_passes_on_where_the_file_is_malformed():
    with pytest.raises(pabulib.PabulibError) as refusal:
        simulation.opened(SMALL.replace("180;well", "dear;well").encode())

    assert (refusal.value.key, refusal.value.values["line"]) == ("not_a_number", 12)


def test_packed_comparison_is_unpacked_as_it_was():
    found = counted(*[choice for choice in RULES if choice != "greedy-threshold"])

    assert simulation.unpacked(json.loads(json.dumps(simulation.packed(found)))) == found


def test_compare_gives_the_official_winners_of_swiecie_2023(shared_data):
    data = (shared_data / "pabulib" / "Poland_Swiecie_2023.pb").read_bytes()

    found = compare("Poland_Swiecie_2023.pb", data, Asked(rules=("shares-add1", "greedy")))

    assert found.recorded is not None
    assert len(found.recorded) == 17
    assert set(found.columns[0].won) == set(found.recorded)
    assert (found.columns[0].recorded, found.voters) == (17, 2553)
