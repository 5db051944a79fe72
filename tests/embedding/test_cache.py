"""The cache of vectors: exact, shared by processes, unharmed by kills, full disks and garbage."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.folder import cache_info, clear, default_folder
from ragcheck.embedding.vectors import Positions
from ragcheck.errors import ComponentError
from ragcheck.protocols import Embedder, TextKind
from ragcheck.records import Floats
from tests.embedding.reading import Reader, Seeded, everything, first_words


@dataclass(frozen=True)
class Failing(Seeded):
    """Streams one text after the other and fails at `bad`, as a model may after an hour."""

    def stream(self, texts: Sequence[str], *, kind: TextKind) -> Iterator[tuple[Positions, Floats]]:
        for position, text in enumerate(texts):
            if text == "bad":
                raise ComponentError("the model failed")
            yield np.array([position]), self.embed([text], kind=kind)


def _texts(count: int, start: int = 0) -> list[str]:
    return [f"text {number}" for number in range(start, start + count)]


def test_every_distinct_text_is_embedded_once_in_its_place(tmp_path: Path) -> None:
    plain, cached = Seeded(), CachedEmbedder(Seeded(), tmp_path)
    texts = ["b", "a", "b", "c", "a"]
    first = cached.embed(texts, kind="document")
    assert first.tobytes() == plain.embed(texts, kind="document").tobytes()
    assert (cached.hits, cached.embedded) == (0, 3)
    second = CachedEmbedder(Seeded(), tmp_path)
    again = second.embed([*texts, "d"], kind="document")
    assert again[:5].tobytes() == first.tobytes()
    assert again.dtype == np.float32
    assert (second.hits, second.embedded) == (3, 1)
    assert second.embedder.asked == ["d"]  # type: ignore[attr-defined]
    assert cached.notice is second.notice is None


def test_documents_are_remembered_only_while_asked_to(tmp_path: Path) -> None:
    cached = CachedEmbedder(Seeded(), tmp_path)
    plain = Seeded().embed(["a", "b"], kind="document")
    with cached.remembering():
        assert np.array_equal(cached.embed(["a", "b"], kind="document"), plain)
        clear(tmp_path)
        assert np.array_equal(cached.embed(["b", "a"], kind="document"), plain[::-1])
        assert (cached.embedded, cached.hits) == (2, 0)
        cached.embed(["b", "c"], kind="document")
    assert np.array_equal(cached.embed(["a", "b"], kind="document"), plain)
    assert cached.embedder.asked == ["a", "b", "b", "c", "a"]  # type: ignore[attr-defined]


def test_kinds_and_fingerprints_do_not_share_vectors(tmp_path: Path) -> None:
    query = CachedEmbedder(Seeded(), tmp_path).embed(["a"], kind="query")
    document = CachedEmbedder(Seeded(), tmp_path).embed(["a"], kind="document")
    other = CachedEmbedder(Seeded("other", 8), tmp_path).embed(["a"], kind="query")
    assert not np.array_equal(query, document)
    assert other.shape == (1, 8)
    assert [(file.fingerprint, file.vectors) for file in cache_info(tmp_path)] == [
        ("other", 1),
        ("seeded", 2),
    ]


def test_texts_that_differ_only_in_invisible_characters_are_different_texts(tmp_path: Path) -> None:
    cached = CachedEmbedder(Seeded(), tmp_path)
    cached.embed(["a", "a ", "a\0", "A", "é", "e\u0301"], kind="query")
    assert cached.embedded == 6


def test_what_is_missing_is_told_without_embedding(tmp_path: Path) -> None:
    CachedEmbedder(Seeded(), tmp_path).embed(["a", "c"], kind="query")
    cached = CachedEmbedder(Seeded(), tmp_path)
    assert cached.missing(["c", "b", "a", "b", "d"], kind="query") == ["b", "d"]
    assert cached.missing(["a"], kind="document") == ["a"]
    assert cached.embedder.asked == []  # type: ignore[attr-defined]


def test_thousands_of_texts_keep_their_order(tmp_path: Path) -> None:
    texts = _texts(3000)
    expected = Seeded().embed(texts, kind="document")
    CachedEmbedder(Seeded(), tmp_path).embed(texts[::2], kind="document")
    found = CachedEmbedder(Seeded(), tmp_path).embed(texts, kind="document")
    assert found.tobytes() == expected.tobytes()


def test_progress_counts_the_texts_that_must_be_made(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    long = ["x" * 40_000 + str(number) for number in range(4)]
    CachedEmbedder(Seeded(), tmp_path).embed(long[:1], kind="document")
    cached = CachedEmbedder(Seeded(), tmp_path, lambda done, total: seen.append((done, total)))
    cached.embed(long, kind="document")
    assert seen == [(1, 3), (2, 3), (3, 3)]
    cached.embed(long, kind="document")
    assert len(seen) == 3


def test_no_texts_need_no_folder(tmp_path: Path) -> None:
    assert CachedEmbedder(Seeded(), tmp_path / "none").embed([], kind="query").shape == (0, 0)
    assert not (tmp_path / "none").exists()
    assert isinstance(CachedEmbedder(Seeded(), tmp_path), Embedder)


def test_what_was_made_before_a_failure_is_kept(tmp_path: Path) -> None:
    with pytest.raises(ComponentError, match="the model failed"):
        CachedEmbedder(Failing(), tmp_path).embed(["a", "b", "bad", "c"], kind="document")
    resumed = CachedEmbedder(Failing(), tmp_path)
    resumed.embed(["a", "b", "c"], kind="document")
    assert (resumed.hits, resumed.embedded) == (2, 1)


def test_a_vector_that_is_not_finite_is_never_stored(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Broken(Seeded):
        def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
            return np.full((len(texts), 2), np.nan, np.float32)

    with pytest.raises(ComponentError, match="not finite"):
        CachedEmbedder(Broken(), tmp_path).embed(["a"], kind="query")
    assert cache_info(tmp_path) == []
    assert CachedEmbedder(Seeded(), tmp_path).missing(["a"], kind="query") == ["a"]


def test_a_fingerprint_that_names_too_little_is_found_out(tmp_path: Path) -> None:
    CachedEmbedder(Seeded(width=8), tmp_path).embed(["a"], kind="query")
    with pytest.raises(ComponentError, match="different lengths under one fingerprint"):
        CachedEmbedder(Seeded(width=9), tmp_path).embed(["a", "b"], kind="query")


@pytest.mark.parametrize("garbage", [b"not a database" * 100, b"SQLite format 3\0" + b"\1" * 9000])
def test_a_file_that_is_no_database_is_said_and_not_touched(tmp_path: Path, garbage: bytes) -> None:
    CachedEmbedder(Seeded(), tmp_path).embed(["a"], kind="query")
    (file,) = cache_info(tmp_path)
    file.path.write_bytes(garbage)
    cached = CachedEmbedder(Seeded(), tmp_path)
    made = cached.embed(["a"], kind="query")
    assert made.tobytes() == Seeded().embed(["a"], kind="query").tobytes()
    assert cached.notice is not None
    assert cached.notice.code == "cache"
    assert str(tmp_path) in cached.notice.text
    assert file.path.read_bytes() == garbage
    assert [found.vectors for found in cache_info(tmp_path)] == [None]
    assert clear(tmp_path) == len(garbage)


def test_a_folder_that_cannot_be_made_is_said_and_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    cached = CachedEmbedder(Seeded(), tmp_path / "file")
    assert len(cached.embed(["a", "b"], kind="query")) == 2
    assert cached.notice is not None
    assert "RAGCHECK_CACHE_DIR" in cached.notice.text
    assert cached.missing(["a"], kind="query") == ["a"]


def test_clear_deletes_the_vectors_and_nothing_else(tmp_path: Path) -> None:
    CachedEmbedder(Seeded(), tmp_path).embed(_texts(50), kind="query")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    size = sum(file.size for file in cache_info(tmp_path))
    assert size > 50 * 16 * 4
    assert clear(tmp_path) == size
    assert cache_info(tmp_path) == []
    assert clear(tmp_path) == 0
    assert (tmp_path / "notes.txt").exists()


def test_the_folder_is_the_users_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGCHECK_CACHE_DIR", "/somewhere")
    assert default_folder() == Path("/somewhere")
    monkeypatch.delenv("RAGCHECK_CACHE_DIR")
    assert default_folder() == platformdirs.user_cache_path("ragcheck")


# A process that embeds `text 0`, `text 1`, .. slowly, one portion each, and says when it has begun.
SLOW = """
import sys, time, zlib
from pathlib import Path
import numpy as np
from ragcheck.embedding.cache import CachedEmbedder

