"""`make bench`: every benchmark of speed and memory, one table after the other."""

from benchmarks import bm25, sweep

bm25.main()
sweep.main()
