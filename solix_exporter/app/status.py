"""The exporter's own state as the page shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from solix_exporter.advice import NO_SITES, advice_for, local_advice
from solix_exporter.model.account import Account
from solix_exporter.model.products import product_of
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.jobs import PollJob
from solix_exporter.poll.scheduler import PollScheduler
from solix_exporter.web import AccountLine, PollLine

if TYPE_CHECKING:
    from solix_exporter.poll.modbus import LocalPoll


def poll_lines(jobs: Sequence[PollJob], scheduler: PollScheduler) -> tuple[PollLine, ...]:
    """Return a line per poll."""
    return tuple(
        PollLine(
            account=job.account,
            poll=job.poll,
            interval_s=job.interval_s(),
            last_success_at=job.last_success_at,
            next_run_in_s=scheduler.next_run_in_s(job),
            is_failing=job.last_error is not None,
        )
        for job in jobs
        if job.is_needed() and not job.is_needless
    )


def local_lines(polls: Iterable["LocalPoll"], now: datetime) -> tuple[AccountLine, ...]:
    """Return a line per local device."""
    return tuple(_local_line(poll, now) for poll in polls)


def _local_line(poll: "LocalPoll", now: datetime) -> AccountLine:
    if not poll.has_run:
        return AccountLine(poll.target, None, "The first poll is on its way.")
    if poll.last_error is not None:
        advice = local_advice(poll.last_error, is_held=poll.device.is_held_by_another)
        return AccountLine(poll.target, is_up=False, state=advice.state, advice=advice.todo)
    identity, at = poll.device.identity, poll.last_success_at
    if identity is None or at is None:
        return AccountLine(poll.target, None, "The first poll is on its way.")
    name = product_of(identity.part_number).name
    age_s = max(0.0, (now - at).total_seconds())
    text = f"{name}, read {age_s:.0f} s ago, every {poll.device.target.interval_s:g} s."
    if not identity.registers.is_tried:
        text += " Read after the document, not tried on a device."
    return AccountLine(poll.target, is_up=True, state=text)


def with_messages(line: AccountLine, state: str, todo: str) -> AccountLine:
    """Return the line of an account that is up with how it stands with the message broker."""
    if not line.is_up or not state:
        return line
    advice = " ".join(filter(None, (line.advice, todo)))
    return replace(line, state=f"{line.state} {state}", advice=advice)


class SeenAccounts:
    """The accounts of a snapshot, for their lines on the page."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._accounts = {account.name: account for account in snapshot.accounts}
        self._with_devices = {device.account for device in snapshot.devices}

    def line(self, job: PollJob, sites: int) -> AccountLine:
        """Return the line of an account; its sites poll decides whether it is up.

        `sites` is the number of its sites, including those shown under another account.
        """
        name = job.account
        account = self._accounts.get(name)
        if not job.has_run:
            return AccountLine(name, None, "The first poll is on its way.")
        if account is None or not account.is_up:
            blocked_until = account.login_blocked_until if account else None
            advice = advice_for(job.last_error, blocked_until)
            return AccountLine(name, is_up=False, state=advice.state, advice=advice.todo)
        if not sites and name not in self._with_devices:
            return AccountLine(name, is_up=True, state=NO_SITES.state, advice=NO_SITES.todo)
        return AccountLine(name, is_up=True, state=_well(account, sites, job.last_success_at))


def _well(account: Account, sites: int, at: datetime | None) -> str:
    shown = f"{sites} system{'' if sites == 1 else 's'}"
    polled = f", last polled {at:%H:%M:%S} UTC" if at else ""
    token = account.token_expires_at
    login = f" The login is good until {token:%Y-%m-%d %H:%M} UTC." if token else ""
    return f"{shown}{polled}.{login}"