class Slow:
    fingerprint = "seeded"
    def stream(self, texts, *, kind):
        for position, text in enumerate(texts):
            time.sleep(float(sys.argv[3]))
            yield np.array([position]), self.embed([text], kind=kind)
    def embed(self, texts, *, kind):
        seeds = [zlib.crc32(f"{kind}:{text}".encode()) for text in texts]
        return np.array([np.random.default_rng(s).normal(size=16) for s in seeds], np.float32)

texts = [f"text {number}" for number in range(int(sys.argv[2]))]
cached = CachedEmbedder(Slow(), Path(sys.argv[1]), lambda done, total: print(done, flush=True))
cached.embed(texts, kind="document")
print("notice", cached.notice)
"""


def _slow(folder: Path, count: int, pause: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SLOW, str(folder), str(count), str(pause)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_killed_process_leaves_what_it_made(tmp_path: Path) -> None:
    with _slow(tmp_path, 100_000, 0.001) as process:
        assert process.stdout is not None
        while int(process.stdout.readline()) < 40:
            pass
        os.kill(process.pid, signal.SIGKILL)
        made = [line for line in process.stdout.read().split("\n") if line.strip().isdigit()]
    (file,) = cache_info(tmp_path)
    assert file.vectors is not None
    assert file.vectors >= 40 + len(made)
    resumed = CachedEmbedder(Seeded(), tmp_path)
    texts = _texts(file.vectors + 10)
    vectors = resumed.embed(texts, kind="document")
    assert (resumed.hits, resumed.embedded) == (file.vectors, 10)
    assert vectors.tobytes() == Seeded().embed(texts, kind="document").tobytes()


def test_processes_share_a_folder(tmp_path: Path) -> None:
    processes = [_slow(tmp_path, 300, 0.0) for _ in range(3)]
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert output.endswith("notice None\n")
    last = CachedEmbedder(Seeded(), tmp_path)
    vectors = last.embed(_texts(300), kind="document")
    assert (last.hits, last.embedded) == (300, 0)
    assert vectors.tobytes() == Seeded().embed(_texts(300), kind="document").tobytes()


def test_a_full_disk_is_said_and_harms_nothing(tmp_path: Path) -> None:
    CachedEmbedder(Seeded(), tmp_path).embed(_texts(20), kind="document")

    def no_room() -> None:
        # No file of this process may grow beyond 64 KiB: writing fails as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

    done = subprocess.run(
        [sys.executable, "-c", SLOW, str(tmp_path), "3000", "0"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        preexec_fn=no_room,
    )
    assert done.stdout.splitlines()[-2] == "2980"
    assert "notice Notice(code='cache'" in done.stdout
    after = CachedEmbedder(Seeded(), tmp_path)
    vectors = after.embed(_texts(3000), kind="document")
    assert after.notice is None
    assert after.hits >= 20
    assert vectors.tobytes() == Seeded().embed(_texts(3000), kind="document").tobytes()


def test_what_is_read_of_a_text_is_asked_once(tmp_path: Path) -> None:
    texts = [f"{number} " + "late fees are capped " * 20 for number in range(9)]
    reader = Reader(first_words(30))
    first = CachedEmbedder(reader, tmp_path)
    read = first.read([*texts, *texts])
    assert read.tolist() == [len("0 " + "late fees are capped " * 7 + "late")] * 18
    assert 0 < first.probed <= len(reader.asked)
    again = Reader(first_words(30))
    other = CachedEmbedder(again, tmp_path)
    assert other.read(texts).tolist() == read[:9].tolist()
    assert (again.asked, other.probed) == ([], 0)
    assert CachedEmbedder(Reader(everything, "another"), tmp_path).read(texts[:1]) == [422]
    assert CachedEmbedder(again, tmp_path).read([]).tolist() == []


def test_what_is_read_is_found_without_a_cache_too(tmp_path: Path) -> None:
    (tmp_path / "embeddings").write_text("in the way", encoding="utf-8")
    cached = CachedEmbedder(Reader(first_words(2)), tmp_path)
    assert cached.read(["one two three", "one"]).tolist() == [7, 3]
    assert cached.notice
