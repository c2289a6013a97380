"""Evidence that leaves the desk: binders for auditors, and letters to customers who ask.

A binder is one ZIP file: a PDF to read, tables, attachments, the seal of the history, and a
manifest of SHA-256 digests that ``sha256sum -c`` checks (``binders``).
"""
