"""Embedders turn texts into vectors; a cache on disk keeps every vector ever made."""
