"""Retrievers: each ranks the texts of one chunking for a list of queries."""
