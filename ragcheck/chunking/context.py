"""What stands before a chunk of Markdown: the headings above it, the header of its table."""

from __future__ import annotations

from bisect import bisect_right

from ragcheck.records import Document
from ragcheck.structure import Structure, sections, trimmed
from ragcheck.tokens import count_tokens


class Context:
    """Prefixes of the chunks of one document: `titles` above a chunk, `headers` of its table."""

    def __init__(
        self,
        document: Document,
        structure: Structure,
        tokenizer: str,
        *,
        titles: bool,
        headers: bool,
    ) -> None:
        self.text = document.text
        self.title = document.title
        self.tokenizer = tokenizer
        self.titles = titles
        self.headers = structure.table_header.tolist() if headers else []
        self.first = trimmed(self.text, 0, len(self.text))[0]
        self.sections = sections(self.text) if titles and structure.blocks else ()
        self.starts = [section.start for section in self.sections]
        self.tables = structure.table[:, 1].tolist()
        self.bodies = [end for _, end in self.headers]

    def prefix(self, start: int, room: int) -> str:
        """What is put before a chunk that starts at `start`: at most `room` tokens.

        Titles come first, joined by ` > `, then an empty line; then the header row on a line of its
        own. Where there is no room for all, the header goes before the titles, and inner titles go
        before outer ones.
        """
        header = self._header(start)
        if self._cost(header) > room:
            header = ""
        titles = self._titles(start) if self.titles else ()
        for outermost in range(len(titles)):
            prefix = " > ".join(titles[outermost:]) + "\n\n" + header
            if self._cost(prefix) <= room:
                return prefix
        return header

    def _titles(self, start: int) -> tuple[str, ...]:
        """Titles above a position; the heading that starts there is in the chunk itself."""
        if start <= self.first:
            return ()
        position = bisect_right(self.starts, start) - 1
        path = self.sections[position].path if position >= 0 else ()
        if self.title and path[:1] != (self.title,):
            path = (self.title, *path)
        begins = position >= 0 and self.starts[position] == start
        return tuple(filter(None, path[:-1] if begins else path))

    def _header(self, start: int) -> str:
        """The header row of the table inside whose body a position lies."""
        position = bisect_right(self.bodies, start) - 1
        if position < 0 or start >= self.tables[position]:
            return ""
        begin, end = self.headers[position]
        return self.text[begin:end] + "\n"

    def _cost(self, prefix: str) -> int:
        return count_tokens(prefix, self.tokenizer)
