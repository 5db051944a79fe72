"""A folder of text and Markdown files as documents."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

from ragcheck import structure
from ragcheck.documents.text import decode
from ragcheck.errors import InputError, Problem
from ragcheck.records import Document, Notice

SUFFIXES = frozenset({".md", ".markdown", ".mdx", ".txt", ".text", ".rst"})


def read_documents(folder: Path) -> tuple[tuple[Document, ...], tuple[Notice, ...]]:
    """Every text and Markdown file below `folder`, sorted by id, and what was left out.

    An id is the path below `folder`, with `/`. Hidden files and folders are not read. A link to a
    folder is followed, but each real folder is read once, so that links in a circle end. Files
    with another suffix are named in one notice, `skipped_files`. Titles and sections are found in
    Markdown only.

    Raises InputError with every file that cannot be read or is not UTF-8, each with its reason,
    and if the folder is missing or holds no document.
    """
    if not folder.is_dir():
        state = "is not a folder" if folder.exists() else "does not exist"
        raise InputError(
            f"documents: `{folder}` {state}",
            hint="name the folder that holds the .md and .txt files: `--docs FOLDER`",
        )
    documents: list[Document] = []
    problems: list[Problem] = []
    skipped: Counter[str] = Counter()
    for path, name in _files(folder, problems):
        if path.suffix.lower() not in SUFFIXES:
            skipped[path.suffix.lower() or path.name] += 1
            continue
        read = _document(path, name)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            documents.append(read)
    if problems:
        raise _unreadable(folder, problems)
    notices = _skipped(skipped)
    if not documents:
        found = f"; {notices[0].text}" if notices else ""
        raise InputError(
            f"documents: `{folder}` holds no text or Markdown file{found}",
            hint=f"ragcheck reads {', '.join(sorted(SUFFIXES))}; convert other formats first",
        )
    return tuple(sorted(documents, key=lambda document: document.id)), notices


def _files(folder: Path, problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    """Visible files below `folder` with their ids; folders behind links come after real ones."""
    real, linked, seen = deque([(folder, "")]), deque[tuple[Path, str]](), set[tuple[int, int]]()
    while real or linked:
        directory, prefix = (real or linked).popleft()
        try:
            status = directory.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            names = sorted(os.listdir(directory))  # noqa: PTH208  (names, not paths: twice as fast)
        except OSError as error:
            problems.append(Problem(prefix or str(folder), 0, "", _reason(error)))
            continue
        for name in names:
            if name.startswith("."):
                continue
            path = directory / name
            if _is_folder(path):
                (linked if path.is_symlink() else real).append((path, f"{prefix}{name}/"))
            else:
                yield path, prefix + name


def _document(path: Path, name: str) -> Document | Problem:
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(name).decode(errors="backslashreplace")
        return Problem(shown, 0, "", "its file name is not UTF-8", "rename the file")
    try:
        if not path.is_file():
            return Problem(name, 0, "", "is a broken link or not a regular file")
        data = path.read_bytes()
    except OSError as error:
        return Problem(name, 0, "", _reason(error))
    text = decode(data, name)
    if isinstance(text, Problem):
        return text
    if not structure.is_markdown(name):
        return Document(name, text)
    return Document(name, text, structure.title(text), structure.sections(text))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # in a folder that may be listed but not entered; reading will say so
        return False


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"


def _unreadable(folder: Path, problems: list[Problem]) -> InputError:
    """One error for all bad files, with each different hint once."""
    problems = sorted(problems, key=str)
    lines = [str(problem) for problem in problems]
    hint = "; ".join(dict.fromkeys(problem.hint for problem in problems if problem.hint))
    message = f"{len(lines)} of the documents in `{folder}` cannot be read\n  " + "\n  ".join(lines)
    return InputError(message, hint=hint or "check the file and its permissions, or move it away")


def _skipped(suffixes: Counter[str]) -> tuple[Notice, ...]:
    if not suffixes:
        return ()
    total = suffixes.total()
    kinds = ", ".join(f"{name} ({count})" for name, count in sorted(suffixes.items()))
    text = f"skipped {total} file{'s' if total > 1 else ''} that are not text or Markdown: {kinds}"
    return (Notice("skipped_files", text),)
