"""Causes for the runs that tests draw: made up by simple rules, in the shape that sweeps write."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from ragcheck.causes import CAUSES, CauseSummary, Diagnosis, InterventionSummary
from ragcheck.records import Question
from ragcheck.statistics.intervals import mean_interval

Rows = list[dict[str, Any]]
#: What recovers the passages of each cause here.
FIXES = {
    "truncation": ["clipped_oracle", "tight_oracle", "other_retriever"],
    "boundary_cut": ["clipped_oracle", "tight_oracle"],
    "dilution": ["tight_oracle"],
    "outranked": ["deeper"],
    "hard": [],
}
WHERE = {"clipped_oracle": "clipped_rank", "tight_oracle": "tight_rank", "add_context": None}
SCHEMA = pa.schema(
    [
        ("question", pa.string()),
        ("item", pa.int32()),
        *((name, pa.int32()) for name in ("document", "start", "end")),
        ("cause", pa.string()),
        ("fixes", pa.list_(pa.string())),
        *((f"{name}rank", pa.int32()) for name in ("", "clipped_", "tight_", "context_", "other_")),
        ("fusion_rank", pa.int32()),
        ("rank_tokens", pa.int32()),
        ("other", pa.string()),
        *((name, pa.int32()) for name in ("host", "rival", "twin")),
        ("suspect", pa.bool_()),
    ]
)


def diagnosed(
    name: str, items: Rows, hits: Rows, questions: list[Question]
) -> tuple[Diagnosis, pa.Table]:
    """The summary of one system's causes, and the row of every missed item."""
    best = {row["question"]: row["chunk"] for row in reversed(hits)}
    missed = [row for row in items if row["coverage"] < 1]
    rows = [_row(name, number, row, best) for number, row in enumerate(missed)]
    causes = Counter(row["cause"] for row in rows)
    tried = {
        fix: [row for row in rows if fix in row["fixes"]]
        for fix in ("clipped_oracle", "tight_oracle", "deeper", "other_retriever")
    }
    found = Diagnosis(
        len(rows),
        {
            cause: CauseSummary(
                causes[cause],
                causes[cause] / len(rows),
                _gain([row for row in rows if row["cause"] == cause], questions),
                0.6 * causes[cause] / len(questions) if FIXES[cause] else None,
            )
            for cause in CAUSES
            if causes[cause]
        },
        {
            fix: InterventionSummary(
                len(rows),
                len(back),
                _gain(back, questions),
                0.5 * len(back) / len(questions),
                *(
                    (len(rows), 1, len(back) / max(1, len(rows)), 0.04, 0.6)
                    if "oracle" in fix
                    else ()
                ),
            )
            for fix, back in tried.items()
        },
        {"lost_context": "these chunks have no headings"} if name.startswith("fixed") else {},
        {"oracles": 2 * len(rows), "placebo": 40},
    )
    return found, pa.Table.from_pylist(rows, schema=SCHEMA)


def _row(name: str, number: int, item: dict[str, Any], best: dict[str, int]) -> dict[str, Any]:
    rank = item["rank"]
    if item["severed"]:
        cause = "boundary_cut"
    elif "512" in name and "bm25" not in name:
        cause = "truncation"
    else:
        cause = "outranked" if rank else ("dilution", "hard")[number % 2]
    other = "other_retriever" in FIXES[cause]
    return {
        **{key: item[key] for key in ("question", "item", "document", "start", "end")},
        "cause": cause,
        "fixes": FIXES[cause],
        "rank": rank,
        "rank_tokens": 200 * rank if rank else None,
        "clipped_rank": 2 if "clipped_oracle" in FIXES[cause] else 60 + 7 * number,
        "tight_rank": 1 if "tight_oracle" in FIXES[cause] else 31,
        "other": f"{name.partition('/')[0]}/bm25" if other else None,
        "other_rank": 3 if other else None,
        "rival": best.get(item["question"]),
        "suspect": cause == "hard" and number % 4 == 1,
    }


def _gain(rows: Rows, questions: list[Question]) -> Any:
    count = Counter(row["question"] for row in rows)
    values = [count[q.id] / len(q.items) if q.items else np.nan for q in questions]
    return mean_interval(np.array(values), np.arange(len(questions)))
