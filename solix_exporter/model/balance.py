"""The identities between a day's energies: totals that follow, and reported zeros that cannot be.

The cloud leaves out some totals on older systems and sends zeros for others although energy
flowed (reference 04, sections 1.4 and 6). Nothing is estimated: a flow is derived where the others
leave it no choice.
"""

from collections.abc import Mapping
from types import MappingProxyType

from solix_exporter.model.energy import THIRD_PARTY_PV, Flow, FlowTotals

ROUNDING_WH = 30.0
"""Three figures, each rounded to 0.01 kWh."""

UNTRACKED_WH = 100.0
"""A reported zero is not believed where the other figures leave more than this for it."""

_Terms = tuple[tuple[int, Flow], ...]

_IDENTITIES: tuple[tuple[Flow, _Terms], ...] = (
    (
        Flow.PV_TO_HOME,
        (
            (1, Flow.HOME),
            (-1, Flow.GRID_TO_HOME),
            (-1, Flow.BATTERY_TO_HOME),
            (-1, Flow.THIRD_PARTY_PV_TO_HOME),
        ),
    ),
    (
        Flow.PV_TO_BATTERY,
        (
            (1, Flow.BATTERY_CHARGE),
            (-1, Flow.GRID_TO_BATTERY),
            (-1, Flow.THIRD_PARTY_PV_TO_BATTERY),
        ),
    ),
    (
        Flow.PV_TO_BATTERY,
        ((1, Flow.PV), (-1, Flow.PV_TO_HOME), (-1, Flow.PV_TO_GRID)),
    ),
    (
        Flow.GRID_TO_BATTERY,
        (
            (1, Flow.BATTERY_CHARGE),
            (-1, Flow.PV_TO_BATTERY),
            (-1, Flow.THIRD_PARTY_PV_TO_BATTERY),
        ),
    ),
    (Flow.GRID_IMPORT, ((1, Flow.GRID_TO_HOME), (1, Flow.GRID_TO_BATTERY))),
    (
        Flow.BATTERY_CHARGE,
        (
            (1, Flow.PV_TO_BATTERY),
            (1, Flow.GRID_TO_BATTERY),
            (1, Flow.THIRD_PARTY_PV_TO_BATTERY),
        ),
    ),
)
"""Flow and the terms that it equals, in the order in which they are tried. Other PV counts where
the cloud tells it."""

_EXPORT_OF_BATTERY: tuple[tuple[Flow, _Terms], ...] = (
    (Flow.BATTERY_TO_GRID, ((1, Flow.GRID_EXPORT), (-1, Flow.PV_TO_GRID))),
)
"""True where the cloud reports PV export and total export separately."""

_UNLESS_TOLD = MappingProxyType(dict.fromkeys(THIRD_PARTY_PV, 0.0))

_DOUBTED = frozenset({Flow.PV_TO_HOME, Flow.PV_TO_BATTERY})
"""Zeros of these were seen although energy flowed (capture SB2_SB1_AI_Input_50)."""


def complete(flows: FlowTotals, *, tells_exports_apart: bool = False) -> FlowTotals:
    """Return the flows of a day and those that follow from them.

    `tells_exports_apart` is true for systems whose PV export is not just another name of the
    whole export.
    """
    known = dict(flows)
    extra = _EXPORT_OF_BATTERY if tells_exports_apart else ()
    for flow, terms in (*_IDENTITIES, *extra):
        value_wh = _sum(known, terms)
        if value_wh is not None and _is_open(known, flow, value_wh):
            known[flow] = value_wh
    return MappingProxyType(known)


def _sum(known: Mapping[Flow, float], terms: _Terms) -> float | None:
    """Return the sum of the terms; None where one is missing or the sum is impossible."""
    values = [known.get(flow, _UNLESS_TOLD.get(flow)) for _, flow in terms]
    parts = [
        sign * value for (sign, _), value in zip(terms, values, strict=True) if value is not None
    ]
    if len(parts) < len(terms):
        return None
    total_wh = round(sum(parts), 3)
    is_difference = any(sign < 0 for sign, _ in terms)
    if is_difference and abs(total_wh) <= ROUNDING_WH:
        return 0.0
    return total_wh if total_wh >= 0 else None


def _is_open(known: Mapping[Flow, float], flow: Flow, value_wh: float) -> bool:
    """Return whether the flow is missing, or a zero that the other figures contradict.

    What is left of home or charge may come from PV that is not part of the system, so that it is
    the system's only as far as that produced so much.
    """
    pv_wh = known.get(Flow.PV)
    if flow in _DOUBTED and pv_wh is not None and value_wh > pv_wh + ROUNDING_WH:
        return False
    reported_wh = known.get(flow)
    if reported_wh is None:
        return True
    return flow in _DOUBTED and reported_wh == 0 and value_wh > UNTRACKED_WH
