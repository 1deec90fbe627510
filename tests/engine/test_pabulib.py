"""The traps of the `.pb` format, one by one."""

import contextlib
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multaqa.engine import allocation, pabulib
from multaqa.engine.pabulib import Note, PabulibError


def text(*, meta="budget;100\nvote_type;approval", projects="project_id;cost\na;40\nb;60",
         votes="voter_id;vote\n1;a,b\n2;b"):  # fmt: skip
    return f"META\nkey;value\n{meta}\nPROJECTS\n{projects}\nVOTES\n{votes}\n"


def notes(file):
    return {note.key for note in file.notes}


def test_read_gives_money_in_whole_minor_units():
    file = pabulib.read(
        text(meta="budget;1 000,50\nvote_type;approval", projects="project_id;cost\na;40.25\nb;60")
    )

    assert (file.budget, file.costs, file.unit) == (100_050, (4_025, 6_000), 100)


def test_read_takes_quotes_semicolons_and_line_breaks_inside_names():
    file = pabulib.read(text(projects='project_id; cost ;name\na;40;"Park; ""new""\nside"\nb;60;Well "old"'))

    assert file.projects["name"] == ('Park; "new"\nside', 'Well "old"')
    assert file.costs == (40, 60)


def test_read_takes_bytes_with_a_mark_and_any_line_ending():
    file = pabulib.read(
        b"\xef\xbb\xbf" + text(votes="voter_id;vote\n1;a\n\n2;b\n").replace("\n", "\r\n").encode()
    )

    assert file.votes["vote"] == ("a", "b")
    assert file.meta["vote_type"] == "approval"


def test_read_keeps_unknown_keys_columns_and_comments():
    file = pabulib.read(
        text(meta="budget;100\nvote_type;approval\nmax_length_per_category;3\ncomment;#1: by; hand",
             votes="voter_id;vote;age\n1;a;38\n2;b;")
    )  # fmt: skip

    assert file.meta["max_length_per_category"] == "3"
    assert file.votes["age"] == ("38", "")
    assert Note("comment", {"text": "#1: by; hand"}) in file.notes


def test_election_counts_empty_ballots_and_marks_each_project_once():
    election = pabulib.election(pabulib.read(text(votes="voter_id;vote\n1;a,b,a\n2;\n3;b,a")))

    assert (election.voters, election.votes().tolist()) == (3, [2, 2])
    assert election.weight.tolist() == [2]


def test_election_keeps_ids_as_text():
    file = pabulib.read(text(projects="project_id;cost\n10;4\n010;6", votes="voter_id;vote\n1;10\n2;010, 10"))

    assert pabulib.election(file).projects == ("10", "010")
    assert pabulib.election(file).votes().tolist() == [2, 1]


def test_ordinal_ballots_give_borda_points_by_place():
    file = pabulib.read(text(meta="budget;100\nvote_type;ordinal", votes="voter_id;vote\n1;b,a\n2;a"))

    assert pabulib.election(file).score().tolist() == [0, 1]
    assert pabulib.election(file).votes().tolist() == [2, 1]


def test_cumulative_points_follow_their_project():
    file = pabulib.read(
        text(meta="budget;9\nvote_type;cumulative", votes="voter_id;vote;points\n1;b,a;5,0\n2;a;3")
    )

    election = pabulib.election(file)

    assert (election.score().tolist(), election.votes().tolist()) == ([3, 5], [1, 1])


def test_a_withdrawn_project_is_set_aside_and_a_free_one_reported():
    file = pabulib.read(text(projects="project_id;cost\na;999999999\nb;1"))

    assert pabulib.election(file).eligible.tolist() == [False, True]
    assert notes(file) == {"withdrawn", "free_project"}


def test_odd_but_countable_files_are_reported_not_refused():
    file = pabulib.read(
        text(meta="budget;100\nvote_type;approval\nnum_votes;3\nfully_funded;1\nexperimental;1\nmax_length;1",
             votes="voter_id;vote\n1;a,b\n1;b")
    )  # fmt: skip

    assert notes(file) == {"count_differs", "fully_funded", "experimental", "repeated_voter", "limit_broken"}
    assert Note("limit_broken", {"name": "max_length", "limit": 1, "ballots": 1}) in file.notes


def test_the_longest_ballot_is_never_more_than_there_are_projects():
    file = pabulib.read(text(meta="budget;100\nvote_type;approval\nmin_length;5"))

    # a city that asks for five of two projects can be given two at most
    assert [note.values for note in file.notes] == [{"name": "min_length", "limit": 2, "ballots": 1}]


def test_threshold_is_read_as_the_least_score():
    file = pabulib.read(text(meta="budget;100\nvote_type;approval\nmin_project_score_threshold;1,5"))

    assert pabulib.election(file).threshold == 2


def test_column_accepts_the_former_name():
    assert pabulib.column({"target": ("seniors",)}, "beneficiaries") == ("seniors",)
    assert pabulib.column({"district": ("North",)}, "subunit") == ("North",)
    assert pabulib.column({}, "subunit") == ()


@pytest.mark.parametrize(
    ("stated", "date"),
    [
        ("03.10.2019", (2019, 10, 3)),
        ("10.2019", (2019, 10, None)),
        ("2019", (2019, None, None)),
        ("soon", None),
    ],
)
def test_partial_date_says_no_more_than_the_file(stated, date):
    assert pabulib.partial_date(stated) == date


