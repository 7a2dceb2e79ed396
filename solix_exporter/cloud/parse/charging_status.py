"""What a solarbank does, from the code that it sends and the powers around it.

Newer models send code 0 ("detection") for nearly everything, so that the powers decide. It is
worked out once, after all powers are final. Reference 02, section 4.4, but for first-generation
banks with a preset of 0 W, which it says to charge with priority.
"""

from dataclasses import dataclass

from solix_exporter.model.device import ChargingStatus
from solix_exporter.model.usage import UsageMode

BASE_STATUS: dict[str, ChargingStatus] = {
    "0": ChargingStatus.DETECTION,
    "1": ChargingStatus.BYPASS,
    "2": ChargingStatus.DISCHARGE,
    "3": ChargingStatus.CHARGE,
    "4": ChargingStatus.WAKEUP,
    "5": ChargingStatus.FULLY_CHARGED,
    "6": ChargingStatus.FULL_BYPASS,
    "7": ChargingStatus.STANDBY,
    "116": ChargingStatus.COLD_WAKEUP,
}

_AUTOMATIC = frozenset(
    {
        UsageMode.SMARTMETER,
        UsageMode.SMARTPLUGS,
        UsageMode.USE_TIME,
        UsageMode.SMART,
        UsageMode.TIME_SLOT,
    }
)
"""Modes in which the demand of the home takes the place of the preset."""

_SECOND_GENERATION = 2


@dataclass(slots=True)
class StatusFacts:
    """What the decision needs of one bank and its site; powers in W."""

    code: str
    generation: int
    mode: UsageMode | None
    preset_w: float | None
    output_w: float | None
    pv_w: float | None
    battery_w: float | None
    """Positive while charging."""
    home_w: float | None
    demand_w: float
    grid_to_battery_w: float
    soc_ratio: float | None


def charging_status(facts: StatusFacts) -> ChargingStatus | None:
    """Return what the bank does, None where it sends no code."""
    if not facts.code:
        return None
    base = BASE_STATUS.get(facts.code, ChargingStatus.UNKNOWN)
    if base is ChargingStatus.CHARGE:
        return _refine_charge(facts)
    if facts.generation < _SECOND_GENERATION:
        return base
    if base is ChargingStatus.DETECTION:
        return _refine_detection(facts)
    if base is ChargingStatus.BYPASS and facts.battery_w is not None and facts.battery_w < 0:
        return ChargingStatus.BYPASS_DISCHARGE
    return base


def _preset_w(facts: StatusFacts) -> float | None:
    if facts.generation >= _SECOND_GENERATION and facts.mode in _AUTOMATIC:
        return facts.demand_w
    return facts.preset_w


def _refine_charge(facts: StatusFacts) -> ChargingStatus:
    preset_w = _preset_w(facts)
    if facts.output_w is None or facts.pv_w is None or preset_w is None:
        return ChargingStatus.CHARGE
    if facts.output_w > 0:
        return ChargingStatus.CHARGE_BYPASS
    if preset_w == 0 and facts.generation < _SECOND_GENERATION:
        # It is asked for nothing, so that nothing is held back for the battery.
        is_charging = (facts.battery_w or 0.0) > 0
        return ChargingStatus.CHARGE if is_charging else ChargingStatus.STANDBY
    if facts.pv_w > preset_w and (facts.battery_w or 0.0) > 0:
        return ChargingStatus.CHARGE_PRIORITY
    return ChargingStatus.CHARGE


def _refine_detection(facts: StatusFacts) -> ChargingStatus:
    if facts.battery_w is None:
        return ChargingStatus.DETECTION
    has_pv = (facts.pv_w or 0.0) > 0
    if facts.battery_w > 0:
        return _charging(facts, has_pv=has_pv)
    if facts.battery_w < 0:
        return ChargingStatus.BYPASS_DISCHARGE if has_pv else ChargingStatus.DISCHARGE
    if facts.soc_ratio is not None and facts.soc_ratio >= 1:
        return ChargingStatus.FULLY_CHARGED
    return ChargingStatus.BYPASS if has_pv else ChargingStatus.DETECTION


def _charging(facts: StatusFacts, *, has_pv: bool) -> ChargingStatus:
    if (facts.output_w or 0.0) > 0:
        return ChargingStatus.CHARGE_BYPASS
    if facts.grid_to_battery_w > 0 or not has_pv:
        return ChargingStatus.CHARGE_AC
    preset_w = _preset_w(facts)
    if preset_w is not None and facts.home_w is not None and facts.home_w < preset_w:
        return ChargingStatus.PROTECTION_CHARGE
    return ChargingStatus.CHARGE
