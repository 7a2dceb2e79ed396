"""What the user can configure, and how it is read: file < environment < flags."""

from solix_exporter.config.load import default_state_dir, load_settings
from solix_exporter.config.settings import (
    AccountSettings,
    CloudSettings,
    InfluxSettings,
    LogSettings,
    ModbusSettings,
    PollSettings,
    Settings,
    SiteSettings,
    WebSettings,
)
from solix_exporter.config.show import masked_yaml

__all__ = [
    "AccountSettings",
    "CloudSettings",
    "InfluxSettings",
    "LogSettings",
    "ModbusSettings",
    "PollSettings",
    "Settings",
    "SiteSettings",
    "WebSettings",
    "default_state_dir",
    "load_settings",
    "masked_yaml",
]
