"""Amounts as people write them: the engine counts minor units, the terminal shows currency."""

from multaqa.engine.errors import EngineError

_AMOUNTS = ("amount", "high", "left", "low", "needed", "over", "reached", "room", "short", "step", "total")


def shown(amount: int, unit: int) -> str:
    """Minor units as currency, `unit` of them to one."""
    return f"{amount / unit:,.{len(str(unit)) - 1}f}"


def in_currency(wrong: EngineError, unit: int) -> EngineError:
    """The same refusal with its amounts in currency."""
    values = {
        key: shown(value, unit) if key in _AMOUNTS and isinstance(value, int) else value
        for key, value in wrong.values.items()
    }
    return EngineError(wrong.key, wrong.template, **values)
