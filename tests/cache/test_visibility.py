"""Who sees what, account by account: always the same as if all were gathered anew."""

from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.cache import Cache
from solix_exporter.cache.visibility import Visibility, Visible
from solix_exporter.model.account import Account
from tests.moments import at

ACCOUNTS = ("first", "second", "third")
SITES = ("site-1", "site-2")
DEVICES = ("sn-1", "sn-2")
VEHICLES = ("car-1", "car-2")

SIGHTS = st.builds(
    Visible,
    sites=st.dictionaries(st.sampled_from(SITES), st.booleans()),
    in_sites=st.frozensets(st.sampled_from(DEVICES)),
    bound=st.dictionaries(st.sampled_from(DEVICES), st.booleans()),
    vehicles=st.frozensets(st.sampled_from(VEHICLES)),
)
STEPS = st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.none() | SIGHTS), max_size=12)

View = dict[str, tuple[str, ...]]


def site_view(sights: dict[str, Visible]) -> View:
    """Return the accounts by site: owners before members, else as configured."""
    return {
        site_id: tuple(
            name
            for is_member in (False, True)
            for name in ACCOUNTS
            if sights.get(name, Visible()).sites.get(site_id) is is_member
        )
        for site_id in SITES
    }


def device_view(sights: dict[str, Visible]) -> View:
    in_sites = {sn for visible in sights.values() for sn in visible.in_sites}
    return {
        sn: tuple(
            name
            for is_foreign in (False, True)
            for name in ACCOUNTS
            if sn not in in_sites and sights.get(name, Visible()).bound.get(sn) is is_foreign
        )
        for sn in DEVICES
    }


def vehicle_view(sights: dict[str, Visible]) -> View:
    return {
        vehicle: tuple(name for name in ACCOUNTS if vehicle in sights.get(name, Visible()).vehicles)
        for vehicle in VEHICLES
    }


def views(seers: Visibility) -> tuple[View, View, View]:
    return (
        {site_id: seers.of_site(site_id) for site_id in SITES},
        {sn: seers.of_device(sn) for sn in DEVICES},
        {vehicle: seers.of_vehicle(vehicle) for vehicle in VEHICLES},
    )


def concerned(name: str, visible: Visible, view: tuple[View, View, View]) -> tuple[object, ...]:
    """Return all that an account's slice depends on."""
    return (
        [view[0][site_id] for site_id in sorted(visible.sites)],
        [view[1][sn] for sn in sorted(visible.bound)],
        [view[2][vehicle] for vehicle in sorted(visible.vehicles)],
    )


@given(STEPS)
def test_steps_end_where_a_fresh_look_does(steps: list[tuple[str, Visible | None]]) -> None:
    seers, sights = Visibility(), dict[str, Visible]()
    for name in ACCOUNTS:
        seers.add(name)
    for name, visible in steps:
        before, view_before = dict(sights), views(seers)
        if visible is None:
            # It keeps its place here: a configuration that loses an account numbers the rest anew.
            affected = seers.update(name, Visible())
            sights.pop(name, None)
        else:
            affected = seers.update(name, visible)
            sights[name] = visible
        assert views(seers) == (
            site_view(sights),
            device_view(sights),
            vehicle_view(sights),
        )
        for other in set(ACCOUNTS) - {name} - affected:
            own = before.get(other, Visible())
            assert concerned(other, own, view_before) == concerned(other, own, views(seers))


@given(STEPS)
def test_nothing_is_left_of_those_that_are_gone(steps: list[tuple[str, Visible | None]]) -> None:
    seers = Visibility()
    for name in ACCOUNTS:
        seers.add(name)
    for name, visible in steps:
        seers.update(name, visible or Visible())
    for name in ACCOUNTS:
        seers.forget(name)
    assert views(seers) == views(Visibility())
    kept = (seers._sites, seers._bound, seers._in_sites, seers._vehicles)
    assert not any((*kept, seers._visible, seers._places))


def test_the_order_of_the_configuration_decides_and_not_who_was_polled_first() -> None:
    seers = Visibility()
    for name in ("first", "second"):
        seers.add(name)
    for name in ("second", "first"):
        seers.update(name, Visible({"site-1": True}))
    assert seers.of_site("site-1") == ("first", "second")


def test_a_poll_that_ends_after_its_account_was_forgotten_changes_nothing() -> None:
    cache = Cache()
    parts = cache.of("gone")
    cache.forget("gone")
    parts.account.replace(None, Account("gone", "DE", "https://cloud"))
    assert cache.snapshot(at(0)).slices == ()
