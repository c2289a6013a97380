"""Benchmarks: ``python -m tests.benchmarks`` runs all, ``python -m tests.benchmarks.NAME`` one.

Each makes a scratch database of the kind that DATABASE_URL names (SQLite in a temporary folder when
it names none), measures a limit in the same run, and prints its figures as ratios to that limit.
Nothing here is a test: figures depend on the machine.
"""
