"""What a person reads: one page, the same facts in a terminal, and as JSON, from a run alone.

    run folder -> load (arrays) -> view (records, rounded) -> html, terminal, summary

Nothing here computes a measure: names, meanings and directions of numbers come with the run.
"""
