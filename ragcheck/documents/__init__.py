"""Documents: text and Markdown files, in the one form that every offset points into."""

from ragcheck.documents.folder import MARKDOWN, SUFFIXES, read_documents
from ragcheck.documents.text import canonical, decode, wrong_byte, wrong_encoding

__all__ = [
    "MARKDOWN",
    "SUFFIXES",
    "canonical",
    "decode",
    "read_documents",
    "wrong_byte",
    "wrong_encoding",
]
