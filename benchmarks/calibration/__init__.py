"""Are intervals, gate and selection as sure as they say? `python -m benchmarks.calibration`.

How questions are simulated. System s finds question q of document d when a latent score

    sqrt(doc) D_d + sqrt(1 - doc - own) Q_q + sqrt(own (1 - w)) E_sq + sqrt(own w) F_sd

of independent standard normals is under the normal quantile of the system's true recall. Two
systems share how hard a document (D) and a question (Q) is, and so agree on most questions; `own`
sets on how many they differ, `w` how far a *change* is better or worse by whole documents.

Why these values. BM25 over character windows of 800 to 1,600, top 5, on two public labelled sets:
recall .77 to .99, correlation of hits within a document (ICC) .00 to .06, of paired differences
-.01 to .06, questions found by only one of two systems .01 to .23, questions per document uneven
by 2.6 (56 to 144 over 5 documents). Here recall is .80, doc = .06 (ICC .03), documents uneven by
2.5, and `own` = .06: 7.7% of the questions differ between equal systems, where a bare "fails if it
drops over 2 points" fails 6% of the time at 400 questions, as measured on real systems. Coverage
and power are promised there; other values of `own` are printed beside it.
"""
