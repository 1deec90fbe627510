"""Foreign keys point down, as imports do: no linter sees them."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[2]


def floors() -> dict[str, int]:
    """Each room's height, from the import contract, so that there is one list."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["name"].startswith("Floors"))["layers"]
    return {
        room.strip(): height for height, layer in enumerate(reversed(layers)) for room in layer.split("|")
    }


def relations():
    for config in apps.get_app_configs():
        if config.name.startswith("multaqa."):
            for model in config.get_models(include_auto_created=True):
                for field in model._meta.get_fields():
                    if field.is_relation and not field.auto_created and field.related_model:
                        yield config.label, field, field.related_model._meta.app_config


def test_relations_between_rooms_are_found():
    assert ("directory", "territories") in {(room, target.label) for room, _, target in relations()}


def test_foreign_keys_point_down():
    height = floors()

    upward = [
        f"{field.model.__name__}.{field.name} ({room}) → {target.label}"
        for room, field, target in relations()
        if target.name.startswith("multaqa.")
        and target.label != room
        and height[target.label] >= height[room]
    ]

    assert upward == []


@pytest.mark.parametrize("room", sorted(set(floors()) - {"cli", "config", "web", "kit", "engine"}))
def test_room_says_what_it_is_for(room):
    docstring = (ROOT / "src/multaqa" / room / "__init__.py").read_text().split('"""')[1]

    assert "Nouns:" in docstring
    assert "Verb" in docstring
