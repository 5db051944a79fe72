"""Documents: text and Markdown files, in the one form that every offset points into."""

from ragcheck.documents.folder import SUFFIXES, read_documents
from ragcheck.documents.text import canonical, decode, wrong_byte, wrong_encoding

__all__ = [
    "SUFFIXES",
    "canonical",
    "decode",
    "read_documents",
    "wrong_byte",
    "wrong_encoding",
]
