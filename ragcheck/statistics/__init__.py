"""What per-question numbers allow us to say: intervals, tests, selection, the gate's decision.

Retrieval is deterministic, so inference is about *other questions (and documents) like these*
(METRICS, section 7). Every function takes plain arrays: one value per question (NaN: null) and one
cluster number per question (the document of its first labelled passage). Same input and seed, same
result.
"""
