"""How good a result is: one task a module, numpy only.

Each module opens with its task, its conventions and the list of its measures, validates before it
measures, and ends in ``evaluate(...) -> dict`` (the habit of mir_eval).

- :mod:`earmark.metrics.frames`: singing detection, by frames and by edges.
"""
