"""Why one system missed what it missed, as arrays: the table of causes, read for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ragcheck.causes import CAUSES, INTERVENTIONS

Ints = npt.NDArray[np.int64]
#: The rank that an intervention reached, by the column that holds it.
RANKS = {
    "clipped_oracle": "clipped_rank",
    "tight_oracle": "tight_rank",
    "add_context": "context_rank",
    "deeper": "rank",
    "other_retriever": "other_rank",
    "fusion": "fusion_rank",
}


@dataclass(frozen=True, slots=True)
class Misses:
    """A row per missed item: arrays of length m, in the order of the items.

    `item` is the row of the system's items; `cause` a position in CAUSES; `fixes` has a bit for
    each of INTERVENTIONS that recovers the item. `ranks` holds the columns of RANKS and
    `rank_tokens`, 0 where there is none. `other` is the id of the retriever that found it or "";
    `rival` and `twin` are chunks, -1 for none.
    """

    item: Ints
    cause: Ints
    fixes: Ints
    ranks: Mapping[str, Ints]
    other: tuple[str, ...]
    rival: Ints
    twin: Ints
    suspect: Ints

    def bits(self, first_item: Ints) -> Ints:
        """A bit for each cause among a question's missed items: int64[q]."""
        asked = np.searchsorted(first_item, self.item, side="right") - 1
        out = np.zeros(len(first_item) - 1, dtype=np.int64)
        np.bitwise_or.at(out, asked, 1 << self.cause)
        return out

    def rows(self) -> dict[int, int]:
        """Where each missed item stands here, by its row of the system's items."""
        return {item: row for row, item in enumerate(self.item.tolist())}


def read_misses(table: Any, ids: Sequence[str], first_item: Ints) -> Misses:
    """The arrow table of causes of a system; `ids` are the questions in order."""
    place = {id: position for position, id in enumerate(ids)}
    column = {name: table.column(name).to_pylist() for name in table.column_names}
    first = first_item[[place[id] for id in column["question"]]]
    items = first + np.array(column["item"], dtype=np.int64)
    order = np.argsort(items, kind="stable")
    causes, fixes = _places(CAUSES), _places(INTERVENTIONS)

    def ints(values: Sequence[int]) -> Ints:
        return np.array(values, dtype=np.int64)[order]

    def filled(name: str, missing: int) -> Ints:
        return ints([missing if value is None else int(value) for value in column[name]])

    return Misses(
        items[order],
        ints([causes.get(name, len(causes) - 1) for name in column["cause"]]),
        ints([sum(1 << fixes[name] for name in row if name in fixes) for row in column["fixes"]]),
        {name: filled(name, 0) for name in (*RANKS.values(), "rank_tokens")},
        tuple(column["other"][row] or "" for row in order.tolist()),
        filled("rival", -1),
        filled("twin", -1),
        filled("suspect", 0),
    )


def _places(names: Mapping[str, str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}
