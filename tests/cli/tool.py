"""Runs a command of the program as its user does, while the test's own loop serves the cloud."""

import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from solix_exporter.sim import SimulatedCloud
from tests.children import bare_environ

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 60


@dataclass(frozen=True)
class Done:
    code: int
    output: str
    errors: str


def environ_for(cloud: SimulatedCloud, folder: Path) -> dict[str, str]:
    """Return the variables of the cloud's first account, and a state directory of its own."""
    account = cloud.accounts[0]
    return {
        "ANKERUSER": account.email,
        "ANKERPASSWORD": account.password,
        "ANKERCOUNTRY": account.country,
        "SOLIX_CLOUD__URL": cloud.url,
        "SOLIX_CLOUD__PUBLIC_KEY": cloud.public_key,
        "SOLIX_CLOUD__REQUEST_GAP": "0",
        "SOLIX_CLOUD__ENDPOINT_LIMIT": "1000",
        "SOLIX_STATE_DIR": str(folder / "state"),
    }


async def run_tool(
    *arguments: str,
    environ: dict[str, str],
    cwd: Path = ROOT,
    interrupt_after: str = "",
    interrupt_when: Callable[[], bool] | None = None,
) -> Done:
    """Run the program to its end.

    Ctrl-C comes as soon as its output holds `interrupt_after`, or when `interrupt_when` is true.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "solix_exporter",
        *arguments,
        cwd=cwd,
        env=bare_environ() | {"PYTHONPATH": str(ROOT)} | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    first = b""
    if interrupt_after and process.stdout:
        ending = interrupt_after.encode()
        first = await asyncio.wait_for(process.stdout.readuntil(ending), _PATIENCE_S)
        process.send_signal(signal.SIGINT)
    if interrupt_when is not None:
        await _until(interrupt_when)
        process.send_signal(signal.SIGINT)
    output, errors = await asyncio.wait_for(process.communicate(), _PATIENCE_S)
    assert process.returncode is not None
    return Done(process.returncode, (first + output).decode(), errors.decode())


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(_PATIENCE_S * 20):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("never")
