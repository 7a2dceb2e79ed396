"""The energy counters inside devices, which count from the day that their system was built.

The years before the simulation starts are taken from the weather alone, as shares of the PV energy;
from then on every watt-hour is counted.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from solix_exporter.sim.home import Home

_CHARGED_RATIO, _DISCHARGED_RATIO, _OUTPUT_RATIO = 0.45, 0.41, 0.92
_HOME_RATIO, _IMPORT_RATIO, _EXPORT_RATIO, _PLUG_RATIO = 2.4, 1.5, 0.08, 0.1


@dataclass(frozen=True, slots=True)
class Counters:
    """Energy since a system was built, in Wh; none of them ever falls."""

    pv_wh: float
    charged_wh: float
    discharged_wh: float
    output_wh: float
    home_wh: float
    imported_wh: float
    exported_wh: float
    plugs_wh: tuple[float, ...]

    def shared(self, ratio: float) -> "Counters":
        """Return the part of one of several solarbanks."""
        return Counters(
            pv_wh=self.pv_wh * ratio,
            charged_wh=self.charged_wh * ratio,
            discharged_wh=self.discharged_wh * ratio,
            output_wh=self.output_wh * ratio,
            home_wh=self.home_wh,
            imported_wh=self.imported_wh,
            exported_wh=self.exported_wh,
            plugs_wh=self.plugs_wh,
        )


@lru_cache(maxsize=64)
def _base_wh(home: Home, since: datetime) -> float:
    """Return the PV energy before the simulation started, which every message asks for."""
    return home.lifetime_wh(since)


def counters(home: Home, since: datetime, at: datetime) -> Counters:
    """Return the counters of a system at an instant; `since` is when the simulation started."""
    base_wh = _base_wh(home, since)
    energy = home.energy(since, max(since, at))
    return Counters(
        pv_wh=home.lifetime_wh(at),
        charged_wh=base_wh * _CHARGED_RATIO + energy.charge,
        discharged_wh=base_wh * _DISCHARGED_RATIO + energy.discharge,
        output_wh=base_wh * _OUTPUT_RATIO + energy.output,
        home_wh=base_wh * _HOME_RATIO + energy.home,
        imported_wh=base_wh * _IMPORT_RATIO + energy.grid_import,
        exported_wh=base_wh * _EXPORT_RATIO + energy.export,
        plugs_wh=tuple(base_wh * _PLUG_RATIO + plug for plug in energy.plugs),
    )
