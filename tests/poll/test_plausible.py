"""Readings that cannot be true: jumps of the state of charge, life-time totals that fall."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from solix_exporter.cache import SceneAnswer
from solix_exporter.clock import ManualClock
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.lifetime import Co2Ranking, Lifetime
from solix_exporter.model.products import product_of
from solix_exporter.model.site import DeviceListing, Scene, SiteReadings
from solix_exporter.model.standalone import ChargeTotals
from solix_exporter.poll.guard import Guard
from solix_exporter.poll.plausible import SocGuard, Times

BEGIN = datetime(2026, 6, 20, 10, tzinfo=UTC)


class Counting(SilentObserver):
    def __init__(self) -> None:
        self.rejected: list[str] = []

    def reading_rejected(self, reason: str) -> None:
        self.rejected.append(reason)


class Watch:
    """A guard, and what it sees at which second."""

    def __init__(self) -> None:
        self.clock = ManualClock(BEGIN)
        self._observer = Counting()
        self._guard = Guard(self._observer, self.clock)
        self._passed_s = 0.0

    @property
    def rejected(self) -> list[str]:
        return self._observer.rejected

    def _wait_until(self, at_s: float) -> None:
        self.clock.advance(at_s - self._passed_s)
        self._passed_s = at_s

    def scene(self, scene: Scene, at_s: float, measured_s: float | None = None) -> Scene:
        """Return what is shown of a scene that is read then, measured then or at another time."""
        self._wait_until(at_s)
        data_at = None if measured_s is None else BEGIN + timedelta(seconds=measured_s)
        return self._guard.believed("s", SceneAnswer(scene, data_at)).scene

    def lifetime(self, lifetime: Lifetime, at_s: float) -> Lifetime:
        self._wait_until(at_s)
        return self._guard.believed("s", lifetime)

    def charges(self, totals: ChargeTotals, at_s: float) -> ChargeTotals:
        self._wait_until(at_s)
        return self._guard.believed("s", totals)

    def ranking(self, ranking: Co2Ranking, at_s: float) -> Co2Ranking:
        self._wait_until(at_s)
        return self._guard.believed("s", ranking)


@pytest.fixture
def watch() -> Watch:
    return Watch()


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


def test_what_a_battery_can_do_passes(watch: Watch) -> None:
    # 1.5 times its capacity an hour: 12.5 points in the 5 minutes between two reports, and one.
    for number, soc in enumerate((0.50, 0.51, 0.64, 0.51, 0.50)):
        assert socs(watch.scene(scene(soc), 60.0 * number)) == [soc]
    assert watch.rejected == []


def test_a_jump_is_held_back_and_counted_until_a_second_reading_confirms_it(watch: Watch) -> None:
    watch.scene(scene(0.50), 0)
    shown = watch.scene(scene(0.0), 60)
    assert socs(shown) == [0.50]
    assert shown.site.soc_ratio == 0.50
    assert shown.site.stored_energy_wh == 800
    assert watch.rejected == ["soc_jump"]
    assert socs(watch.scene(scene(0.01), 120)) == [0.01]
    assert watch.rejected == ["soc_jump"]


def test_a_reading_that_the_cloud_repeats_confirms_nothing(watch: Watch) -> None:
    # Banks report every 5 minutes and are asked each minute.
    watch.scene(scene(0.50), 0, measured_s=0)
    for at_s in (300, 360, 420, 480, 540):
        assert socs(watch.scene(scene(0.0), at_s, measured_s=290)) == [0.50]
    assert socs(watch.scene(scene(0.50), 600, measured_s=590)) == [0.50]
    # The next report says the same: it is believed.
    watch.scene(scene(0.0), 900, measured_s=890)
    assert socs(watch.scene(scene(0.0), 960, measured_s=890)) == [0.50]
    assert socs(watch.scene(scene(0.0), 1200, measured_s=1190)) == [0.0]


def test_a_reading_that_is_only_repeated_is_believed_after_ten_minutes(watch: Watch) -> None:
    watch.scene(scene(0.50), 0, measured_s=0)
    shown = [socs(watch.scene(scene(0.0), 60.0 * n, measured_s=50)) for n in range(1, 12)]
    assert shown == [*[[0.50]] * 10, [0.0]]


def test_a_glitch_is_never_seen(watch: Watch) -> None:
    watch.scene(scene(0.50, 0.80), 0)
    shown = watch.scene(scene(0.50, 0.0), 60)
    assert socs(shown) == [0.50, 0.80]
    assert shown.site.soc_ratio == pytest.approx(0.65)
    assert socs(watch.scene(scene(0.50, 0.80), 120)) == [0.50, 0.80]
    assert watch.rejected == ["soc_jump"]


def test_a_bank_without_a_charge_does_not_thin_out_the_others(watch: Watch) -> None:
    told = scene(0.50)
    silent = replace(
        told.devices[0], sn="NEW", readings=DeviceReadings(battery=Battery(capacity_wh=1600))
    )
    watch.scene(told, 0)
    jumped = scene(0.0)
    shown = watch.scene(replace(jumped, devices=(*jumped.devices, silent)), 60)
    assert (shown.site.soc_ratio, shown.site.stored_energy_wh) == (0.50, 800)


def test_after_ten_minutes_of_nonsense_the_newest_reading_counts() -> None:
    guard = SocGuard()

    def holds(soc: float, at_s: float) -> bool:
        return guard.holds("SN", soc, Times(measured_s=at_s, asked_s=at_s))

    assert not holds(0.50, 0)
    nonsense = [0.0, 1.0, 0.10, 0.95, 0.05, 0.90, 0.0, 1.0, 0.10, 0.95]
    held = [holds(soc, 60.0 * number) for number, soc in enumerate(nonsense, 1)]
    assert all(held)
    assert not holds(0.05, 660)
    assert guard.ratio("SN") == 0.05


def test_after_an_outage_more_is_possible(watch: Watch) -> None:
    watch.scene(scene(0.50), 0)
    assert socs(watch.scene(scene(0.95), 3600)) == [0.95]
    assert watch.rejected == []


def test_what_counts_is_the_time_between_the_readings(watch: Watch) -> None:
    # Off line for three hours, in which the cloud repeats what it knows; then it reports again.
    for minute in range(180):
        watch.scene(scene(0.50), 60.0 * minute, measured_s=0)
    assert socs(watch.scene(scene(0.95), 10_800, measured_s=10_790)) == [0.95]
    assert watch.rejected == []
    # Asked for three hours later, but measured 5 minutes later.
    assert socs(watch.scene(scene(0.20), 21_600, measured_s=11_090)) == [0.95]
    assert watch.rejected == ["soc_jump"]


def test_a_lifetime_total_that_falls_is_held_for_an_hour(watch: Watch) -> None:
    def energy(wh: float | None, at_s: float) -> float | None:
        return watch.scene(scene(0.5, energy_wh=wh), at_s).site.lifetime.energy_wh

    assert energy(5000.0, 0) == 5000
    assert energy(4000.0, 60) == 5000
    assert energy(4001.0, 3600) == 5000
    assert watch.rejected == ["lifetime_backwards"]
    assert energy(4002.0, 60 + 3600) == 4002
    assert energy(4003.0, 60 + 3660) == 4003
    assert energy(None, 60 + 3720) is None
    assert watch.rejected == ["lifetime_backwards"]


def test_a_lifetime_total_that_recovers_starts_anew(watch: Watch) -> None:
    def energy(wh: float, at_s: float) -> float | None:
        return watch.scene(scene(0.5, energy_wh=wh), at_s).site.lifetime.energy_wh

    assert [energy(5000, 0), energy(10, 60), energy(5010, 120)] == [5000, 5000, 5010]
    # The hour begins with this fall, not with the one before.
    assert [energy(10, 3000), energy(10, 3700)] == [5010, 5010]
    assert watch.rejected == ["lifetime_backwards"] * 2


def test_a_lifetime_total_of_zero_is_none(watch: Watch) -> None:
    def energy(wh: float, at_s: float) -> float | None:
        return watch.scene(scene(0.5, energy_wh=wh), at_s).site.lifetime.energy_wh

    # A new system says so; what it says next is its first total.
    assert [energy(0, 0), energy(0, 60), energy(900_000, 120)] == [0, 0, 900_000]
    assert [energy(0, 180), energy(0, 4000), energy(0, 90_000)] == [900_000] * 3
    assert watch.rejected == ["lifetime_backwards"]
    # Zeros are no part of the hour of a lower total.
    assert [energy(700, 90_060), energy(700, 93_659), energy(700, 93_660)] == [
        900_000,
        900_000,
        700,
    ]
    assert watch.rejected == ["lifetime_backwards"]


def test_the_hour_of_a_lower_total_is_one_without_any_other(watch: Watch) -> None:
    def energy(wh: float, at_s: float) -> float | None:
        return watch.scene(scene(0.5, energy_wh=wh), at_s).site.lifetime.energy_wh

    assert energy(5000, 0) == 5000
    for other in (0, 900_000):
        # Neither a zero nor a leap agrees with what was lower before it.
        assert [energy(700, 60), energy(other, 1800), energy(700, 3700)] == [5000] * 3
        watch = Watch()
        assert energy(5000, 0) == 5000


def test_the_readings_of_a_leap_follow_each_other(watch: Watch) -> None:
    def energy(wh: float, at_s: float) -> float | None:
        return watch.scene(scene(0.5, energy_wh=wh), at_s).site.lifetime.energy_wh

    told = (5000, 900_000, 900_000, 700, 900_000, 900_000, 900_000, 900_000)
    shown = [energy(wh, 300.0 * number) for number, wh in enumerate(told)]
    assert shown == [5000] * 7 + [900_000]


def test_a_lifetime_total_rises_as_fast_as_a_connection_carries(watch: Watch) -> None:
    def energy(wh: float, at_s: float) -> float | None:
        return watch.scene(scene(0.5, energy_wh=wh), at_s).site.lifetime.energy_wh

    # 43.47 kW for 10 minutes, and for an hour of steps.
    assert [energy(5000, 0), energy(55_715, 600)] == [5000, 55_715]
    assert energy(55_715 + 50_716, 1200) == 55_715
    assert watch.rejected == ["lifetime_jump"]
    # What is told three times and for 15 minutes is so; an hour would allow it, too.
    shown = [energy(900_000, 1200.0 + 300 * number) for number in range(1, 6)]
    assert shown == [55_715, 55_715, 55_715, 900_000, 900_000]
    assert watch.rejected == ["lifetime_jump"]
    # After a day without a reading a day's energy is possible.
    assert energy(1_900_000, 2700 + 86_400) == 1_900_000


def test_what_a_total_rose_by_while_the_machine_was_suspended_is_no_leap() -> None:
    class Suspended(ManualClock):
        def monotonic(self) -> float:
            return 0.0

    clock, observer = Suspended(BEGIN), Counting()
    guard = Guard(observer, clock)
    guard.believed("s", Lifetime(energy_wh=5000))
    clock.advance(8 * 3600)
    assert guard.believed("s", Lifetime(energy_wh=300_000)).energy_wh == 300_000
    assert observer.rejected == []


def test_money_has_no_power_but_a_tenth_of_it_is_always_possible(watch: Watch) -> None:
    def savings(amount: float, at_s: float) -> float | None:
        return watch.lifetime(Lifetime(savings=amount, currency_symbol="¥"), at_s).savings

    assert [savings(1000, 0), savings(1100, 60), savings(1211, 120)] == [1000, 1100, 1100]
    assert watch.rejected == ["lifetime_jump"]
    # Small amounts grow fast at first.
    assert watch.lifetime(Lifetime(savings=0.5, currency_symbol="€"), 180).savings == 0.5
    assert watch.lifetime(Lifetime(savings=9.5, currency_symbol="€"), 240).savings == 9.5
    assert watch.rejected == ["lifetime_jump"]


def test_each_total_is_held_by_itself(watch: Watch) -> None:
    watch.lifetime(Lifetime(5000, 3000, 1.5, "€"), 0)
    assert watch.lifetime(Lifetime(5100, 2000, 1.4, "€"), 60) == Lifetime(5100, 3000, 1.5, "€")
    assert watch.rejected == ["lifetime_backwards"] * 2


def test_another_currency_is_no_fall(watch: Watch) -> None:
    watch.lifetime(Lifetime(savings=1000.0, currency_symbol="kr"), 0)
    changed = Lifetime(savings=90.0, currency_symbol="€")
    assert watch.lifetime(changed, 60) == changed
    assert watch.rejected == []


def test_the_totals_of_charging_orders_are_held(watch: Watch) -> None:
    told = ChargeTotals(9000, 3600, 12, 2.5, 0.5, "€", "", 800)
    watch.charges(told, 0)
    fallen = ChargeTotals(8000, 3500, 11, 2.4, 0.4, "€", "", 700)
    assert watch.charges(fallen, 60) == told
    assert watch.rejected == ["lifetime_backwards"] * 6


def test_the_trees_of_a_site_are_held(watch: Watch) -> None:
    watch.ranking(Co2Ranking(9.4), 0)
    assert watch.ranking(Co2Ranking(0.0), 60) == Co2Ranking(9.4)
    assert watch.ranking(Co2Ranking(None), 120) == Co2Ranking(None)


def test_a_scene_without_batteries_passes_as_it_is(watch: Watch) -> None:
    bare = Scene(SiteReadings(), (DeviceListing("SN", product_of("A17X7")),))
    assert watch.scene(bare, 0) == bare
    without = replace(scene(0.5).devices[0], readings=DeviceReadings(battery=Battery()))
    assert watch.scene(Scene(SiteReadings(), (without,)), 0).devices == (without,)
