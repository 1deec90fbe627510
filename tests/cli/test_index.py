"""`multaqa index` from the outside: keys, exit codes, one sentence on bad input."""

import json

import pytest
from click.testing import CliRunner

from multaqa.cli.index import command
from tests.engine import composite_cases as cases

META = """iCode,iName,Level,Parent,Direction,Weight,Type,goalpost_lower,goalpost_upper,Count
illiteracy,Illiteracy,1,people,1,1,Indicator,0,50,n
unemployment,Unemployment,1,people,1,3,Indicator,0,40,
water,Water,1,services,-1,1,Indicator,0,100,
people,People,2,risk,1,1,Aggregate,,,
services,Services,2,risk,1,2,Aggregate,,,
risk,Risk,3,,1,,Aggregate,,,
region,Region,,,,,Group,,,
n,People counted,,,,,Count,,,
"""
DATA = """uCode,uName,illiteracy,unemployment,water,region,n
A,Alpha,25,10,36,s,900
B,Beta,50,40,20,s,13
C,Gamma,5,20,80,n,700
D,Delta,,,,n,
"""


@pytest.fixture
def files(tmp_path):
    for name, text in (("meta", META), ("data", DATA)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return ["--meta", tmp_path / "meta.csv", "--data", tmp_path / "data.csv"]


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def answer(*arguments):
    result = run(*arguments, "--json", "-")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_index_writes_the_keys_of_its_contract(files):
    found = answer(*files, "--draws", "200")

    assert {"units", "scores", "ranks", "intervals", "missing", "seconds"} <= set(found)
    assert found["units"] == ["A", "B", "C", "D"]
    assert set(found["scores"]) == {"illiteracy", "unemployment", "water", "people", "services", "risk"}
    # (25-5)/45 ; (10-10)/30 ; (80-36)/60 turned round
    assert found["scores"]["illiteracy"]["A"] == pytest.approx(44.444444444444)
    assert found["scores"]["people"]["A"] == pytest.approx(11.111111111111)
    assert found["scores"]["water"]["A"] == pytest.approx(73.333333333333)
    assert found["scores"]["risk"]["A"] == pytest.approx((11.111111111111 + 2 * 73.333333333333) / 3)
    assert found["ranks"]["risk"] == {"A": 2, "B": 1, "C": 3, "D": None}
    assert found["missing"]["risk"] == {"A": 0, "B": 0, "C": 0, "D": 1}
    assert found["n"]["risk"] == {"A": 3, "B": 3, "C": 3, "D": 0}
    assert found["states"]["D"] == "not_measured"
    low, high = (found["intervals"]["risk"]["A"][end] for end in ("low", "high"))
    assert low < found["scores"]["risk"]["A"] < high
    assert "D" not in found["intervals"]["risk"]


def test_index_gives_the_same_result_twice(files):
    def compute():
        return {key: value for key, value in answer(*files).items() if key != "seconds"}

    assert compute() == compute()


def test_index_takes_each_step_as_an_option(files):
    found = answer(
        *files, "--normalise", "goalposts:0,100,10", "--aggregate", "arithmetic", "--aggregate", "geometric",
        "--impute", "group-mean:region", "--weights", "equal", "--decimals", "1", "--least-count", "30",
        "--least-share", "0.5", "--draws", "0",
    )  # fmt: skip

    assert found["scores"]["illiteracy"] == {"A": 2.5, "B": None, "C": 0.5, "D": None} | {"B": 2.5, "D": 0.5}
    # (2.5 + 1)/2 = 1.75, half up ; (1.8 · 6.4)^(1/2)
    assert found["scores"]["people"]["A"] == 1.8
    assert found["scores"]["risk"]["A"] == 3.4
    assert found["missing"]["illiteracy"] == {"A": 0, "B": 1, "C": 0, "D": 1}
    assert found["plan"]["normalise"] == "goalposts:0,100,10"
    assert found["plan"]["weights"]["unemployment"] == 1.0
    assert found["intervals"]["risk"]["A"]["rank_low"] == found["ranks"]["risk"]["A"]


def test_index_explains_audits_and_weighs_its_choices(files):
    found = answer(*files, "--explain", "--audit", "--sensitivity", "16")

    moved = [row for row in found["explained"] if row["unit"] == "A" and row["key"] == "moved"]
    total = sum(row["values"]["by"] for row in moved)
    scores = [score for score in found["scores"]["risk"].values() if score is not None]
    assert total == pytest.approx(found["scores"]["risk"]["A"] - sum(scores) / 3)
    assert found["audit"]["faults"] == []
    assert {row["code"] for row in found["audit"]["without"]} == {"illiteracy", "unemployment", "water"}
    assert found["sensitivity"]["runs"] == 16 * 6
    assert [row["name"] for row in found["sensitivity"]["choices"]] == [
        "treat",
        "normalise",
        "aggregate",
        "weights",
    ]


def test_index_takes_weights_from_participants(files, tmp_path):
    budget = tmp_path / "budget.csv"
    budget.write_text("participant,people,services\np1,30,70\np2,10,10\n")

    found = answer(*files, "--budget", budget)

    assert (found["plan"]["weights"]["people"], found["plan"]["weights"]["services"]) == (0.4, 0.6)


def test_index_of_several_years_gives_the_latest_and_each(files, tmp_path):
    lines = DATA.splitlines()
    rows = [lines[0].replace("uName", "uName,Time")]
    rows += [line.replace(",", ",2020,", 1).replace("2020,Alpha", "Alpha,2020") for line in lines[1:]]
    rows = [lines[0].replace("uName,", "uName,Time,")] + [
        ",".join([*line.split(",")[:2], year, *line.split(",")[2:]])
        for year in ("2020", "2021")
        for line in lines[1:]
    ]
    (tmp_path / "panel.csv").write_text("\n".join(rows).replace("A,Alpha,2021,25", "A,Alpha,2021,50") + "\n")

    found = answer(*files[:2], "--data", tmp_path / "panel.csv", "--draws", "20")

    assert (found["units"], found["year"], set(found["years"])) == (
        ["A", "B", "C", "D"],
        2021,
        {"2020", "2021"},
    )
    assert found["scores"]["illiteracy"]["A"] == 100
    assert found["years"]["2020"]["scores"]["illiteracy"]["A"] == pytest.approx(44.444444444444)
    assert found["scores"] == found["years"]["2021"]["scores"]
    assert [row["unit"] for row in found["growth"]] == ["A", "B", "C"]


def test_index_rebuilds_inform_2020_from_its_components(shared_data, tmp_path):
    """The rules of INFORM in iMeta's column Aggregation: every published level, to the printed decimal."""
    countries, columns = cases.inform(shared_data, "2020")
    plan = cases.inform_plan(columns)
    meta = ["iCode,Level,Parent,Direction,Weight,Type,Aggregation"]
    for item in plan.elements:
        kind = "Indicator" if item.level == 1 else "Aggregate"
        rule = item.aggregation or ""
        meta.append(f"{item.code},{item.level},{item.parent or ''},1,{item.weight},{kind},{rule}")
    codes = [item.code for item in plan.indicators]
    data = [",".join(["uCode", *codes])]
    for row, country in enumerate(countries):
        figures = ["NA" if (x := columns[code][row]) != x else str(x) for code in codes]
        data.append(",".join([country, *figures]))
    (tmp_path / "meta.csv").write_text("\n".join(meta))
    (tmp_path / "data.csv").write_text("\n".join(data))

    found = answer(
        "--meta", tmp_path / "meta.csv", "--data", tmp_path / "data.csv", "--normalise", "none",
        "--decimals", "1", "--draws", "0",
    )  # fmt: skip

    for name in cases.INFORM:
        assert list(found["scores"][name].values()) == columns[name].tolist()


def test_index_prints_a_table_where_no_json_is_asked(files):
    result = run(*files)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "3 of 4 units ranked on 3 indicators" in lines[0]
    assert [line.split()[2] for line in lines[1:4]] == ["B", "A", "C"]
    assert lines[-1] == "Not measured, no rank: D."


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (",25,", ",a lot,", "data.csv: Line 2: Column illiteracy: a lot is not a number.\n"),
        ("uCode", "code", "data.csv: Line 1: There is no column uCode.\n"),
        ("B,Beta", "A,Beta", "data.csv: Line 3: Column uCode: A stands on line 2 already.\n"),
        ("A,Alpha,25", "A,Alpha,25,25", "data.csv: Line 2: There are 8 cells, the first line has 7.\n"),
    ],
)
def test_index_says_in_one_sentence_what_is_wrong(files, tmp_path, old, new, sentence):
    (tmp_path / "data.csv").write_text(DATA.replace(old, new, 1))

    result = run(*files)

    assert result.exit_code == 1
    assert result.stderr.endswith(sentence)
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)


