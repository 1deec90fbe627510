"""The page that counts the same ballots by other rules: what it shows, refuses, and leaves behind."""

import csv
import io
import random
import re
from html import unescape

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from multaqa.funds import forms, simulation, simulation_words
from multaqa.funds.models import Allocation
from multaqa.kit.models import PostKey
from tests.factories import Role, verbs_in_ledger
from tests.funds.factories import an_allocation
from tests.funds.test_simulation import SMALL
from tests.funds.test_views import client_of

pytestmark = pytest.mark.django_db
BYTES, STATEMENTS = 60_000, 15
STAFF = (Role.COORDINATOR, Role.CELL_MEMBER, Role.COUNCIL_OFFICER, Role.AUDITOR)


@pytest.fixture(autouse=True)
def _nothing_sent_yet():
    cache.clear()


def ask(text: str | bytes = SMALL, *, name="last year.pb", client=None, language="ar", **fields):
    """The answer to the form with its usual choices, and these."""
    given = {"rules": ["shares-greedy", "greedy"], "utility": "ballots", "ties": "cost-votes", **fields}
    if text:
        data = text if isinstance(text, bytes) else text.encode()
        given["file"] = SimpleUploadedFile(name, data)
    return send(given, client=client, language=language)


def send(fields, *, client=None, language="ar"):
    with override(language):
        url = reverse("funds:simulate")
    key = f"{random.getrandbits(120):032x}"
    return (client or client_of(Role.COORDINATOR)).post(url, {**fields, "idempotency_key": key})


def kept_in(answer) -> str:
    return re.search(r'name="kept" value="([^"]+)"', answer.content.decode())[1]


def text_of(answer) -> str:
    return unescape(answer.content.decode())


def a_large_file(projects: int = 160, voters: int = 3000) -> str:
    """Long Arabic names, six categories, twelve districts, approvals falling with the rank."""
    draw = random.Random(7)
    lines = ["META", "key;value", f"budget;{projects * 20_000}", "vote_type;approval", "currency;MAD"]
    lines += ["PROJECTS", "project_id;cost;name;category;neighborhood"]
    for place in range(1, projects + 1):
        cost = draw.randrange(5, 200) * 1000
        name = f"تهيئة الساحة العمومية وتجهيز المدرسة رقم {place} بحي السلام والأحياء المجاورة"
        lines.append(f"{place};{cost};{name};{draw.choice('ABCDEF')};{draw.choice('abcdefghijkl')}")
    lines += ["VOTES", "voter_id;vote"]
    weights = [1 / (place + 3) for place in range(projects)]
    for voter in range(voters):
        vote = set(draw.choices(range(1, projects + 1), weights, k=draw.randrange(1, 12)))
        lines.append(f"{voter};{','.join(map(str, vote))}")
    return "\n".join(lines)


@pytest.mark.parametrize("role", STAFF)
def test_page_offers_the_form_with_the_usual_rules_ticked(role):
    answer = client_of(role).get(reverse("funds:simulate"))

    assert answer.status_code == 200
    assert re.findall(r'value="([\w-]+)"[^>]* checked', answer.content.decode()) == list(simulation.USUAL)


def test_page_lists_the_counted_calls_and_compares_the_ballots_of_one():
    allocation = an_allocation()
    listed = client_of(Role.COORDINATOR).get(reverse("funds:simulate")).content.decode()

    answer = ask("", call=allocation.pk, language="en")

    assert f'<option value="{allocation.pk}">' in listed
    assert answer.status_code == 200
    assert allocation.digest in answer.content.decode()
    assert answer.context["found"].voters == 6
    assert set(answer.context["found"].columns[0].won) == {"1", "2"}


def test_comparison_shows_each_project_under_each_rule_and_what_each_rule_spends():
    answer = ask(rules=["shares", "greedy"], language="en")

    assert answer.status_code == 200
    rows = answer.context["page_obj"].object_list
    assert [(row.project.id, row.places, row.chip) for row in rows] == [
        ("p", [None, 1], "wins under some rules"),
        ("w", [2, None], "wins under some rules"),
        ("l", [1, 2], "wins under every rule"),
        ("x", [None, None], "wins under none"),
    ]
    facts = {fact.label: fact.values for fact in answer.context["summary"]}
    assert facts["Money spent"] == ["320\u00a0dirhams", "590\u00a0dirhams"]
    assert facts["Part of the budget"] == ["53.3%", "98.3%"]
    assert facts["Voters who get a project"] == ["5 (83.3%)", "4 (66.7%)"]
    assert facts["Voters who get none"] == ["1 (16.7%)", "2 (33.3%)"]
    assert facts["Groups short of their share (EJR+)"] == ["0", "1"]
    assert facts["Winners recorded in the file that win here, of 2"] == ["1", "2"]


