"""Selection: how far the best of many flatters itself, and the cross-fitted score does not."""

from __future__ import annotations

import numpy as np

from benchmarks.calibration.simulate import DOC, RECALL, Report, documents_of, hits
from ragcheck.statistics.selection import cross_fitted


def best_of_fifty(report: Report) -> None:
    """How far the best of 50 flatters itself, and the cross-fitted score does not."""
    generator = np.random.default_rng(2026)
    repeats = 400
    report.line(f"\nBest of 50 systems ({repeats} draws), points above the chosen one's truth.")
    report.line(" Target: cross-fitted within 1 point. spread = SD of the systems' true recall")
    for spread in (0.0, 0.03):
        for documents, questions in ((25, 25), (50, 50), (100, 100), (200, 200), (10, 200)):
            clusters = documents_of(questions, documents)
            naive, honest = [], []
            for _ in range(repeats):
                recalls = np.clip(RECALL + spread * generator.standard_normal(50), 0.5, 0.98)
                values = hits(generator, clusters, recalls, np.array([DOC, 0.15, 0.1]))
                scores = values.mean(axis=0)
                truth = recalls[int(scores.argmax())]
                naive.append(scores.max() - truth)
                honest.append((cross_fitted(values, clusters).mean or 0.0) - truth)
            error = float(np.std(honest)) / np.sqrt(repeats)
            report.line(
                f"  spread {spread:.2f} documents {documents:3} n {questions:3}  naive"
                f" {100 * np.mean(naive):+.1f}  cross-fitted {100 * np.mean(honest):+.1f}"
                f" (error {100 * error:.1f})",
                ("within 1 point", abs(float(np.mean(honest))) <= 0.01),
            )
