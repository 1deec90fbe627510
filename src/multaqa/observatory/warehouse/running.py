"""One expression over all indicators of a dataset, carried out by the engine that is set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from multaqa.observatory.warehouse import engines
from multaqa.observatory.warehouse.definitions import Definition, Quantile, Terms
from multaqa.observatory.warehouse.store import Dataset

WHOLE = "all"
SEXES = (WHOLE, "female", "male")
MILIEUX = (WHOLE, "rural", "urban")
CELL = ("commune", "sex", "milieu")
_ROUNDING = 1e-12  # weights are summed in another order on another engine

Groups = Mapping[str, Sequence[str]]


def run(
    dataset: Dataset,
    definitions: Sequence[Definition],
    *,
    engine: str | None = None,
    groups: Groups | None = None,
    communes: Collection[str] = (),
    threads: int | None = None,
) -> Any:
    """Every indicator for every commune, sex and milieu with their totals, as a pandas table.

    Columns: commune, sex (all, female, male), milieu (all, rural, urban), indicator, value (NaN: nobody
    measured), n (rows it rests on, unweighted). The whole dataset stands under the commune «all». groups:
    code of an area -> codes of its parts (province -> communes, region -> provinces); each gets rows of its
    own. communes: those that must have rows although nobody went there. Rows stand in the order of the
    definitions, then by commune, sex, milieu; small groups stand among them. Raises Refused for an empty
    dataset or an unknown engine.
    """
    groups = groups or {}
    with engines.opened(dataset, engine or engines.chosen(), threads) as (connection, rows):
        found = connection.to_pyarrow(expression(rows, definitions, groups)).to_pandas()
    return _complete(found, [item.code for item in definitions], communes, groups)


def expression(rows: Any, definitions: Sequence[Definition], groups: Groups) -> Any:
    """The Ibis expression: rows that were measured only, in no order."""
    import ibis

    ratios = [item for item in definitions if not isinstance(item, Quantile)]
    parts = [_ratios(rows, ratios, groups)] if ratios else []
    parts += [_quantile(rows, item, groups) for item in definitions if isinstance(item, Quantile)]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _ratios(rows: Any, definitions: Sequence[Any], groups: Groups) -> Any:
    """All ratios in one pass over the rows; totals are sums of its few thousand cells."""
    import ibis

    sums: dict[str, Any] = {}
    for place, item in enumerate(definitions):
        sums |= {f"{name}_{place}": value for name, value in _sums(item.terms(rows)).items()}
    cells = _with_totals(rows.group_by(CELL).aggregate(**sums), groups)
    answers = [
        ibis.struct({
            "indicator": ibis.literal(item.code),
            "value": cells[f"above_{place}"] / cells[f"below_{place}"].nullif(0.0) * item.terms(rows).scale,
            "n": cells[f"n_{place}"],
        })
        for place, item in enumerate(definitions)
    ]  # fmt: skip
    return cells.select(*CELL, answer=ibis.array(answers).unnest()).unpack("answer")


def _sums(terms: Terms) -> dict[str, Any]:
    return {"above": terms.above.sum(), "below": terms.below.sum(), "n": terms.below.count()}


def _with_totals(cells: Any, groups: Groups, also: tuple[str, ...] = ()) -> Any:
    """Cells once more in the areas above them, then in both sexes, then in town and country together.

    Each row is repeated and summed anew, so that the cells are read once: an engine that does not keep them
    would otherwise go through all households again for every total.
    """
    import ibis

    keys = (*CELL, *also)
    added = [name for name in cells.columns if name not in keys]
    cells, areas = _joined(cells, groups)
    for total, others in (("commune", areas), ("sex", []), ("milieu", [])):
        copies = ibis.array([cells[name] for name in (total, *others)] + [ibis.literal(WHOLE)]).unnest()
        kept = [name for name in (*keys, *added) if name != total]
        rows = cells.select(*kept, **{total: copies}).drop_null(total)
        sums = {name: rows[name].sum() for name in added}
        cells = rows.group_by(keys).aggregate(**sums).cast({name: cells[name].type() for name in added})
    return cells.filter(cells.sex != "")


def _joined(cells: Any, groups: Groups) -> tuple[Any, list[str]]:
    """Cells with the areas above their commune beside them, and the names of those columns."""
    import ibis

    parent = {part: area for area, parts in groups.items() for part in parts}
    chains = {}
    for code in parent.keys() - groups.keys():
        chains[code] = [parent[code]]
        while chains[code][-1] in parent:
            chains[code].append(parent[chains[code][-1]])
    names = [f"area_{step}" for step in range(max(map(len, chains.values()), default=0))]
    if not names:
        return cells, []
    rows = [(code, *chain, *[None] * (len(names) - len(chain))) for code, chain in sorted(chains.items())]
    areas = ibis.memtable(rows, schema=dict.fromkeys(("place", *names), "string"))
    return cells.left_join(areas, cells.commune == areas.place).drop("place"), names


def _quantile(rows: Any, item: Quantile, groups: Groups) -> Any:
    """How much weight stands at each step, then the first step at which enough has gathered."""
    import ibis

    rows = rows.select(*CELL, "weight", step=item.steps(rows)).drop_null("step")
    cells = rows.group_by(*CELL, "step").aggregate(weight=rows.weight.sum(), n=rows.count())
    cells = _with_totals(cells, groups, ("step",))
    cells = cells.mutate(
        gathered=cells.weight.sum().over(ibis.cumulative_window(group_by=CELL, order_by="step")),
        total=cells.weight.sum().over(ibis.window(group_by=CELL)),
    )
    enough = cells.gathered >= cells.total * (item.q - _ROUNDING)
    found = cells.group_by(CELL).aggregate(step=cells.step.min(where=enough), n=cells.n.sum())
    return found.select(
        *CELL,
        indicator=ibis.literal(item.code),
        value=found.step * float(item.step),
        n=found.n,
    )


def _complete(found: Any, codes: list[str], communes: Collection[str], groups: Groups) -> Any:
    """Every cell of every indicator, in one order; where nobody measured, n is 0 and the value is missing."""
    import pandas

    places = sorted({*found.commune, *communes, *groups} - {WHOLE})
    grid = pandas.MultiIndex.from_product(
        [codes, [*places, WHOLE], SEXES, MILIEUX], names=["indicator", *CELL]
    )
    table = found.set_index(["indicator", *CELL]).reindex(grid).reset_index()
    table["n"] = table["n"].fillna(0).astype("int64")
    return table[[*CELL, "indicator", "value", "n"]]
