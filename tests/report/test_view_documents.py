"""Counts per document, by another way over the stored tables."""

from __future__ import annotations

import pytest

from ragcheck.report.load import load
from ragcheck.report.view import build
from ragcheck.run import RunFolder


def test_rows_count_what_the_tables_hold(small_run: RunFolder) -> None:
    data = load(small_run)
    found = build(data).documents
    assert found is not None
    hits = [row for row in small_run.hits(found.system).to_pylist() if row["rank"] <= 5]
    chunks = small_run.chunks(found.system).to_pylist()
    seen = {row["chunk"] for row in hits}
    items = small_run.items(found.system).to_pylist()
    values = small_run.values(found.system).to_pydict()
    recall = dict(zip(values["question"], values["recall@5"], strict=True))
    assert [float(row.recall) for row in found.rows] == sorted(float(r.recall) for r in found.rows)
    for row in found.rows:
        here = data.place[row.id]
        firsts = [
            q for q in data.questions if q.items and q.items[0].members[0].span.document == row.id
        ]
        assert row.questions == len(firsts)
        mean = sum(recall[q.id] for q in firsts) / len(firsts)
        assert float(row.recall) == pytest.approx(mean, abs=6e-4)
        mine = [
            item
            for item, label in zip(items, (i for q in data.questions for i in q.items), strict=True)
            if label.members[0].span.document == row.id
        ]
        assert row.passages == len(mine)
        assert row.whole == sum(item["coverage"] >= 1 - 1e-9 for item in mine)
        assert row.cut == sum(item["severed"] and item["coverage"] < 1 - 1e-9 for item in mine)
        own = [number for number, chunk in enumerate(chunks) if chunk["document"] == here]
        assert row.chunks == len(own)
        share = 100 * sum(number not in seen for number in own) / len(own)
        assert float(row.unseen.rstrip("%")) == pytest.approx(share, abs=1)
