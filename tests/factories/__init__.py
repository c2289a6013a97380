"""Small factories with traits. Dates are fixed; numbers are sequences."""
