"""Run every benchmark of this folder, each in a process of its own, so that none warms the next."""

import subprocess
import sys
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "scratch", "empty_api"}

for file in sorted(Path(__file__).parent.glob("*.py")):
    if file.stem not in NOT_BENCHMARKS:
        print(f"\n== {file.stem}", flush=True)  # noqa: T201
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{file.stem}"], check=True)
