"""A cloud that answers for single days with the numbers of a capture.

The files hold ranges of two days. A day's own values are cut out of the trends; the totals of a
day are given by the test, worked out by hand where the capture tells them.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from solix_exporter.cloud.decode import decode
from solix_exporter.cloud.endpoints.endpoint import Endpoint, Json
from solix_exporter.cloud.replay import Replay
from solix_exporter.errors import RequestRejected
from solix_exporter.model.events import SilentObserver

T = TypeVar("T")

Totals = Mapping[tuple[str, str], Mapping[str, Any]]
"""By kind and day: fields of the answer."""


class CapturedDays(Replay):
    """Replays a folder; its energy files day by day."""

    def __init__(self, folder: Path, days: tuple[str, ...], totals: Totals) -> None:
        super().__init__(folder, SilentObserver())
        self._files = folder
        self._days = days
        self._totals = totals
        self.asked: list[str] = []

    async def fetch(self, endpoint: Endpoint[T], **body: Json) -> T:
        first = body.get("start_time") or body.get("start")
        if not isinstance(first, str):
            return await super().fetch(endpoint, **body)
        names = list(endpoint.capture_names(endpoint.body_with(body)))
        file = self._files / f"{names[-1]}.json"
        if not file.is_file():
            raise RequestRejected(f"no {file.name}", endpoint=endpoint.path)
        kind = str(endpoint.body.get("device_type") or endpoint.body.get("sourceType"))
        self.asked.append(f"{kind} {first}")
        envelope = json.loads(file.read_text())
        if envelope["data"] is not None:
            envelope["data"] = self._day(envelope["data"], kind, first)
        return decode(endpoint, json.dumps(envelope).encode(), SilentObserver())

    def _day(self, data: dict[str, Any], kind: str, day: str) -> dict[str, Any]:
        cut = dict(data)
        for name, value in data.items():
            if name.endswith(("_total", "Energy", "_pre")):
                cut[name] = ""
            elif name in {"power", "charge_trend"} and value:
                cut[name] = [point for point in value if point["time"] == day]
            elif name == "energy" and value:
                place = self._days.index(day) if day in self._days else None
                cut[name] = [] if place is None else [value[place]]
            elif name in {"aggregates", "smart_plug_info"}:
                cut[name] = None
        return cut | dict(self._totals.get((kind, day), {}))


def days_of(*days: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in days)
