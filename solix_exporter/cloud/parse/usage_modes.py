"""The cloud's codes for what decides the output of solarbanks."""

from solix_exporter.model.usage import UsageMode

USAGE_MODES: dict[int, UsageMode] = {
    1: UsageMode.SMARTMETER,
    2: UsageMode.SMARTPLUGS,
    3: UsageMode.MANUAL,
    4: UsageMode.BACKUP,
    5: UsageMode.USE_TIME,
    7: UsageMode.SMART,
    8: UsageMode.TIME_SLOT,
}
"""`scene_mode` of a scene, `mode_type` of a schedule; 0 and others are unknown."""
