"""Sun and clouds: the available power of a PV input at each step of a UTC day."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, exp, pi, radians, sin

from solix_exporter.sim.noise import derived, series, uniform
from solix_exporter.sim.plant import Location, PvString

STEP_S = 300
STEPS = 86400 // STEP_S
_STEPS_PER_HOUR = 3600 // STEP_S
_SYSTEM_RATIO = 0.9
"""Share of the nameplate power that a PV input delivers in full sun."""
_DULLEST = 0.08
_BRIGHTEST = 0.98
YEAR_DAYS = 365.25
_EPOCH_TO_J2000_DAYS = 10957.5


@dataclass(frozen=True, slots=True)
class _SunPath:
    """The sun's direction as a function of its hour angle, for one day at one place."""

    sin_declination: float
    cos_declination: float
    noon_s: float
    """Solar noon in seconds after 00:00 UTC."""


def _sun_path(place: Location, day: int) -> _SunPath:
    centuries_days = day + 0.5 - _EPOCH_TO_J2000_DAYS
    anomaly = radians(357.529 + 0.98560028 * centuries_days)
    mean_longitude = 280.459 + 0.98564736 * centuries_days
    longitude = radians(mean_longitude + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
    sin_declination = sin(radians(23.439)) * sin(longitude)
    equation_deg = -1.915 * sin(anomaly) + 2.466 * sin(2 * longitude)
    return _SunPath(
        sin_declination=sin_declination,
        cos_declination=(1 - sin_declination**2) ** 0.5,
        noon_s=43200 - (place.longitude_deg + equation_deg) * 240,
    )


@dataclass(frozen=True, slots=True)
class _Face:
    """A panel's irradiance: constant, cosine and sine of the hour angle."""

    constant: float
    cosine: float
    sine: float


def _face(string: PvString, place: Location, path: _SunPath) -> _Face:
    latitude, tilt = radians(place.latitude_deg), radians(string.tilt_deg)
    azimuth = radians(string.azimuth_deg)
    east, north, up = sin(tilt) * sin(azimuth), sin(tilt) * cos(azimuth), cos(tilt)
    return _Face(
        constant=path.sin_declination * (north * cos(latitude) + up * sin(latitude)),
        cosine=path.cos_declination * (up * cos(latitude) - north * sin(latitude)),
        sine=-path.cos_declination * east,
    )


@lru_cache(maxsize=64)
def clear_power(
    strings: tuple[PvString, ...], place: Location, day: int
) -> tuple[tuple[float, ...], ...]:
    """Return each string's power in W at the middle of each step, under a clear sky."""
    path = _sun_path(place, day)
    faces = [(string.peak_w * _SYSTEM_RATIO, _face(string, place, path)) for string in strings]
    horizon = _face(PvString(peak_w=1, tilt_deg=0.0), place, path)
    rows: list[list[float]] = [[0.0] * STEPS for _ in strings]
    for step in range(STEPS):
        angle = 2 * pi * (step * STEP_S + STEP_S / 2 - path.noon_s) / 86400
        cosine, sine = cos(angle), sin(angle)
        height = horizon.constant + horizon.cosine * cosine
        if height <= 0.0:
            continue
        beam = 1.05 * exp(-0.12 / (height + 0.03))
        for row, (peak_w, face) in zip(rows, faces, strict=True):
            facing = face.constant + face.cosine * cosine + face.sine * sine
            row[step] = peak_w * (beam * max(0.0, facing) + 0.12 * height**0.5)
    return tuple(map(tuple, rows))


def clearness(seed: int, day: int) -> float:
    """Return the mean share of the clear-sky power that passes the clouds of a day.

    Neighbouring days are alike, and winters (all homes are in the north) are cloudier.
    """
    stream = derived(seed, "clearness")
    own, neighbour = uniform(stream, day), uniform(stream, day // 3)
    season = 0.75 - 0.25 * cos(2 * pi * (day % YEAR_DAYS) / YEAR_DAYS)
    return _DULLEST + (_BRIGHTEST - _DULLEST) * (0.65 * own + 0.35 * neighbour) * season


def cloud_factors(seed: int, day: int) -> list[float]:
    """Return the share of the clear-sky power that passes the clouds at each step of a day."""
    mean = clearness(seed, day)
    swing = 1.6 * min(mean - 0.02, 1.0 - mean)
    slow = derived(seed, "clouds")
    flicker = series(derived(seed, "flicker"), day, STEPS)
    first = day * 24
    hourly = [uniform(slow, first + hour) for hour in range(25)]
    factors = []
    for step in range(STEPS):
        hour, part = divmod(step, _STEPS_PER_HOUR)
        share = part / _STEPS_PER_HOUR
        drift = hourly[hour] * (1 - share) + hourly[hour + 1] * share
        factors.append(mean + swing * (0.7 * drift + 0.3 * flicker[step] - 0.5))
    return factors
