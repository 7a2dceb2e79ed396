"""Starts and stops the polls of accounts, with their share of the budget and their counters."""

from dataclasses import dataclass

from solix_exporter.app.accounts import Account
from solix_exporter.cloud.budget import Budget
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.outages import Outages
from solix_exporter.poll.scheduler import PollScheduler


@dataclass(frozen=True, slots=True)
class PollRunner:
    """Runs the polls of accounts while the exporter lives."""

    scheduler: PollScheduler
    budget: Budget
    own: OwnMetrics
    outages: Outages

    def start(self, account: Account) -> None:
        """Run an account's polls from now on."""
        self._expect(account)
        for name, job in account.polls.items():
            self.scheduler.add(job, after=account.after.get(name))

    def stop(self, account: Account, *, is_forgotten: bool) -> None:
        """Stop an account's polls; `is_forgotten` also removes its counters from the metrics."""
        for job in account.polls.values():
            self.scheduler.remove(job)
            self.budget.withdraw(job.key)
        # After a change of the account, a problem that goes on is worth a new warning.
        self.outages.forget(f"account {account.name}")
        if is_forgotten:
            self.own.forget_account(account.name, account.polls)

    def forget_polls(self, before: Account, now: Account) -> None:
        """Remove the counters of polls that the changed account no longer has."""
        self.own.forget_polls(before.name, before.polls.keys() - now.polls.keys())

    def _expect(self, account: Account) -> None:
        """Start an account's counters at 0, so that the first event of each is an increase."""
        self.own.expect_account(account.name)
        for job in account.polls.values():
            if job.is_needed():
                self.own.expect_poll(job.account, job.poll, job.interval_s())
