"""What a day's energy must not do: exceed what is possible, repeat yesterday, fall at once.

The references name no rated powers, so the limits are what the connections carry; they catch
garbage, not small errors.
"""

from collections.abc import Mapping

from solix_exporter.ledger import DayTotal
from solix_exporter.model.energy import Flow, FlowTotals
from solix_exporter.model.products import DeviceType
from solix_exporter.model.site import SiteType
from solix_exporter.poll.energy.kinds import SystemProfile

IMPLAUSIBLE, BACKWARDS, REPEATED = "implausible_energy", "counter_backwards", "late_day_change"

CONNECTION_W = 3 * 63 * 230.0
"""A home's grid connection: three phases, 63 A."""
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
        Flow.AC_SOCKET,
    }
)
_HOURS = 24.0

_SAME_WH = 10.0
_GROWN_WH, _GROWN_SHARE = 200.0, 0.05
_SUBSTANTIAL_WH = 50.0

_ROUNDING_WH, _ROUNDING_SHARE = 50.0, 0.02


def limit_wh(profile: SystemProfile, sn: str, flow: Flow) -> float:
    """Return the most energy that a flow of a site, or of one of its devices, can have in a day."""
    if flow is Flow.PLUG:
        return SOCKET_W * (1 if sn else max(1, len(profile.of(DeviceType.SMARTPLUG)))) * _HOURS
    if flow is Flow.EV_CHARGE:
        return EV_W * max(1, len(profile.of(DeviceType.EV_CHARGER))) * _HOURS
    if sn:
        return BANK_W * _HOURS
    if flow not in _OF_BANKS or profile.site_type in {SiteType.HES, SiteType.POWERPANEL}:
        return CONNECTION_W * _HOURS
    if profile.site_type is SiteType.VIRTUAL:
        return INVERTER_W * _HOURS
    banks = len(profile.of(DeviceType.SOLARBANK, DeviceType.SOLARBANK_PPS))
    inverters = len(profile.of(DeviceType.INVERTER))
    return max(BANK_W, banks * BANK_W + inverters * INVERTER_W) * _HOURS


def repeats(flows: FlowTotals, yesterday: Mapping[Flow, float]) -> bool:
    """Return whether an answer about today is still yesterday's.

    Yesterday's own figures may have grown since they were read, so a little more is the same, too.
    """
    pairs = [(wh, yesterday[flow]) for flow, wh in flows.items() if flow in yesterday]
    if not any(wh >= _SUBSTANTIAL_WH for wh, _ in pairs):
        return False
    return all(
        before - _SAME_WH <= wh <= before + max(_GROWN_WH, _GROWN_SHARE * before)
        for wh, before in pairs
    )


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
