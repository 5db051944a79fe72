"""Print every figure; exit 1 when a promised one was missed."""

import sys

from benchmarks.calibration import choosing, gate, means
from benchmarks.calibration.simulate import Report

report = Report()
for part in (gate.independent, gate.clustered, means.means, choosing.best_of_fifty):
    part(report)
report.line(f"\nPromised figures missed: {report.missed}; out of reach: {report.excused}")
sys.exit(int(report.missed > 0))
