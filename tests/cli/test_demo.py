import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
DEMO = (sys.executable, "-m", "solix_exporter", "demo", "--web.listen-address=127.0.0.1:0")


@pytest.fixture
def demo() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(  # noqa: S603  our own program
        DEMO, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.terminate()


def wait_for(url: str, text: str) -> str:
    """Return the page as soon as it holds `text`, or what it held last."""
    page = ""
    end = time.monotonic() + PATIENCE_S
    while text not in page and time.monotonic() < end:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310  our own server
            page = answer.read().decode()
        time.sleep(0.1)
    return page


def metrics_url(demo: subprocess.Popen[str]) -> str:
    assert demo.stdout is not None
    words = demo.stdout.readline().split()
    assert words[:2] == ["A", "simulated"], demo.stderr.read() if demo.stderr else ""
    return words[-1]


def test_a_home_lives_without_any_settings(demo: subprocess.Popen[str]) -> None:
    # An account is up once its poll has ended, a moment after the home's first numbers.
    page = wait_for(metrics_url(demo), 'solix_up{account="default"} 1')
    assert 'solix_up{account="default"} 1' in page
    assert "solix_site_home_load_power_watts{" in page


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly(demo: subprocess.Popen[str], sign: signal.Signals) -> None:
    wait_for(metrics_url(demo), "solix_up")
    demo.send_signal(sign)
    _, errors = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0, errors
    assert "Traceback" not in errors


def test_a_busy_port_is_told_in_a_sentence(demo: subprocess.Popen[str]) -> None:
    address = metrics_url(demo).removeprefix("http://").partition("/")[0]
    second = subprocess.run(  # noqa: S603  our own program
        [*DEMO[:-1], f"--web.listen-address={address}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 2
    assert second.stderr == (
        f"solix-exporter: cannot listen on {address}:"
        " another program listens there; stop it or choose another port\n"
    )
