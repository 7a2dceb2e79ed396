"""Checks of answers on their way to the cache: implausible values are held back.

`_CHECKS` is THE table of checks, by the type of the answer. Types that are not in it have neither a
state of charge nor a total since set-up. Daily energy has checks of its own, see `poll.energy`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from solix_exporter.cache import SceneAnswer
from solix_exporter.clock import Clock
from solix_exporter.model.ai import AiSavings
from solix_exporter.model.battery import Battery, BatteryTotals, battery_totals
from solix_exporter.model.events import Observer
from solix_exporter.model.home_system import HomeSystemAverages, HomeSystemStatus
from solix_exporter.model.lifetime import Co2Ranking, Lifetime
from solix_exporter.model.site import DeviceListing, SiteReadings
from solix_exporter.model.standalone import ChargeTotals, InverterTotals
from solix_exporter.poll.plausible import CONNECTION_W, Pace, SocGuard, Times, TotalGuard

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
Totals = TypeVar("Totals", bound="DataclassInstance")

SOC_JUMP = "soc_jump"


class Guard:
    """Replaces implausible values by the last plausible ones, and counts them.

    It checks the state of charge of each battery of a scene (F3000s are among them) and of each
    panel's or X1's newest slot, and all totals since set-up: those of scenes, power panels, X1 and
    F3000 systems, stand-alone inverters and EV chargers, and the trees that express a site's CO2.
    Each poll has a guard of its own, which starts without history.
    """

    def __init__(self, observer: Observer, clock: Clock) -> None:
        self._observer = observer
        self._clock = clock
        self._socs = SocGuard()
        self._totals = TotalGuard()

    def believed(self, subject: str, answer: T) -> T:
        """Return the answer to keep; `subject` identifies the question and its target."""
        check = _CHECKS.get(type(answer))
        return cast("T", check(self, subject, answer)) if check else answer

    def soc_ratio(
        self, key: str, ratio: float | None, measured_at: datetime | None
    ) -> float | None:
        """Return the state of charge to show; measured now, if the time is not reported."""
        measured_s = (measured_at or self._clock.now()).timestamp()
        times = Times(measured_s, self._clock.monotonic())
        if ratio is None or not self._socs.holds(key, ratio, times):
            return ratio
        self._observer.reading_rejected(SOC_JUMP)
        return self._socs.ratio(key)

    def totals(self, subject: str, totals: Totals) -> Totals:
        """Return the totals to show."""
        # An amount in another currency is no decrease.
        symbol = getattr(totals, "currency_symbol", "")
        shown = {}
        # Wall clock: the totals went on rising while the machine was suspended.
        now_s = self._clock.now().timestamp()
        for name, pace in TOTALS[type(totals)].items():
            key, value = (subject, name, symbol), getattr(totals, name)
            shown[name], reason = self._totals.believed(key, value, now_s, pace)
            if reason:
                self._observer.reading_rejected(reason)
        return replace(totals, **shown)


_ENERGY = Pace(CONNECTION_W, slack_h=1)
"""Large totals come in MWh with two decimals, that is in steps of 10 kWh."""
_CO2 = Pace(2 * CONNECTION_W, slack_h=1)
"""Twice what the dirtiest power stations give off for 1 Wh, in g."""
_MONEY = Pace(CONNECTION_W / 1000, slack_h=1, share=0.1)
"""One unit of a currency for 1 kWh; where that is less money than a cent, a tenth of the total."""
_TREES = Pace(1, slack_h=1, share=0.1)
_DAY_H = 24.0
"""An order of an EV charger is added up when it ends."""

TOTALS: Mapping[type, Mapping[str, Pace]] = {
    Lifetime: {"energy_wh": _ENERGY, "co2_savings_g": _CO2, "savings": _MONEY},
    ChargeTotals: {
        "energy_wh": Pace(CONNECTION_W, _DAY_H),
        "duration_s": Pace(3600, _DAY_H),
        "charges": Pace(60, _DAY_H),
        "cost": Pace(CONNECTION_W / 1000, _DAY_H, share=0.1),
        "cost_savings": Pace(CONNECTION_W / 1000, _DAY_H, share=0.1),
        "co2_savings_g": Pace(2 * CONNECTION_W, _DAY_H),
    },
    Co2Ranking: {"trees": _TREES},
    AiSavings: {"savings": _MONEY},
}
"""The fields that count from the set-up on, and how fast each can rise."""


# --- one function a shape of answer --------------------------------------------------------


def _check_totals(guard: Guard, subject: str, totals: Totals) -> Totals:
    return guard.totals(subject, totals)


def _check_holder(
    guard: Guard, subject: str, answer: HomeSystemStatus | InverterTotals
) -> HomeSystemStatus | InverterTotals:
    return replace(answer, lifetime=guard.totals(subject, answer.lifetime))


def _check_averages(guard: Guard, subject: str, averages: HomeSystemAverages) -> HomeSystemAverages:
    reported = averages.battery.soc_ratio
    shown = guard.soc_ratio(subject, reported, averages.data_at)
    if shown == reported:
        return averages
    return replace(
        averages,
        site=replace(averages.site, soc_ratio=shown),
        battery=replace(averages.battery, soc_ratio=shown),
    )


def _check_scene(guard: Guard, subject: str, answer: SceneAnswer) -> SceneAnswer:
    reported = answer.scene
    lifetime = guard.totals(subject, reported.site.lifetime)
    ai_savings = guard.totals(f"{subject}, AI", reported.site.ai_savings)
    devices = tuple(_check_device(guard, listed, answer.data_at) for listed in reported.devices)
    site = replace(reported.site, lifetime=lifetime, ai_savings=ai_savings)
    if devices != reported.devices:
        site = _with_charge(site, _charge_of(devices))
    return replace(answer, scene=replace(reported, site=site, devices=devices))


def _check_device(
    guard: Guard, listed: DeviceListing, measured_at: datetime | None
) -> DeviceListing:
    readings = listed.readings
    battery = readings.battery if readings else None
    if readings is None or battery is None:
        return listed
    shown = guard.soc_ratio(listed.sn, battery.soc_ratio, measured_at)
    if shown == battery.soc_ratio:
        return listed
    return replace(listed, readings=replace(readings, battery=replace(battery, soc_ratio=shown)))


def _charge_of(devices: tuple[DeviceListing, ...]) -> BatteryTotals:
    """Return the totals of the batteries that report a state of charge."""
    found: list[Battery] = []
    for listed in devices:
        battery = listed.readings.battery if listed.readings else None
        if battery is not None and battery.stored_energy_wh is not None:
            found.append(battery)
    return battery_totals(found)


def _with_charge(site: SiteReadings, charge: BatteryTotals) -> SiteReadings:
    if site.soc_ratio is None or charge.soc_ratio is None:
        return site
    return replace(site, soc_ratio=charge.soc_ratio, stored_energy_wh=charge.stored_energy_wh)


_CHECKS: Mapping[type, Callable[[Guard, str, Any], object]] = {
    SceneAnswer: _check_scene,
    HomeSystemAverages: _check_averages,
    HomeSystemStatus: _check_holder,
    InverterTotals: _check_holder,
    Lifetime: _check_totals,
    ChargeTotals: _check_totals,
    Co2Ranking: _check_totals,
}
GUARDED = frozenset(_CHECKS)
"""The types of answers that hold a state of charge or a total since set-up."""
