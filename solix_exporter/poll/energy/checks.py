"""Implausible energy of a day: too much, a copy of yesterday's, or a sudden fall.

The references name no rated powers, so the limits are what the connections carry; they catch
garbage, not small errors. `poll.energy.rises` applies them to what was read before.
"""

from solix_exporter.ledger import DayTotal
from solix_exporter.model.energy import Flow, FlowTotals
from solix_exporter.model.products import DeviceType
from solix_exporter.model.site import SiteType
from solix_exporter.poll.energy.kinds import SystemProfile
from solix_exporter.poll.plausible import CONNECTION_W

IMPLAUSIBLE, BACKWARDS, REPEATED = "implausible_energy", "counter_backwards", "late_day_change"

BANK_W = 6000.0
"""PV input, battery and output of one solarbank; captures show 4400 W of three together."""
INVERTER_W = 2000.0
SOCKET_W = 16 * 230.0
EV_W = 22_000.0
"""The largest of the charger's models."""

_OF_BANKS = frozenset(
    {
        Flow.PV,
        Flow.BATTERY_CHARGE,
        Flow.BATTERY_DISCHARGE,
        Flow.PV_TO_HOME,
        Flow.PV_TO_BATTERY,
        Flow.BATTERY_TO_HOME,
        Flow.THIRD_PARTY_PV_TO_BATTERY,
        Flow.AC_SOCKET,
    }
)
_DAY_H = 24.0

SAME_WH = 20.0
"""Two steps of the cloud's second decimal."""
_GROWN_WH, _GROWN_SHARE = 200.0, 0.05
EARLY_H = 6.0
_HALF_DAY_H = 12.0
_STEP_WH, _STEP_SHARE = 100.0, 0.1
_SUBSTANTIAL_WH = 50.0

_ROUNDING_WH, _ROUNDING_SHARE = 50.0, 0.02


def limit_wh(profile: SystemProfile, sn: str, flow: Flow, hours: float = _DAY_H) -> float:
    """Return the most energy that a flow of a site, or of one of its devices, can have in hours."""
    return rated_power_w(profile, sn, flow) * hours


def rated_power_w(profile: SystemProfile, sn: str, flow: Flow) -> float:
    """Return the most power that a flow of a site, or of one of its devices, can have."""
    if flow is Flow.PLUG:
        return SOCKET_W * (1 if sn else max(1, len(profile.of(DeviceType.SMARTPLUG))))
    if flow is Flow.EV_CHARGE:
        return EV_W * max(1, len(profile.of(DeviceType.EV_CHARGER)))
    if sn:
        return BANK_W
    if flow not in _OF_BANKS or profile.site_type in {SiteType.HES, SiteType.POWERPANEL}:
        return CONNECTION_W
    if profile.site_type is SiteType.VIRTUAL:
        return INVERTER_W
    banks = len(profile.of(DeviceType.SOLARBANK, DeviceType.SOLARBANK_PPS))
    inverters = len(profile.of(DeviceType.INVERTER))
    return max(BANK_W, banks * BANK_W + inverters * INVERTER_W)


def repeats(flows: FlowTotals, yesterday: FlowTotals, hours: float = 0.0) -> bool:
    """Return whether an answer about today is still yesterday's, `hours` after midnight.

    In the early morning a little more is the same, too: yesterday's figures may have grown since
    they were read, and a cloud that is late goes on adding to them. Later they are final.
    """
    pairs = [(wh, yesterday[flow]) for flow, wh in flows.items() if flow in yesterday]
    if not any(wh >= _SUBSTANTIAL_WH for wh, _ in pairs):
        return False
    return all(
        before - SAME_WH <= wh <= before + _grown_since_wh(before, hours) for wh, before in pairs
    )


def _grown_since_wh(before: float, hours: float) -> float:
    """Return how much yesterday's figure may have grown; twice its mean power is a busy night."""
    if hours >= EARLY_H:
        return SAME_WH
    return max(_GROWN_WH, _GROWN_SHARE * before) + before * hours / _HALF_DAY_H


def continues(flows: FlowTotals, known: FlowTotals, yesterday: FlowTotals, hours: float) -> bool:
    """Return whether an answer about today can follow what was known of today `hours` ago.

    Then it may well pass by yesterday's figures, as it does on most evenings.
    """
    return all(
        flow in known and wh - known[flow] <= _step_wh(yesterday[flow], hours)
        for flow, wh in flows.items()
        if flow in yesterday
    )


def _step_wh(yesterday: float, hours: float) -> float:
    """Return how far a figure goes on: at twice yesterday's mean power, but never all of it."""
    return max(_STEP_WH, _STEP_SHARE * yesterday) + yesterday * min(hours, EARLY_H) / _HALF_DAY_H


class FallGuard:
    """Holds back a day's total that falls by more than rounding until a second reading agrees."""

    def __init__(self) -> None:
        self._fallen: set[tuple[str, str, str, Flow]] = set()

    def holds(self, row: DayTotal, new_wh: float) -> bool:
        """Return whether the new value of a row has to wait; the next reading decides."""
        key = (row.site_id, row.device_sn, row.day.isoformat(), row.flow)
        allowed_wh = max(_ROUNDING_WH, _ROUNDING_SHARE * row.wh)
        if new_wh >= row.wh - allowed_wh or key in self._fallen:
            self._fallen.discard(key)
            return False
        self._fallen.add(key)
        return True
