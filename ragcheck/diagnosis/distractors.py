"""Hard distractors: text without an answer that a scorer of another family likes as well.

METRICS, section 3. Such text is what harms answers (Cuconasu et al., "The Power of Noise", SIGIR
2024; Amiraz et al., ACL 2025). Counting it is a proxy for that risk, not a measure of harm.
"""

from __future__ import annotations

from ragcheck.records import Cut, Measure


def measure(at: Cut) -> Measure:
    """What the column of `Found.distractors` means at the working cut."""
    return Measure(
        "distractors",
        at,
        "count",
        "lower",
        "Chunks shown without labelled text, neither beside it nor a copy of it, that a scorer of "
        "the other family (BM25 for dense and hybrid, dense for BM25) puts at or above the best "
        "chunk that holds a labelled passage whole. A proxy for the risk that they mislead.",
        "no retriever of the other family on the same chunks, or no chunk holds a passage whole",
    )
