"""A single decision by the API, under gunicorn with two workers, against an empty endpoint.

The limit is an empty endpoint of the same framework in the same processes: a decision must reach at
least 0.5 of its requests a second. At half of the rate that decisions reach, 99 of 100 must be
answered within 25 ms. Rounds alternate, so that what else the machine does falls on all of them.
"""

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Thread

from tests.benchmarks import scratch

REQUIRED, WITHIN = 0.5, 0.025
CONNECTIONS = 8
Request = tuple[str, str, bytes | None, dict[str, str]]


def main(rounds: int = 5, seconds: float = 4, customers: int = 300) -> None:
    """Print the rates, the ratio, and how long decisions take at half of their rate."""
    os.environ["REQUESTS_PER_MINUTE_SIGNED_OUT"] = "100000000"
    scratch.make("api")
    from django.utils import timezone

    from cpni.assuming import assume_due
    from tests.factories.accounts import CarrierFactory
    from tests.factories.api import make_key
    from tests.factories.notices import CampaignFactory, DeliveryFactory
    from tests.running import free_port, listens, wait_until

    CarrierFactory()
    today = timezone.now().date()
    campaign = CampaignFactory(running=True)
    mailed = today - timedelta(days=60)
    numbers = [
        DeliveryFactory(campaign=campaign, mailed_on=mailed).customer.account_number
        for _ in range(customers)
    ]
    assume_due(on=today)
    key = make_key(at=timezone.now(), per_minute=100_000).text
    from cpni.models import ApiKey

    ApiKey.objects.update(per_minute=100_000_000)
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py"),
            # As the README says for the API: threads would take the interpreter from one another.
            *("tests.benchmarks.empty_api", "--workers=2", "--threads=1"),
            *("--max-requests=0", f"--bind=127.0.0.1:{port}"),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: listens(port), "gunicorn listens")
        keyed = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        asked = [
            json.dumps({"account": number, "use": "other-services"}).encode() for number in numbers
        ]
        kinds: dict[str, list[Request]] = {
            "empty": [("GET", "/api/empty/open", None, {})],
            "empty, keyed": [("GET", "/api/empty/keyed", None, keyed)],
            "decision": [("POST", "/api/v1/decisions", body, keyed) for body in asked],
        }
        for requests in kinds.values():
            load(port, requests, seconds=1)
        rates: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(rounds):
            for name, requests in kinds.items():
                rates[name].append(load(port, requests, seconds=seconds))
        for name, found in rates.items():
            scratch.say(f"{name + ':':<14} {statistics.median(found):7.0f} requests a second")
        for other in ("empty", "empty, keyed"):
            ratio = statistics.median(
                mine / theirs for mine, theirs in zip(rates["decision"], rates[other], strict=True)
            )
            limit = f" (required: {REQUIRED})" if other == "empty" else ""
            scratch.say(f"ratio to {other}: {ratio:.2f}{limit}")
        rate = statistics.median(rates["decision"]) / 2
        taken = sorted(paced(port, kinds["decision"], rate=rate, seconds=seconds * 3))
        half, most = (taken[int(len(taken) * part)] * 1000 for part in (0.5, 0.99))
        scratch.say(
            f"at {rate:.0f} a second: median {half:.1f} ms, 99 of 100 within {most:.1f} ms"
            f" (required: {WITHIN * 1000:.0f})"
        )
    finally:
        server.terminate()
        server.wait()


def load(port: int, requests: list[Request], *, seconds: float) -> float:
    """Ask as fast as answers come, over some connections at once; requests a second."""
    end = time.perf_counter() + seconds

    def ask(_: int) -> int:
        link, done = http.client.HTTPConnection("127.0.0.1", port), 0
        while time.perf_counter() < end:
            once(link, random.choice(requests))
            done += 1
        link.close()
        return done

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(ask, range(CONNECTIONS))) / seconds


def paced(port: int, requests: list[Request], *, rate: float, seconds: float) -> list[float]:
    """Ask ``rate`` times a second; how long each took from when it was due, in seconds."""
    taken: list[float] = []
    begin = time.perf_counter() + 0.1
    due = iter([begin + n / rate for n in range(int(rate * seconds))])

    def ask() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port)
        for at in due:
            time.sleep(max(0, at - time.perf_counter()))
            once(link, random.choice(requests))
            taken.append(time.perf_counter() - at)
        link.close()

    threads = [Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def once(link: http.client.HTTPConnection, request: Request) -> None:
    """One request; its answer must be good."""
    method, path, body, headers = request
    link.request(method, path, body, headers)
    answer = link.getresponse()
    said = answer.read()
    assert answer.status == 200, (answer.status, said)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
