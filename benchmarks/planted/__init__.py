"""Planted faults: the diagnosis against causes that are known by construction.

Every case is a question whose passage is missed for one reason that was built in, hidden among
20,000 other chunks, and proved without the diagnosis: the passage is really missed, and found once
that reason, and nothing else, is taken away. `python -m benchmarks.planted` prints what the
diagnosis makes of them, for a development half and a half with other wording that is held back.
"""
