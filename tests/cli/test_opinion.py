"""`multaqa opinion` from the outside: keys, exit codes, one sentence on bad input."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from multaqa.cli.opinion import command
from tests.engine.opinion_cases import camps, triplets

KEYS = [
    "mode", "participants", "statements", "votes", "pca", "points", "groups", "consensus",
    "group_aware_consensus", "priorities", "bridging", "stability", "ignored", "faults", "seconds",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    people, statements, votes = triplets(camps((60, 40)))
    rows = [f"{p},{s},{v},{at}" for at, (p, s, v) in enumerate(zip(people, statements, votes, strict=True))]
    (tmp_path / "votes.csv").write_text("\n".join(["participant,statement,vote,modified_s", *rows]) + "\n")
    listed = [f"{s},{-1 if s == 39 else 1},,Statement {s}" for s in range(41)]
    (tmp_path / "statements.csv").write_text("\n".join(["statement,moderated,is_meta,text", *listed]))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_polis_writes_the_keys_of_its_contract(folder):
    result = run(folder, "--mode", "polis", "--json", "-")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(found) == KEYS
    assert (found["participants"], found["statements"], found["bridging"]) == (100, 40, [])
    assert list(found["pca"]) == ["center", "components", "explained"]
    assert list(found["pca"]["components"][1]) == [str(s) for s in range(40)]
    assert found["pca"]["center"]["39"] == 0
    assert [point["id"] for point in found["points"]] == list(range(100))
    assert [len(group["members"]) for group in found["groups"]] == [60, 40]
    assert set(found["groups"][0]["representative"][0]) >= {"statement", "direction"}
    assert found["faults"] == []


def test_bridging_is_the_default_and_adds_what_it_knows(folder):
    result = run(folder, "--json", "-")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert set(KEYS) < set(found)
    assert found["mode"] == "bridging"
    scores = [row["score"] for row in found["bridging"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 39  # one is moderated out, one has no votes
    assert all(row["low"] <= row["score"] <= row["high"] for row in found["bridging"])
    assert found["stability"]["firm"]
    assert found["priorities"]["39"] == 0
    assert max(found["priorities"], key=found["priorities"].get) == "40"
    assert found["faults"] == []


def test_a_vote_can_be_foretold_from_what_is_written(folder):
    found = json.loads(run(folder, "--json", "-").stdout)

    person = found["points"][0]
    agreed = next(row for row in found["bridging"] if row["statement"] == found["consensus"]["agree"][0])
    wish = found["model"]["mean"] + person["bias"] + agreed["score"] + person["factor"] * agreed["factor"]
    assert 0.5 < wish < 1.5


def test_the_order_of_the_file_changes_nothing(folder):
    before = json.loads(run(folder, "--json", "-").stdout)
    head, *rows = (folder / "votes.csv").read_text().splitlines()
    shuffled = [rows[at] for at in np.random.default_rng(1).permutation(len(rows))]
    (folder / "votes.csv").write_text("\n".join([head, *shuffled]))

    after = json.loads(run(folder, "--json", "-").stdout)

    for key in ("points", "groups", "bridging", "stability", "group_aware_consensus"):
        assert after[key] == before[key]


def test_groups_are_taken_under_their_own_numbers(folder):
    path = folder / "groups.csv"
    path.write_text("voter-id,group\n" + "\n".join(f"{p},{3 if p < 60 else 5}" for p in range(99)))

    found = json.loads(run(folder, "--mode", "polis", "--groups", path, "--json", "-").stdout)

    assert [(group["id"], len(group["members"])) for group in found["groups"]] == [(3, 60), (5, 39)]
    assert found["points"][0]["group"] == 3
    assert found["points"][99]["group"] is None


def test_base_clusters_are_taken_bare_or_under_their_key(folder):
    base = {
        "id": [4, 2], "members": [list(range(60)), list(range(60, 100))], "x": [0.0, 9.0], "y": [0.0, 0.0],
        "count": [60, 40],
    }  # fmt: skip
    results = []
    for content in (base, {"base-clusters": base}):
        path = folder / "base.json"
        path.write_text(json.dumps(content))
        results.append(
            json.loads(run(folder, "--mode", "polis", "--base-clusters", path, "--json", "-").stdout)
        )

    assert [group["members"] for group in results[0]["groups"]] == base["members"]
    assert results[0]["groups"] == results[1]["groups"]


def test_the_platforms_own_output_names_the_meta_statements_the_export_leaves_blank(folder):
    (folder / "published_math.json").write_text(json.dumps({"meta-tids": [0], "mod-out": [0, 39]}))

    found = json.loads(run(folder, "--mode", "polis", "--json", "-").stdout)

    assert found["pca"]["center"]["0"] == 0
    assert found["priorities"]["0"] == 49


def test_the_summary_names_groups_and_bridges(folder):
    said = run(folder).stdout

    assert "100 participants, 40 statements" in said
    assert "Group 1: 60 people" in said
    assert "What bridges the divide:" in said
    assert "Group 2: 40 people" in run(folder, "--mode", "polis").stdout


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("votes.csv", "participant,statement,vote\n1,1,1\n1,2,9\n", "Line 3: vote must be 1, 0 or -1, not"),
        ("votes.csv", "participant,statement,vote\n1,1\n", "Line 2: there are 2 values instead of 3"),
        ("statements.csv", "statement,moderated\n1,x\n", "statements.csv: Line 2: moderated must be a whole"),
        ("votes.csv", "participant,statement,vote\n1,39,1\n", "no vote is on a statement that is shown"),
        ("published_math.json", "{]", "line 1 is not JSON"),
        ("published_math.json", "[]", "is not a JSON object"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_in_one_sentence(folder, monkeypatch, file, content, said):
    monkeypatch.setenv("LC_ALL", "en")
    (folder / file).write_text(content)

    result = run(folder, "--json", "-")

    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) <= 2  # what is being read, and the sentence
    assert result.stdout == ""


def test_missing_files_and_wrong_usage_are_told_apart(folder, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en")
    (folder / "base.json").write_text('{"id": [1]}')
    (folder / "groups.csv").write_text("participant,group\n12345,0\n")

    assert run(folder, "--mode", "umap").exit_code == 2
    assert run(folder, "--base-clusters", folder / "base.json").exit_code == 2
    bare = run(folder, "--mode", "polis", "--base-clusters", folder / "base.json")
    assert (bare.exit_code, "no base clusters with id" in bare.stderr) == (1, True)
    strangers = run(folder, "--groups", folder / "groups.csv")
    assert (strangers.exit_code, "none of the participants" in strangers.stderr) == (1, True)
    (folder / "statements.csv").unlink()
    gone = run(folder)
    assert (gone.exit_code, "cannot be read" in gone.stderr) == (1, True)
    assert run(folder, "--json", folder / "no" / "where.json").exit_code == 1
