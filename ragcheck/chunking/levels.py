"""The levels along which any text can be cut: paragraphs, lines, sentences, words.

A level is an int32[n, 2] of spans, disjoint and in order, that begin and end with a character that
is not white space and together hold every such character of the text. Its columns lie together in
memory, since searchsorted would copy anything else.
"""

from __future__ import annotations

import numpy as np

from ragcheck.records import Document, Int32s
from ragcheck.structure import is_markdown, runs, structure


def sentence_level(document: Document) -> Int32s:
    """Sentences; whatever is in none (headings, table rows, code) is cut by lines.

    What stands before a sentence on its line, such as the marker of a list item, goes with it.
    """
    sentence = structure(document.text, is_markdown(document.id)).sentence
    line = runs(document.text, "line")
    if not len(sentence):
        return line
    begins = line[np.searchsorted(line[:, 0], sentence[:, 0], side="right") - 1, 0]
    before = np.concatenate(([0], sentence[:-1, 1]))
    own = np.where(begins >= before, begins, sentence[:, 0])
    inside = np.searchsorted(sentence[:, 0], line[:, 0], side="right") - 1
    free = (inside < 0) | (line[:, 0] >= sentence[inside, 1])
    return _between(np.union1d(own, line[free, 0]), runs(document.text, "word"))


def _between(cuts: Int32s, word: Int32s) -> Int32s:
    """Spans from each cut to the last character before the next one that is not white space."""
    following = np.concatenate((cuts[1:], word[-1:, 1]))
    last = word[np.searchsorted(word[:, 0], following) - 1, 1]
    return np.stack((cuts, np.minimum(last, following))).astype(np.int32).T


def within(level: Int32s, start: int, end: int, *, glued: int = 0) -> Int32s:
    """The part of a level inside [start, end), with no cut at or before `glued`.

    Its first span begins at `start` and its last ends at `end`; both stand at a character that is
    not white space.
    """
    first = int(np.searchsorted(level[:, 1], np.int32(start), side="right"))
    after = int(np.searchsorted(level[:, 0], np.int32(end)))
    part = level[first:after]
    joined = max(int(np.searchsorted(part[:, 0], np.int32(glued), side="right")) - 1, 0)
    part = part[joined:].copy(order="F")
    part[:1, 0], part[-1:, 1] = start, end
    return part
