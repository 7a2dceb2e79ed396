"""The exporter's own state as the page shows it."""

from collections.abc import Sequence
from datetime import datetime

from solix_exporter.advice import NO_SITES, advice_for
from solix_exporter.model.account import Account
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.jobs import PollJob
from solix_exporter.poll.scheduler import PollScheduler
from solix_exporter.web import AccountLine, PollLine


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
