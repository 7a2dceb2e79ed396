"""THE table of endpoints: every question that can be asked of the cloud, one row each.

All of them only read. The order is the one of `request --list`.
"""

from collections.abc import Mapping

from solix_exporter.cloud.endpoints import account, chargers, devices, home_systems, sites, vehicles
from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    *sites.ROWS,
    *account.ROWS,
    *devices.ROWS,
    *vehicles.ROWS,
    *chargers.EV_CHARGER_ROWS,
    *chargers.INVERTER_ROWS,
    *chargers.CHARGER_ROWS,
    *home_systems.PANEL_ROWS,
    *home_systems.HES_ROWS,
)

BY_NAME: Mapping[str, AnyEndpoint] = {row.name: row for row in ENDPOINTS}

GENERAL: tuple[AnyEndpoint, ...] = tuple(row for row in ENDPOINTS if not row.general)
"""One row per path."""

_BY_PATH: Mapping[str, AnyEndpoint] = {row.path: row for row in GENERAL}

LOGIN_PATH = "passport/login"
"""Has no row, because it is no question: only a session sends it."""


def find(name_or_path: str) -> AnyEndpoint | None:
    """Return the row of a name or a path, with or without its leading slash."""
    return BY_NAME.get(name_or_path) or _BY_PATH.get(name_or_path.strip("/"))


def label_of(path: str) -> str:
    """Return the `endpoint` label of a path: the name of its row, `login`, or the path itself.

    Other paths without a row are those of `request --unlisted`.
    """
    if path == LOGIN_PATH:
        return "login"
    row = _BY_PATH.get(path)
    return row.label if row else path
