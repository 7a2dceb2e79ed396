import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
DEMO = (sys.executable, "-m", "solix_exporter", "demo", "--web.listen-address=127.0.0.1:0")


@contextmanager
def demonstrating(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(  # noqa: S603  our own program
        [*DEMO, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.terminate()


@pytest.fixture
def demo() -> Iterator[subprocess.Popen[str]]:
    with demonstrating() as process:
        yield process


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


def test_a_home_without_an_account_is_read_over_the_local_network() -> None:
    with demonstrating("--scenario=local") as demo:
        url = metrics_url(demo)
        for target in ("ae103", "ae1x0", "a17x8"):
            up = f'solix_modbus_up{{target="{target}"}} 1.0'
            page = wait_for(url, up)
            assert up in page
        # Live registers come first; what the meter needs to be believed comes with the next poll.
        page = wait_for(url, 'solix_site_grid_import_power_watts{site_id="local"}')
        assert 'solix_site_home_load_power_watts{site_id="local"}' in page
        assert 'solix_plug_on{device_sn="' in page
        assert "solix_up{" not in page
        demo.send_signal(signal.SIGINT)
        _, errors = demo.communicate(timeout=PATIENCE_S)
        assert demo.returncode == 0, errors
        assert errors == ""


def test_a_device_of_the_demo_may_be_off() -> None:
    with demonstrating("--scenario=max-ac", "--fault=modbus_refuse@A17E2") as demo:
        url = metrics_url(demo)
        # The bank's numbers come from the cloud then.
        page = wait_for(url, "solix_battery_soc_ratio{")
        assert "solix_battery_soc_ratio{" in page
        page = wait_for(url, 'solix_modbus_up{target="ae1x0"} 1.0')
        assert 'solix_modbus_up{target="ae1x0"} 1.0' in page
        assert 'solix_modbus_up{target="a17e2"} 0.0' in page
        refused = re.search(r'polls_total\{outcome="refused",target="a17e2"\} (\S+)', page)
        assert refused is not None
        assert float(refused[1]) > 0


def test_power_stations_show_what_they_send_over_mqtt() -> None:
    with demonstrating("--scenario=pps") as demo:
        page = wait_for(metrics_url(demo), "solix_port_output_power_watts{")
        assert 'solix_mqtt_connection_state{account="default",state="connected"} 1.0' in page
        assert "solix_battery_pack_soc_ratio{" in page or "solix_battery_soc_ratio{" in page
        demo.send_signal(signal.SIGTERM)
        _, errors = demo.communicate(timeout=PATIENCE_S)
        assert (demo.returncode, errors) == (0, "")