def test_index_names_the_file_that_the_mistake_is_in(files, tmp_path):
    (tmp_path / "meta.csv").write_text(META.replace("1,people,1,3", "1,folk,1,3"))

    result = run(*files)

    assert result.exit_code == 1
    assert "meta.csv: Line 3: unemployment names the parent folk" in result.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--impute", "group-mean:tribe"], "There is no group column tribe."),
        (["--normalise", "target"], "illiteracy has no target."),
        (["--normalise", "zscore", "--aggregate", "geometric"], "This mean needs scores that are not"),
        (["--meta", "absent.csv"], "absent.csv cannot be read"),
        (["--weights", "Worth"], "There is no column Worth."),
    ],
)
def test_index_refuses_what_the_tables_cannot_carry(files, options, sentence):
    result = run(*files, *options)

    assert result.exit_code == 1
    assert sentence in result.stderr


@pytest.mark.parametrize(
    "options",
    [["--normalise", "minmax:1"], ["--aggregate", "mode"], ["--treat", "coin:x"], ["--screen", "2"], []],
)
def test_index_refuses_an_option_that_is_none(files, options):
    assert run(*(files if options else []), *options).exit_code == 2


@pytest.fixture
def release():
    """The snapshot file of a small release, as the observatory gives it away."""
    from multaqa.observatory import scoring

    method = {
        "aggregation": "geometric",
        "dimensions": [["vulnerability", 1.0]],
        "indicators": [
            {"code": "water", "dimension": "vulnerability", "direction": 1, "low": 0, "high": 100,
             "weight": 1.0, "denominator": "", "per": 1, "shrink": True}
        ],
        "draws": 600, "weight_spread": 0.25, "confidence": 0.9, "least_share": 0.5, "least_split": 0.5,
        "least_households": 30,
    }  # fmt: skip
    snapshot = {
        "territories": ["A", "B", "C"], "households": [400, 12, 90], "populations": {},
        "indicators": ["water"],
        "figures": [[40.0], [None], [70.0]], "n": [[900], [None], [200]], "errors": [[1.6], [None], [3.2]],
        "splits": {},
    }  # fmt: skip
    digest = scoring.fingerprint(snapshot)
    scores = scoring.compute(method, snapshot, scoring.seed_of(digest))
    return {
        "method": method, "snapshot": snapshot, "snapshot_hash": digest, "seed": scoring.seed_of(digest),
        "scores": scores, "result_hash": scoring.fingerprint(scores),
    }  # fmt: skip


