"""The devices of the local network: built from the settings, polled beside the accounts.

The protocol's library is imported only if a device is configured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from solix_exporter.clock import Clock
from solix_exporter.config import ModbusSettings, Settings
from solix_exporter.metrics.modbus_metrics import ModbusMetrics
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.outages import Outages
from solix_exporter.poll.device_reports import DeviceReports
from solix_exporter.poll.scheduler import PollScheduler

if TYPE_CHECKING:
    from solix_exporter.modbus.scales import ScaleBook
    from solix_exporter.poll.modbus import LocalPoll

SCALES_FILE = "modbus-scales.json"
"""Below the state directory."""


@dataclass(frozen=True, slots=True)
class LocalChanges:
    """What a reload changes; names of targets, in the order of the configuration."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @classmethod
    def between(cls, before: Settings, now: Settings) -> "LocalChanges":
        """Return the changes of the local devices."""
        old = {row.target: row for row in before.modbus}
        new = {row.target: row for row in now.modbus}
        return cls(
            added=tuple(name for name in new if name not in old),
            changed=tuple(name for name in new if name in old and old[name] != new[name]),
            removed=tuple(name for name in old if name not in new),
        )

    def __str__(self) -> str:
        words = (("added", self.added), ("changed", self.changed), ("removed", self.removed))
        parts = [f"{word} {', '.join(names)}" for word, names in words if names]
        return f" Local devices: {'; '.join(parts)}." if parts else ""


NO_CHANGES = LocalChanges()


@dataclass(frozen=True, slots=True)
class LocalParts:
    """What the local devices are built from."""

    clock: Clock
    own: OwnMetrics
    reports: DeviceReports
    outages: Outages
    scales_file: Path | None
    """Where proven scales are kept; None keeps them in memory."""


class LocalDevices:
    """The configured devices with their polls."""

    def __init__(self, parts: LocalParts) -> None:
        """Begin without any."""
        self._parts = parts
        self._metrics: ModbusMetrics | None = None
        self._scales: ScaleBook | None = None
        self.polls: Mapping[str, LocalPoll] = {}
        """By target, in the order of the configuration."""

    def configure(self, settings: Settings) -> None:
        """Build the polls of all configured devices."""
        self.polls = {row.target: self._poll(row) for row in settings.modbus}

    def start(self, scheduler: PollScheduler) -> None:
        """Run all polls from now on."""
        for poll in self.polls.values():
            scheduler.add(poll)

    def reload(self, settings: Settings, changes: LocalChanges, scheduler: PollScheduler) -> None:
        """Apply changed settings; unchanged devices go on undisturbed."""
        kept = dict(self.polls)
        # A changed device answers again in a moment; until then its readings stand.
        gone = {_serial(kept[name]) for name in changes.removed}
        for name in (*changes.changed, *changes.removed):
            poll = kept.pop(name)
            scheduler.remove(poll)
            poll.device.close()
            self._parts.outages.forget(poll.problem)
            if self._metrics is not None:
                self._metrics.forget_target(name)
        rows = {row.target: row for row in settings.modbus}
        built = {name: self._poll(rows[name]) for name in (*changes.added, *changes.changed)}
        self.polls = {name: built.get(name) or kept[name] for name in rows}
        for poll in built.values():
            scheduler.add(poll)
        for sn in gone - {_serial(poll) for poll in self.polls.values()}:
            self._parts.reports.forget(sn, Source.MODBUS)

    def close(self) -> None:
        """Close all connections."""
        for poll in self.polls.values():
            poll.device.close()

    def _poll(self, row: ModbusSettings) -> "LocalPoll":
        # See the module.
        from solix_exporter.modbus.device import LocalDevice, LocalTools, Target  # noqa: PLC0415
        from solix_exporter.modbus.scales import ScaleBook  # noqa: PLC0415
        from solix_exporter.poll.modbus import LocalPoll, LocalPollTools  # noqa: PLC0415

        parts = self._parts
        if self._metrics is None:
            self._metrics = ModbusMetrics(parts.own)
        if self._scales is None:
            self._scales = ScaleBook(parts.scales_file)
        self._metrics.expect_target(row.target, row.interval_s)
        host, port = row.address
        device = LocalDevice(
            Target(row.target, host, port, row.interval_s),
            LocalTools(parts.clock, self._metrics, self._scales),
        )
        deliver = self._deliver(row.site or "")
        return LocalPoll(device, LocalPollTools(parts.clock, self._metrics, parts.outages, deliver))

    def _deliver(self, site: str) -> Callable[[DeviceReport], None]:
        def deliver(report: DeviceReport) -> None:
            self._parts.reports.accept(replace(report, site=site) if site else report)

        return deliver


def _serial(poll: "LocalPoll") -> str:
    """Return the serial number of the device that answers, "" before one did."""
    identity = poll.device.identity
    return identity.sn if identity else ""
