"""The public pages: for customers, without signing in, without scripts (domain.md 4.3).

What they say in each language is in ``words``; what they do, in ``cpni.choosing``.
"""
