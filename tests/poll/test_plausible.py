"""Readings that cannot be true: jumps of the state of charge, life-time totals that fall."""

from dataclasses import replace

import pytest

from solix_exporter.model.battery import Battery
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.products import product_of
from solix_exporter.model.site import DeviceListing, Scene, SiteReadings
from solix_exporter.poll.plausible import SceneGuard, SocGuard


class Counting(SilentObserver):
    def __init__(self) -> None:
        self.rejected: list[str] = []

    def reading_rejected(self, reason: str) -> None:
        self.rejected.append(reason)


@pytest.fixture
def observer() -> Counting:
    return Counting()


@pytest.fixture
def guard(observer: Counting) -> SceneGuard:
    return SceneGuard(observer)


def scene(*socs: float, energy_wh: float | None = None) -> Scene:
    """Return a scene of banks of 1600 Wh."""
    devices = tuple(
        DeviceListing(
            f"SN{place}",
            product_of("A17C1"),
            readings=DeviceReadings(battery=Battery(soc_ratio=soc, capacity_wh=1600)),
        )
        for place, soc in enumerate(socs)
    )
    site = SiteReadings(
        soc_ratio=sum(socs) / len(socs),
        stored_energy_wh=1600 * sum(socs),
        capacity_wh=1600 * len(socs),
        lifetime=Lifetime(energy_wh=energy_wh),
    )
    return Scene(site, devices)


def socs(shown: Scene) -> list[float | None]:
    return [
        device.readings.battery.soc_ratio
        for device in shown.devices
        if device.readings and device.readings.battery
    ]


def test_what_a_battery_can_do_passes(guard: SceneGuard, observer: Counting) -> None:
    # 1.5 times its capacity an hour: 12.5 points in the 5 minutes between two reports, and one.
    for number, soc in enumerate((0.50, 0.51, 0.64, 0.51, 0.50)):
        assert socs(guard.believed("s", scene(soc), 60.0 * number)) == [soc]
    assert observer.rejected == []


def test_a_jump_is_held_back_and_counted_until_a_second_reading_confirms_it(
    guard: SceneGuard, observer: Counting
) -> None:
    guard.believed("s", scene(0.50), 0)
    shown = guard.believed("s", scene(0.0), 60)
    assert socs(shown) == [0.50]
    assert shown.site.soc_ratio == 0.50
    assert shown.site.stored_energy_wh == 800
    assert observer.rejected == ["soc_jump"]
    assert socs(guard.believed("s", scene(0.01), 120)) == [0.01]
    assert observer.rejected == ["soc_jump"]


def test_a_glitch_is_never_seen(guard: SceneGuard, observer: Counting) -> None:
    guard.believed("s", scene(0.50, 0.80), 0)
    shown = guard.believed("s", scene(0.50, 0.0), 60)
    assert socs(shown) == [0.50, 0.80]
    assert shown.site.soc_ratio == pytest.approx(0.65)
    assert socs(guard.believed("s", scene(0.50, 0.80), 120)) == [0.50, 0.80]
    assert observer.rejected == ["soc_jump"]


def test_after_ten_minutes_of_nonsense_the_newest_reading_counts() -> None:
    guard = SocGuard()
    assert not guard.holds("SN", 0.50, 0)
    nonsense = [0.0, 1.0, 0.10, 0.95, 0.05, 0.90, 0.0, 1.0, 0.10, 0.95]
    held = [guard.holds("SN", soc, 60.0 * number) for number, soc in enumerate(nonsense, 1)]
    assert all(held)
    assert not guard.holds("SN", 0.05, 660)
    assert guard.ratio("SN") == 0.05


def test_after_an_outage_more_is_possible(guard: SceneGuard, observer: Counting) -> None:
    guard.believed("s", scene(0.50), 0)
    assert socs(guard.believed("s", scene(0.95), 3600)) == [0.95]
    assert observer.rejected == []


def test_a_lifetime_total_that_falls_is_held_for_an_hour(
    guard: SceneGuard, observer: Counting
) -> None:
    def energy(wh: float | None, at_s: float) -> float | None:
        return guard.believed("s", scene(0.5, energy_wh=wh), at_s).site.lifetime.energy_wh

    assert energy(5000.0, 0) == 5000
    assert energy(4000.0, 60) == 5000
    assert energy(4001.0, 3600) == 5000
    assert observer.rejected == ["lifetime_backwards"]
    assert energy(4002.0, 60 + 3600) == 4002
    assert energy(4003.0, 60 + 3660) == 4003
    assert energy(None, 60 + 3720) is None
    assert observer.rejected == ["lifetime_backwards"]


def test_a_lifetime_total_that_recovers_starts_anew(guard: SceneGuard, observer: Counting) -> None:
    def energy(wh: float, at_s: float) -> float | None:
        return guard.believed("s", scene(0.5, energy_wh=wh), at_s).site.lifetime.energy_wh

    assert [energy(5000, 0), energy(0, 60), energy(5010, 120)] == [5000, 5000, 5010]
    # The hour begins with this fall, not with the one before.
    assert [energy(0, 3000), energy(0, 3700)] == [5010, 5010]
    assert observer.rejected == ["lifetime_backwards"] * 2


def test_a_scene_without_batteries_passes_as_it_is(guard: SceneGuard) -> None:
    bare = Scene(SiteReadings(), (DeviceListing("SN", product_of("A17X7")),))
    assert guard.believed("s", bare, 0) == bare
    without = replace(scene(0.5).devices[0], readings=DeviceReadings(battery=Battery()))
    assert guard.believed("s", Scene(SiteReadings(), (without,)), 0).devices == (without,)
