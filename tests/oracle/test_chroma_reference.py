"""The whole path from documents to values against independent reference figures.

`data/README.md` of the shared sets: all-MiniLM-L6-v2, cl100k windows with exact offsets, twins off,
means over the 472 questions of `chroma_general`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck.chunking import Fixed, chunk_collection
from ragcheck.labels import load_collection
from ragcheck.measures import Corpus, cuts_for, evaluate, judge
from ragcheck.measures.boundaries import Bounds, Touching, breaks
from ragcheck.measures.parity import chroma, precision_omega
from ragcheck.records import Chunks, Collection, Cut

TOKENIZER = "cl100k_base"


@pytest.fixture(scope="module")
def collection(shared_data: Path) -> Collection:
    folder = shared_data / "chroma_general"
    labels = [folder / "questions.jsonl"]
    return load_collection("chroma_general", folder / "docs", labels, twins=False)[0]


def cut_share(collection: Collection, chunks: Chunks) -> float:
    """Share of the passages that no chunk holds whole."""
    corpus = Corpus.of(collection, TOKENIZER)
    bounds = Bounds.of(corpus.text, chunks)
    touching = Touching.of(corpus.alternatives, bounds)
    return float(breaks(corpus.alternatives, bounds, touching).severed.mean())


@pytest.mark.shared
@pytest.mark.parametrize(
    ("size", "omega", "cut"),
    [(200, 0.4985, 0.718), (400, 0.3563, 0.418), (800, 0.2320, 0.218), (1200, 0.1754, 0.139)],
)
def test_windows_of_characters(collection, size, omega, cut):
    chunks = chunk_collection(collection.documents, Fixed(size, "characters"), TOKENIZER)
    assert precision_omega(collection, chunks, touching=False).mean() == pytest.approx(
        omega, abs=0.002
    )
    assert cut_share(collection, chunks) == pytest.approx(cut, abs=0.002)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("size", "touching", "apart", "cut"),
    [(200, 0.2140, 0.2147, 0.1835), (800, 0.0697, 0.0699, 0.0418)],
)
def test_windows_of_tokens(collection, size, touching, apart, cut):
    chunks = chunk_collection(collection.documents, Fixed(size), TOKENIZER)
    assert precision_omega(collection, chunks).mean() == pytest.approx(touching, abs=0.0005)
    found = precision_omega(collection, chunks, touching=False).mean()
    assert found == pytest.approx(apart, abs=0.0005)
    assert cut_share(collection, chunks) == pytest.approx(cut, abs=0.002)


@pytest.mark.shared
@pytest.mark.model
def test_dense_retrieval_of_200_tokens(collection):
    from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
    from ragcheck.retrieval.dense import Dense

    chunks = chunk_collection(collection.documents, Fixed(200), TOKENIZER)
    index = Dense(SentenceTransformerEmbedder()).index(chunks.texts(collection.documents))
    rankings = index.search([question.text for question in collection.questions], k=50)
    cuts = cuts_for([5, 10], [], Cut(5))
    judged = judge(Corpus.of(collection, TOKENIZER), chunks, rankings, cuts, Cut(5))
    means = {str(measure): values.mean() for measure, values in evaluate(judged).items()}
    expected = {
        "char_recall@5": 0.772,
        "char_recall@10": 0.852,
        "recall@5": 0.732,
        "recall@10": 0.816,
    }
    for name, value in expected.items():
        assert means[name] == pytest.approx(value, abs=0.006), name
    for k, precision in ((5, 0.0456), (10, 0.0256)):
        theirs = chroma(collection, chunks, rankings, k)
        assert theirs.precision.mean() == pytest.approx(precision, abs=0.001)
        # Characters with white space against units: close, not equal.
        assert theirs.recall.mean() == pytest.approx(means[f"char_recall@{k}"], abs=0.006)
