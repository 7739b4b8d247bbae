"""Every test gets a data folder of its own and reaches nothing beyond loopback; examples are new at each run."""

import atexit
import gc
import ipaddress
import os
import socket
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from swarm.config import Settings, ensure_data_folder, read_settings
from tests.seed import SEED, THE_SAME_AGAIN

# DuckDB's binding calls whatever lives when an interpreter ends a leak, in eighty lines behind the last one of pytest.
# Registered first, this runs when everything else that is done at exit has been done.
atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))

# Where nothing may be kept compiled, each of the hundreds of processes that tests start compiles all of Roleless.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

hypothesis_settings.register_profile(
    "roleless",
    hypothesis_settings.get_profile("default"),  # that of CI would play the same examples each time
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # on a busy machine nothing is fast
)
hypothesis_settings.load_profile("roleless")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give Hypothesis the seed of this run, unless it was given one."""
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(SEED)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core: half of their time tests wait for processes, servers and pages."""
    return 2 * (os.cpu_count() or 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how the same examples are played again."""
    terminalreporter.write_line(f"The same examples again: {THE_SAME_AGAIN}")


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that no other test sees; keys of the machine's owner are out of reach."""
    folder = tmp_path / "data"
    monkeypatch.setenv("ROLELESS_DATA", str(folder))
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_API_BASE", "_BASE_URL")):
            monkeypatch.delenv(name)
    return folder


@pytest.fixture
def settings(data_folder: Path) -> Settings:
    """Settings whose data folder exists."""
    found = read_settings()
    ensure_data_folder(found)
    return found


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page's test leaves as the main module, processes that are started later would play."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting to anything but this machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            host = str(address[0])
            if host != "localhost" and not ipaddress.ip_address(host.split("%")[0]).is_loopback:
                raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="module", autouse=True)
def no_client_outlives_its_module() -> Iterator[None]:
    """LiteLLM keeps up to 200 clients, each of an event loop; one that it lets go later fails whoever runs then."""
    yield
    litellm = sys.modules.get("litellm")
    if litellm is not None and litellm.in_memory_llm_clients_cache.cache_dict:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            litellm.in_memory_llm_clients_cache.flush_cache()
            gc.collect()
