"""The whole examination: the set-up, each account from its server's name to its data, InfluxDB."""

from contextlib import AsyncExitStack

from solix_exporter.app.accounts import Mode
from solix_exporter.app.assembly import LEDGER_FILE
from solix_exporter.app.connections import server_for
from solix_exporter.app.exporter import Exporter
from solix_exporter.app.startup_checks import check_state_dir
from solix_exporter.clock import Clock
from solix_exporter.config import AccountSettings, Settings
from solix_exporter.diagnosis.account import examine_account
from solix_exporter.diagnosis.could_be_local import could_be_local
from solix_exporter.diagnosis.examined_account import ExaminedAccount
from solix_exporter.diagnosis.influx import examine_influx
from solix_exporter.diagnosis.messages import examine_messages
from solix_exporter.diagnosis.network import examine_network
from solix_exporter.diagnosis.other_region import examine_other_region
from solix_exporter.diagnosis.plan import examine_plan
from solix_exporter.diagnosis.report import (
    CONFIGURATION,
    DATA,
    LEDGER,
    LOGIN,
    SITES,
    STATE,
    Finding,
    Mark,
    Report,
    Section,
    has_failed,
    skipped,
)
from solix_exporter.errors import ConfigError, LedgerError
from solix_exporter.ledger import inspect, is_running

_MEND_LEDGER = (
    "Put a copy of yours in its place. Or start the exporter twice: the first start sets the file"
    " aside unchanged, the second begins a new ledger, and `solix-exporter backfill` fills it."
)


def unusable(error: ConfigError) -> Report:
    """Return the report on settings that cannot be read at all."""
    finding = Finding(CONFIGURATION, Mark.FAILED, str(error))
    return Report((Section("Settings", (finding,)),))


async def examine(settings: Settings, clock: Clock, *, other_region: bool = False) -> Report:
    """Return what was found; asks each account's cloud once for what a first poll asks."""
    set_up, exporter = _set_up(settings, clock)
    async with AsyncExitStack() as stack:
        if exporter is not None:
            await stack.enter_async_context(exporter.connected())
        examination = _Examination(settings, clock, exporter, is_abroad_too=other_region)
        return await examination.report(set_up)


class _Examination:
    """The accounts under examination, with the exporter that would poll them."""

    def __init__(
        self, settings: Settings, clock: Clock, exporter: Exporter | None, *, is_abroad_too: bool
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._exporter = exporter
        self._is_abroad_too = is_abroad_too

    async def report(self, set_up: tuple[Finding, ...]) -> Report:
        """Return what was found, section by section."""
        sections = [Section("Settings", set_up)]
        for account in self._settings.accounts:
            title = f"Account {account.name}, {account.country}"
            sections.append(Section(title, await self._account(account), account.name))
        sections += await self._local_devices()
        sections += self._messages()
        demand = examine_plan(self._exporter.budget.demand()) if self._exporter else ()
        if demand and any(_has_sites(section) for section in sections):
            sections.append(Section("Requests", demand))
        if self._settings.influxdb is not None:
            sections.append(Section("InfluxDB", (await examine_influx(self._settings.influxdb),)))
        return Report(tuple(sections))

    async def _account(self, account: AccountSettings) -> tuple[Finding, ...]:
        server, timeout_s = server_for(self._settings, account), self._settings.cloud.timeout_s
        network = await examine_network(server, self._clock, timeout_s)
        if any(finding.mark is Mark.SKIPPED for finding in network) or self._exporter is None:
            reason = (
                "the settings have to be right first"
                if self._exporter is None
                else ("the server cannot be reached")
            )
            return (*network, *skipped((LOGIN, SITES, DATA), reason))
        examined = self._examined(account, self._exporter)
        findings = (*network, *await examine_account(examined))
        if self._is_abroad_too and not has_failed([f for f in findings if f.step == LOGIN]):
            return (*findings, await examine_other_region(examined))
        return findings

    async def _local_devices(self) -> list[Section]:
        """Return a section per configured device, and one on those that could be."""
        sections, sns = [], []
        for row in self._settings.modbus:
            # The protocol's library is needed for them alone.
            from solix_exporter.diagnosis.local import examine_local  # noqa: PLC0415

            path = self._settings.state_dir / LEDGER_FILE
            is_polled = path.exists() and is_running(path)
            findings, sn = await examine_local(row, self._clock, is_running=is_polled)
            sections.append(Section(f"Local device {row.target}", findings))
            sns.append(sn)
        devices = self._exporter.snapshot().devices if self._exporter else ()
        if could := tuple(could_be_local(devices, sns)):
            sections.append(Section("Local network", could))
        return sections

    def _messages(self) -> list[Section]:
        """Return a section on what the messages of devices give."""
        devices = self._exporter.snapshot().devices if self._exporter else ()
        found = tuple(examine_messages(devices, self._settings))
        return [Section("Messages of devices", found)] if found else []

    def _examined(self, account: AccountSettings, exporter: Exporter) -> ExaminedAccount:
        return ExaminedAccount(
            exporter.accounts[account.name].polled, exporter, self._settings, self._clock
        )


def _set_up(settings: Settings, clock: Clock) -> tuple[tuple[Finding, ...], Exporter | None]:
    """Return what can be told without asking anybody, and the exporter where it can be made."""
    found = [_accounts(settings)]
    found += [Finding(CONFIGURATION, Mark.NOTE, text) for text in settings.warnings]
    found.append(_state(settings))
    if not has_failed(found):
        found.append(_ledger(settings))
    if has_failed(found):
        return tuple(found), None
    try:
        return tuple(found), Exporter(settings, clock, mode=Mode.EXAMINING)
    except ConfigError as error:
        found.append(Finding(CONFIGURATION, Mark.FAILED, str(error)))
    return tuple(found), None


def _accounts(settings: Settings) -> Finding:
    local = len(settings.modbus)
    names = ", ".join(account.name for account in settings.accounts)
    count = len(settings.accounts)
    text = f"{count} account{'' if count == 1 else 's'}: {names}" if names else "no account"
    if local:
        text += f", {local} local device{'' if local == 1 else 's'}"
    if settings.shard.count > 1:
        text += f" (shard {settings.shard.index} of {settings.shard.count})"
    return Finding(CONFIGURATION, Mark.OK, text)


def _state(settings: Settings) -> Finding:
    try:
        check_state_dir(settings.state_dir)
    except ConfigError as error:
        return Finding(STATE, Mark.FAILED, str(error))
    return Finding(STATE, Mark.OK, f"state directory {settings.state_dir} can be written")


def _ledger(settings: Settings) -> Finding:
    path = settings.state_dir / LEDGER_FILE
    if not path.exists():
        return Finding(LEDGER, Mark.OK, "there is no ledger yet; it begins with the first poll")
    try:
        days = inspect(path)
        owner = "; an exporter is running on it" if is_running(path) else ""
    except LedgerError as error:
        return Finding(LEDGER, Mark.FAILED, str(error), _MEND_LEDGER)
    return Finding(LEDGER, Mark.OK, f"the ledger is healthy and holds {days} days of sites{owner}")


def _has_sites(section: Section) -> bool:
    return any(f.step == SITES and f.mark in {Mark.OK, Mark.NOTE} for f in section.findings)
