"""Every public action takes its actor by keyword, checks who may, and writes exactly one ledger entry."""

import ast
from pathlib import Path

import pytest

ROOMS = Path(__file__).parents[2] / "src" / "multaqa"
FILES = sorted([*ROOMS.glob("*/actions.py"), *ROOMS.glob("*/actions/*.py")])


def find_actions():
    for file in FILES:
        room = file.relative_to(ROOMS).parts[0]
        if room == "ledger":  # `record` is what the others write with
            continue
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield pytest.param(room, node, id=f"{room}.{node.name}")


PUBLIC = list(find_actions())


def calls(node: ast.AST, name: str) -> list[ast.Call]:
    return [
        call
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name
    ]


@pytest.mark.parametrize(("room", "action"), PUBLIC)
def test_action_takes_keywords_only_with_the_actor_first(room, action):
    assert action.args.args == []
    assert action.args.kwonlyargs[0].arg == "actor"
    assert ast.get_docstring(action)


@pytest.mark.parametrize(("room", "action"), PUBLIC)
def test_action_requires_the_permission_of_its_own_name(room, action):
    asked = [call.args[1].value for call in calls(action, "require")]

    assert asked == [f"{room}.{action.name}"]


@pytest.mark.parametrize(("room", "action"), PUBLIC)
def test_action_writes_exactly_one_ledger_entry_of_its_room(room, action):
    written = calls(action, "record")

    assert len(written) == 1
    assert ast.literal_eval(written[0].args[1]).startswith(f"{room}.")


@pytest.mark.parametrize(("room", "action"), PUBLIC)
def test_action_writes_in_one_transaction(room, action):
    opened = [
        node
        for node in ast.walk(action)
        if isinstance(node, ast.With) and "atomic" in ast.unparse(node.items[0])
    ]

    assert len(opened) == 1
    assert calls(opened[0], "record")
