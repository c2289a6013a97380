"""Drills: real processes, started at once or killed in the middle."""
