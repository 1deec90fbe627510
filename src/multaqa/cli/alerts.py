"""`multaqa alerts`: which rows of a series are unusual, given only what came before them?"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import numpy as np

from multaqa.cli.output import json_option, refuse, write_json
from multaqa.cli.words import _, engine_sentence
from multaqa.engine.alerts import (
    BOUNDS,
    METHODS,
    SILENCE,
    AlertsError,
    Flexible,
    Rule,
    Watch,
    false_alarms,
    notices,
    read,
    watch,
)


class Event(click.ParamType):
    name = "FIRST/LAST"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        first, _slash, last = str(value).partition("/")
        try:
            in_order = bool(np.datetime64(first, "D") <= np.datetime64(last or first, "D"))
        except ValueError:
            in_order = False
        if not in_order:
            self.fail(f"{value!r} is not two days such as 2024-03-01/2024-03-31.", param, ctx)
        return first, last or first


@click.command("alerts")
@click.argument("file", metavar="SERIES.csv", type=click.Path(path_type=Path))
@click.option("--method", type=click.Choice(METHODS), default="c2", show_default=True)
@click.option(
    "--alpha",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Chance of an alarm in a quiet week. Default: 0.001; c3-r 0.025; farrington 0.05.",
)
@click.option("--baseline", type=click.IntRange(min=3), default=7, show_default=True, help="c1 to c3: steps.")
@click.option(
    "--least-sigma",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="c1 to c3: least standard deviation; 0.5 or 1 for rare cases.",
)
@click.option("--years", type=click.IntRange(min=1), help="farrington: years looked back. Default: 5.")
@click.option("--half-window", type=click.IntRange(min=0), help="farrington: steps each side. Default: 3.")
@click.option("--periods", type=click.IntRange(min=1), help="farrington: seasons of the year. Default: 10.")
@click.option("--recent", type=click.IntRange(min=0), help="farrington: latest steps left out. Default: 26.")
@click.option(
    "--weights-threshold",
    type=click.FloatRange(min=0),
    help="farrington: residual above which a past outbreak counts less. Default: 2.58.",
)
@click.option(
    "--trend-p",
    type=click.FloatRange(0, 1),
    help="farrington: keep a trend whose p-value is below this. Default: 1.",
)
@click.option("--bound", type=click.Choice(BOUNDS), help="farrington. Default: nb-plugin.")
@click.option(
    "--silence",
    type=click.IntRange(min=0),
    default=SILENCE,
    show_default=True,
    help="Days without a second notice.",
)
@click.option(
    "--event",
    "events",
    type=Event(),
    multiple=True,
    help="Days on which something is known to have happened: alarms there are not false. Repeatable.",
)
@json_option
def command(
    file: Path,
    method: str,
    alpha: float | None,
    baseline: int,
    least_sigma: float,
    silence: int,
    events: tuple[tuple[str, str], ...],
    json_path: str | None,
    **chosen: Any,
) -> None:
    """Which rows of SERIES.csv (date,value[,population]) are unusual?

    An empty value or an absent date is not measured. The population is used by farrington alone.
    """
    try:
        series = read(file.read_text(encoding="utf-8"))
        rule = Rule(
            method=method,
            alpha=alpha,
            baseline=baseline,
            least_sigma=least_sigma,
            flexible=_flexible(chosen),
        )
        found = watch(series, rule)
    except AlertsError as wrong:
        refuse(" ".join(f"{file}: {engine_sentence(wrong)}".split()))
    except UnicodeDecodeError:
        refuse(_("{file} is not UTF-8 text.").format(file=file))
    except OSError as missing:
        refuse(_("{file} cannot be read: {reason}.").format(file=file, reason=missing.strerror))
    click.echo("\n".join(_summary(found, silence, events)), err=json_path is not None)
    write_json(report(found), json_path)


def report(found: Watch) -> list[dict[str, Any]]:
    """One row a row of the file, in its order, under the keys of the command's contract."""
    return [
        {
            "date": str(day),
            "value": _number(value),
            "expected": _number(expected),
            "upper": _number(upper),
            "alarm": bool(alarm),
        }
        for day, value, expected, upper, alarm in zip(
            found.series.days, found.series.values, found.expected, found.upper, found.alarm, strict=True
        )
    ]


def _flexible(chosen: dict[str, Any]) -> Flexible | None:
    """The settings that were asked for over the usual ones; None when none was, and the series decides."""
    asked = {name: value for name, value in chosen.items() if value is not None}
    assert asked.keys() <= {field.name for field in fields(Flexible)}
    return Flexible(**asked) if asked else None


def _number(value: float) -> float | int | None:
    if not np.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _summary(found: Watch, silence: int, events: tuple[tuple[str, str], ...]) -> list[str]:
    told = notices(found, silence=silence)
    rate = false_alarms(found, events)
    lines = [
        _("{date}: {value} where at most {upper} was expected").format(
            date=found.series.days[row],
            value=f"{found.series.values[row]:g}",
            upper=f"{found.upper[row]:.4g}",
        )
        for row in told
    ]
    counted = _(
        "Notices: {told}; alarms within {days} days of one: {silent}; rows judged: {judged} of {rows}."
    )
    lines.append(
        counted.format(
            told=len(told),
            silent=int(found.alarm.sum()) - len(told),
            days=silence,
            judged=int((~np.isnan(found.upper)).sum()),
            rows=len(found.alarm),
        )
    )
    if rate.judged:
        lines.append(
            _("False alarms: at most {share} of quiet rows (95 % interval {low} to {high}).").format(
                share=f"{rate.share:.1%}", low=f"{rate.low:.1%}", high=f"{rate.high:.1%}"
            )
        )
    return lines
