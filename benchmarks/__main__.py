"""`make bench`: every benchmark of speed, memory and accuracy, one table after the other."""

from benchmarks import anchoring, bm25, gate, report, sweep

bm25.main()
sweep.main()
anchoring.main()
report.main()
gate.main(())