def test_comparison_splits_the_money_by_category_and_district():
    splits = dict(ask(rules=["shares", "greedy"], language="en").context["splits"])

    categories = {fact.label: fact.values for fact in splits["By category"]}
    districts = {fact.label: fact.values for fact in splits["By district"]}
    assert categories["green"] == ["0\u00a0dirhams", "450\u00a0dirhams"]
    assert districts["south"] == ["320\u00a0dirhams", "140\u00a0dirhams"]


def test_comparison_says_what_is_odd_in_the_file():
    odd = SMALL.replace("num_votes;6", "num_votes;7\ncomment;counted by hand").replace("140;lamp", "1;lamp")

    notes = ask(odd, language="en").context["notes"]

    assert notes == [
        "The file announces 7 ballots and holds 6.",
        "The file says: counted by hand",
        "1 project has no real cost (0 or 1): l.",
    ]


def test_comparison_says_why_a_project_does_not_win_without_the_file():
    first = ask(rules=["shares", "greedy"], language="en")

    answer = send({"kept": kept_in(first), "why": "w"}, language="en")

    assert [(reason.won, reason.text) for reason in answer.context["reasons"]] == [
        (True, "It wins in place 2."),
        (
            False,
            "It came in place 3, when 10\u00a0dirhams were left: 170\u00a0dirhams short of its cost.",
        ),
    ]


def test_comparison_may_be_narrowed_to_the_projects_on_which_the_rules_differ():
    first = ask(rules=["shares", "greedy"])

    answer = send({"kept": kept_in(first), "filter": "sometimes", "page": "9"})

    assert [row.project.id for row in answer.context["page_obj"].object_list] == ["p", "w"]


def test_comparison_is_taken_away_as_a_table():
    first = ask(rules=["shares", "greedy"], language="en")

    answer = send({"kept": kept_in(first), "csv": "1"}, language="en")

    assert answer["Content-Disposition"] == 'attachment; filename="comparison.csv"'
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:5] == ["Project", "Name", "Cost", "Votes", "Summary"]
    assert rows[2][:6] == ["w", "well", "180", "2", "wins under some rules", "2"]
    assert rows[2][7:] == [
        "",
        "It came in place 3, when 10\u00a0dirhams were left: 170\u00a0dirhams short of its cost.",
    ]
    assert rows[-1] == ["SHA-256 of the ballot file", first.context["found"].digest]


def test_comparison_leaves_nothing_behind():
    before = verbs_in_ledger()
    client = client_of(Role.COORDINATOR)

    first = ask(client=client)
    send({"kept": kept_in(first), "csv": "1"}, client=client)

    assert first.status_code == 200
    assert (verbs_in_ledger(), PostKey.objects.count()) == (before, 0)
    assert Allocation.objects.count() == 0


def test_comparison_that_was_changed_on_the_way_is_refused():
    first = ask()

    answer = send({"kept": kept_in(first)[:-2] + "xx", "csv": "1"}, language="en")

    assert answer.status_code == 409
    assert "choose the file once more" in text_of(answer)


def test_comparison_keeps_the_choices_for_the_next_count():
    fine = SMALL.replace("450", "450,50")

    answer = ask(fine, rules=["greedy", "phragmen"], budget="800,50", ties="lot", seed="rain")

    initial = answer.context["form"].initial
    assert (initial["rules"], initial["budget"]) == (("greedy", "phragmen"), "800.50")
    assert (initial["ties"], initial["seed"]) == ("lot", "rain")
    assert answer.context["budget"] == "800,50\u00a0درهم"


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"text": ""}, "file", "Give a file or choose a call: one of the two."),
        ({"name": "votes.csv"}, "file", "This is not a .pb file: its name should end in .pb."),
        (
            {"text": SMALL.replace("180;well", "dear;well")},
            "file",
            "Line 12: cost dear is not a number of zero or more.",
        ),
        ({"text": b"\xff\xfe"}, "file", "Line 1: the text is not UTF-8."),
        ({"text": SMALL.split("\n1;p")[0] + "\n"}, "file", "This file has no ballot."),
        ({"rules": ["greedy"]}, "rules", "Tick two to six rules."),
        ({"rules": list(simulation.RULES)[:7]}, "rules", "Tick two to six rules."),
        ({"utility": "points"}, "utility", "The ballots of this file give no points: choose what they say."),
        ({"utility": "borda"}, "utility", "The ballots of this file are not ranked: choose what they say."),
        (
            {"rules": ["greedy", "greedy-threshold"]},
            "threshold",
            "The file states no least score: write one, or leave out the rule with a threshold.",
        ),
        ({"budget": "12,5"}, "budget", "The amounts of this file have no such small units."),
        ({"ties": "lot"}, "seed", "Write the words from which the lot is drawn."),
    ],
)
def test_form_says_what_is_wrong_and_keeps_the_choices(fields, field, sentence):
    answer = ask(**{"language": "en", "threshold": "", "budget": "", **fields})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}
    assert sentence in text_of(answer)
    chosen = fields.get("rules", ["shares-greedy", "greedy"])
    ticked = re.findall(r'name="rules" value="([\w-]+)"[^>]* checked', answer.content.decode())
    assert sorted(ticked) == sorted(chosen)