def again(release, tmp_path, *arguments):
    (tmp_path / "release.json").write_text(json.dumps(release), encoding="utf-8")
    return run("--snapshot", tmp_path / "release.json", *arguments)


def test_snapshot_of_a_release_gives_the_same_result_again(release, tmp_path):
    done = again(release, tmp_path)

    assert done.exit_code == 0
    assert done.stdout == f"same result, hash {release['result_hash']}\n"
    assert json.loads(again(release, tmp_path, "--json", "-").stdout)["same"] is True


def test_tampered_snapshot_names_the_first_unit_that_differs(release, tmp_path):
    release["scores"][2]["score"] += 0.000001

    done = again(release, tmp_path)

    assert done.exit_code == 1
    assert "C is the first that differs from what these figures give." in done.stderr


def test_snapshot_whose_hashes_do_not_fit_says_which(release, tmp_path):
    figures = again({**release, "snapshot_hash": "0"}, tmp_path)
    result = again({**release, "result_hash": "0"}, tmp_path)

    assert (figures.exit_code, result.exit_code) == (1, 1)
    assert "the figures are not those of the hash" in figures.stderr
    assert f"their hash is {release['result_hash']} and not the one in the file" in result.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"method": {"draws": "x"}}', '{"method": 3}'])
def test_what_is_no_snapshot_is_refused_in_one_sentence(content, tmp_path):
    (tmp_path / "x.json").write_text(content)

    done = run("--snapshot", tmp_path / "x.json")

    assert done.exit_code == 1
    assert "is not the snapshot of a release." in done.stderr


def test_neither_tables_nor_a_snapshot_is_a_matter_of_usage():
    done = run()

    assert done.exit_code == 2
    assert "Give --meta and --data, or --snapshot." in done.stderr
