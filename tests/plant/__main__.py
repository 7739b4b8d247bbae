"""Plants bugs in copies of the project, one at a time, and says which tests notice.

The tests that a bug names are asked first, and if they do not notice, all tests outside the browser.
"""

import argparse
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from tests.plant.bug import Bug, bugs, copy_of_project, plant

WANTED = 0.95
"""The share of bugs that tests outside the browser must notice."""
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not browser")


def main() -> int:
    """Plant what is named, print a line a bug and the share that was noticed; 0 when it is large enough."""
    parser = argparse.ArgumentParser(prog="python -m tests.plant", description=__doc__)
    parser.add_argument("names", nargs="*", help="bugs of tests/plant/patches; all when none is named")
    parser.add_argument("--named-only", action="store_true", help="ask only the tests that a bug names")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    asked = parser.parse_args()
    chosen = bugs(asked.names)
    with TemporaryDirectory() as folder:
        copies = [copy_of_project(Path(folder) / str(number)) for number in range(asked.jobs)]
        _check_green(copies[0], sorted({path for bug in chosen for path in bug.tests}))
        found = list(_noticed_by(chosen, copies, thorough=not asked.named_only))
    noticed = sum(bool(tests) for tests in found)
    print(f"{noticed} of {len(chosen)} planted bugs were noticed by tests outside the browser")
    return 0 if noticed >= WANTED * len(chosen) else 1


def _noticed_by(chosen: Sequence[Bug], copies: Sequence[Path], *, thorough: bool) -> Iterator[list[str]]:
    """The tests that noticed each bug, in order; empty when none did."""
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def tried(bug: Bug) -> list[str]:
        copy = free.get()
        try:
            return _tried(bug, copy, thorough=thorough)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        for bug, tests in zip(chosen, pool.map(tried, chosen), strict=True):
            print(f"{'noticed' if tests else 'UNSEEN '}  {bug.name}: {bug.harm}", flush=True)
            print(*(f"         {test}" for test in tests), sep="\n", flush=True)
            yield tests


def _tried(bug: Bug, copy: Path, *, thorough: bool) -> list[str]:
    with _planted(bug, copy):
        failed = _failing(copy, ["--maxfail=3", *bug.tests])
        return failed or (_failing(copy, ["--maxfail=1", "-n", "auto"]) if thorough else [])


@contextmanager
def _planted(bug: Bug, copy: Path) -> Iterator[None]:
    plant(bug, copy)
    try:
        yield
    finally:
        plant(bug, copy, "-R")


def _failing(copy: Path, arguments: Sequence[str]) -> list[str]:
    """Names of the tests that fail, those that cannot be collected included."""
    report = copy.with_suffix(".xml")
    report.unlink(missing_ok=True)
    command = [*_PYTEST, f"--junitxml={report}", *arguments]
    finished = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if finished.returncode == 0:
        return []
    cases = ElementTree.parse(report).iter("testcase") if report.exists() else ()
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    if not bad:
        raise RuntimeError(f"no test failed, but pytest did: {' '.join(command)}\n{finished.stdout[-2000:]}")
    return [f"{case.get('classname')}::{case.get('name')}".lstrip(":") for case in bad]


def _check_green(copy: Path, tests: Sequence[str]) -> None:
    """A test that fails anyway notices nothing."""
    if failing := _failing(copy, ["-n", "auto", *tests]):
        raise SystemExit(f"these fail without any planted bug: {', '.join(failing)}")


if __name__ == "__main__":
    sys.exit(main())