def test_form_says_that_the_browser_does_not_keep_the_file():
    wrong = ask(SMALL.replace("180;well", "dear;well"), language="en")
    none = ask("", language="en")

    assert "choose it again" in text_of(wrong)
    assert "choose it again" not in text_of(none)


def test_malformed_file_is_explained_in_arabic_and_french():
    broken = SMALL.replace("180;well", "dear;well")

    arabic, french = text_of(ask(broken)), text_of(ask(broken, language="fr"))

    assert "السطر 12" in arabic
    assert "Ligne 12 : cost dear n’est pas un nombre positif ou nul." in french


def test_file_above_the_limit_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(forms, "MOST_BYTES", 100)

    answer = ask(language="en")

    assert answer.context["form"].errors == {"file": ["This file is larger than 25 MB."]}


def test_file_with_too_many_ballots_is_sent_to_the_command_line(monkeypatch):
    monkeypatch.setattr(simulation, "MOST_BALLOTS", 5)

    answer = ask(language="en")

    assert answer.context["form"].errors == {
        "file": ["This file has more than 5 ballots: count it with the command multaqa allocate."]
    }


def test_rule_that_takes_too_long_is_left_out_with_its_reason():
    answer = ask(
        SMALL.replace("budget;600", "budget;600000000000"), rules=["greedy", "shares-add1"], language="en"
    )

    assert "Not counted: Equal Shares, purses raised until nothing fits." in text_of(answer)
    assert [column.choice for column in answer.context["found"].columns] == ["greedy"]


def test_large_comparison_stays_small():
    language = "ar"  # its letters take two bytes each
    rules = ["shares", "shares-greedy", "shares-add1", "greedy", "phragmen", "welfare"]

    answer = ask(a_large_file(), rules=rules, language=language)

    assert len(answer.context["found"].projects) == 160
    assert len(answer.content) <= BYTES
    assert len(send({"kept": kept_in(answer), "why": "33"}, language=language).content) <= BYTES


def test_page_asks_the_database_little(django_assert_max_num_queries):
    client = client_of(Role.COORDINATOR)
    allocation = an_allocation()
    client.get(reverse("funds:simulate"))

    with django_assert_max_num_queries(STATEMENTS):
        client.get(reverse("funds:simulate"))
    with django_assert_max_num_queries(STATEMENTS):
        answer = ask("", call=allocation.pk, client=client)

    assert answer.status_code == 200


def test_overview_leads_the_staff_to_the_page_and_nobody_else():
    link = reverse("funds:simulate")

    assert link in client_of(Role.AUDITOR).get(reverse("funds:overview")).content.decode()
    assert link not in client_of(Role.RESIDENT).get(reverse("funds:overview")).content.decode()


def test_stranger_is_sent_to_sign_in_and_a_resident_is_refused():
    url = reverse("funds:simulate")

    assert Client(HTTP_HOST="localhost").get(url).status_code == 302
    assert client_of(Role.RESIDENT).get(url).status_code == 403


def test_page_is_asked_so_many_times_a_minute():
    client = client_of(Role.COORDINATOR)

    statuses = [ask("", client=client).status_code for _time in range(31)]

    assert statuses[:30] == [422] * 30
    assert statuses[30] == 429


def test_every_rule_and_every_note_has_its_words():
    assert simulation_words.RULES.keys() == simulation.RULES.keys()
    assert {"always", "sometimes", "never"} == simulation_words.STANCES.keys()
