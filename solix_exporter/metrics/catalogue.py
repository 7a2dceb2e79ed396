"""All metrics of accounts, sites, devices and vehicles, in the order of `/metrics`.

Each row gives a metric's name, meaning, the cloud's field, and the function that returns the
number. A row is a promise to users: name and meaning do not change.
"""

from solix_exporter.metrics.account_rows import ACCOUNT_METRICS
from solix_exporter.metrics.battery_rows import BATTERY_LIMIT_METRICS, BATTERY_METRICS
from solix_exporter.metrics.charger_rows import CHARGER_METRICS, EV_CHARGER_METRICS
from solix_exporter.metrics.device_rows import (
    DEVICE_METRICS,
    DEVICE_SETTINGS_METRICS,
    FITTING_METRICS,
    METER_METRICS,
)
from solix_exporter.metrics.energy_rows import ENERGY_METRICS
from solix_exporter.metrics.port_rows import PACK_METRICS, PHASE_METRICS, PORT_METRICS
from solix_exporter.metrics.site_rows import SITE_METRICS
from solix_exporter.metrics.site_settings_rows import SITE_SETTINGS_METRICS
from solix_exporter.metrics.source_rows import SOURCE_METRICS
from solix_exporter.metrics.subjects import AnyMetric
from solix_exporter.metrics.vehicle_rows import VEHICLE_METRICS

CATALOGUE: tuple[AnyMetric, ...] = (
    *ACCOUNT_METRICS,
    *SITE_METRICS,
    *SITE_SETTINGS_METRICS,
    *DEVICE_METRICS,
    *SOURCE_METRICS,
    *BATTERY_METRICS,
    *PACK_METRICS,
    *PORT_METRICS,
    *METER_METRICS,
    *PHASE_METRICS,
    *EV_CHARGER_METRICS,
    *DEVICE_SETTINGS_METRICS,
    *BATTERY_LIMIT_METRICS,
    *FITTING_METRICS,
    *CHARGER_METRICS,
    *VEHICLE_METRICS,
    *ENERGY_METRICS,
)
