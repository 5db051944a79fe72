"""Running every chunker with every retriever on one collection, into a run folder."""
