"""The call desk: one screen on which a representative helps a caller."""