@pytest.mark.parametrize(
    ("changes", "key", "line"),
    [
        ({"meta": "vote_type;approval"}, "missing_key", 2),
        ({"meta": "budget;100"}, "missing_key", 2),
        ({"meta": "budget;100\nvote_type;poll"}, "unknown_vote_type", 4),
        ({"meta": "budget;much\nvote_type;approval"}, "not_a_number", 3),
        ({"meta": "budget;-5\nvote_type;approval"}, "not_a_number", 3),
        ({"meta": "budget;1\nbudget;2\nvote_type;approval"}, "repeated_key", 4),
        ({"meta": "budget\nvote_type;approval"}, "meta_row", 3),
        ({"projects": "project_id;price\na;4"}, "missing_column", 6),
        ({"projects": "project_id;cost;cost\na;4;4"}, "repeated_column", 6),
        ({"projects": "project_id;cost\na;4\na;5"}, "repeated_project", 8),
        ({"projects": "project_id;cost\na;4\n;5"}, "project_without_id", 8),
        ({"projects": "project_id;cost\na;4\nb;"}, "not_a_number", 8),
        ({"projects": "project_id;cost\na;4;5"}, "row_too_long", 7),
        ({"projects": 'project_id;cost;name\na;4;"Park\nb;5;Well'}, "open_quote", 7),
        ({"projects": "project_id;cost\na;99999999999999999999"}, "amounts_too_large", 3),
        ({"votes": "voter_id;vote\n1;a\n2;z"}, "unknown_project", 12),
        ({"votes": "voter_id;ballot\n1;a"}, "missing_column", 10),
        ({"meta": "budget;9\nvote_type;cumulative", "votes": "voter_id;vote;points\n1;a,b;3"},
        "points_mismatch", 11), ({"meta": "budget;9\nvote_type;cumulative", "votes":
        "voter_id;vote;points\n1;a;x"}, "not_points", 11), ({"meta": "budget;9\nvote_type;cumulative"},
        "missing_column", 10),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_with_its_line(changes, key, line):
    with pytest.raises(PabulibError) as refused:
        pabulib.election(pabulib.read(text(**changes)))

    assert (refused.value.key, refused.value.values["line"]) == (key, line)
    assert str(refused.value).startswith(f"Line {line}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("broken", ["", "hello", "META\nkey;value\nbudget;3\n", "PROJECTS\na;1\n"])
def test_what_is_no_election_at_all_is_refused(broken):
    with pytest.raises(PabulibError, match=r"^Line [123]: "):
        pabulib.read(broken)


def test_bytes_that_are_not_utf8_are_refused_with_their_line():
    with pytest.raises(PabulibError, match="Line 3: the text is not UTF-8"):
        pabulib.read(b"META\nkey;value\ncity;\xff\n")


@given(st.text(alphabet="META\nVOTESPROJC;k,\"'1 é", max_size=80))
def test_no_text_breaks_the_reader(rubbish):
    with contextlib.suppress(PabulibError):
        pabulib.election(pabulib.read(rubbish))


def test_writing_what_was_read_loses_nothing(shared_data):
    for source in sorted((shared_data / "pabulib").glob("*.pb")):
        file = pabulib.read(source.read_bytes())

        again = pabulib.read(pabulib.write(file))

        assert (again.meta, again.projects, again.votes) == (file.meta, file.projects, file.votes)
        assert pabulib.election(again).digest() == pabulib.election(file).digest()


def test_every_file_agrees_with_its_own_tallies(shared_data):
    for source in sorted((shared_data / "pabulib").glob("*.pb")):
        file = pabulib.read(source.read_bytes())
        election = pabulib.election(file)

        assert election.votes().tolist() == [int(votes) for votes in file.projects["votes"]], source.name
        if "score" in file.projects and file.kind == "cumulative":
            assert election.score().tolist() == [int(score) for score in file.projects["score"]], source.name


def test_compose_writes_an_election_that_reads_back():
    file = pabulib.compose(
        meta={"budget": "10,5", "vote_type": "approval", "comment": 'by; "hand"'},
        projects=[{"project_id": "a", "cost": "4", "name": "Park\nnew"}, {"project_id": "b", "cost": "5.5"}],
        votes=[{"voter_id": "1", "vote": "a,b"}, {"voter_id": "2", "vote": ""}],
    )

    assert (file.budget, file.costs, file.unit) == (105, (40, 55), 10)
    assert file.projects["name"] == ("Park\nnew", "")
    assert file.meta["comment"] == 'by; "hand"'
    assert pabulib.election(file).voters == 2


@pytest.mark.parametrize("module", [pabulib, allocation])
def test_the_example_in_the_docstring_holds(module):
    assert doctest.testmod(module) == (0, 2 if module is allocation else 3)


def test_ballots_say_the_same_with_and_without_quotation_marks(shared_data):
    for name in ("Switzerland_Zurich_D10", "France_Toulouse_2019", "Poland_Zabrze_2020"):
        plain = (shared_data / "pabulib" / f"{name}.pb").read_text(encoding="utf-8")
        head, title, ballots = plain.partition("VOTES\n")
        first, *rest = ballots.rstrip("\n").split("\n")
        quoted = [";".join(f'"{cell}"' for cell in row.split(";")) for row in rest]

        file, other = (pabulib.read(each) for each in (plain, "\n".join([head + title + first, *quoted])))

        assert dict(file.votes) == dict(other.votes)
        assert list(file.vote_lines) == list(other.vote_lines)
        assert file.notes == other.notes
        assert pabulib.election(file).digest() == pabulib.election(other).digest()


def test_ages_become_bands_and_bands_stay():
    assert [pabulib.age_band(age) for age in ("17", "18", " 38 ", "61", "30-39", "")] == [
        "0-17", "18-24", "35-44", "60+", "30-39", "",
    ]  # fmt: skip
