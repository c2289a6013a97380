"""What gunicorn takes from a client; it reads this file by itself when it is started here.

Processes and threads are given on the command line (README, "Production").
"""

# Our longest address is that of a list with all of its filters, below 1,000 characters.
limit_request_line = 4094
# A browser sends some 20 headers; cookies of ours together have less than 2 KB.
limit_request_fields = 64
limit_request_field_size = 8190
# Seconds without a sign of life after which a worker is started anew: a large export streams, and
# reads from the database before its first line.
timeout = 60
# Seconds that a worker which is stopped has to finish what it is answering.
graceful_timeout = 30
# Seconds for which an idle connection is kept; the proxy in front opens another at no cost.
keepalive = 5
# Python's memory grows slowly with use: each worker is replaced now and then, not all at once.
max_requests = 10_000
max_requests_jitter = 1_000
