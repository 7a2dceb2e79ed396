"""The board "Money": what was saved and earned, what power costs now, when the system is paid."""

from grafana_foundation_sdk.models import units

from grafana.generator import palette
from grafana.generator.board import Board, Row
from grafana.generator.energy import NEEDS_RULES
from grafana.generator.fields import Properties, Tile
from grafana.generator.panels import (
    Block,
    Curve,
    column_block,
    curve_block,
    gauge_block,
    stat_block,
)
from grafana.generator.queries import (
    Query,
    by_site,
    day,
    day_total,
    increase,
    once,
    site,
    total,
)

CURRENCIES = {
    "EUR": "currencyEUR",
    "USD": "currencyUSD",
    "GBP": "currencyGBP",
    "CHF": "currencyCHF",
    "PLN": "currencyPLN",
    "CZK": "currencyCZK",
    "SEK": "currencySEK",
    "NOK": "currencyNOK",
    "DKK": "currencyDKK",
    "BGN": "currencyBGN",
    "JPY": "currencyJPY",
}
"""ISO code, as the label `currency` has it, and Grafana's unit."""

SAVINGS = "solix_site_lifetime_savings_total"
PRICE = "solix_site_electricity_price"
EVERY_CURRENCY = "Amounts of different currencies are never added."

DAY_S = 86400

_PURCHASE = (
    "purchase_price",
    "Purchase price",
    "What the system cost, in the currency of the chosen site.",
    "1500",
)
_FEED_IN = (
    "feed_in",
    "Feed-in tariff per kWh",
    "What is paid for a kWh given to the grid, in the currency of the chosen site; 0 for none.",
    "0.08",
)


def in_currency() -> dict[str, Properties]:
    """Return the units of series whose name holds a currency."""
    return {f"/\\b{code}\\b/": {"unit": unit, "decimals": 2} for code, unit in CURRENCIES.items()}


def _amount(
    title: str, about: str, expr: str, *, colour: str = palette.GOOD, since: str = ""
) -> Block:
    return stat_block(
        Tile(
            title=title,
            about=f"{about} {EVERY_CURRENCY}",
            queries=(Query(expr=expr, legend="{{currency}}", is_instant=True),),
            unit=units.Short,
            size=(4, 4),
            decimals=2,
            steps=((None, colour),),
            overrides=in_currency(),
            since=since,
        ),
        trend=False,
    )


def saved(window: str) -> str:
    """Return how much the cloud's savings grew, one sample a currency."""
    return f"sum by (currency) ({once(f'increase({site(SAVINGS)}[{window}])', 'currency')})"


def priced(energy_wh: str, price: str) -> str:
    """Return what energies of sites are worth, one sample a currency."""
    worth = f"{price} * on (site_id) group_left () {once(energy_wh)} / 1000"
    return f"sum by (currency) ({worth})"


def grown(flow: str, window: str = "$__range") -> str:
    """Return how much a counter of each site grew."""
    return f"increase({site(f'solix_site_{flow}_energy_watthours_total')}[{window}])"


def mean_price(window: str, offset: str = "") -> str:
    """Return the mean price of a kWh at each site over a time."""
    past = f" offset {offset}" if offset else ""
    return f"avg by (site_id, currency) (avg_over_time({site(PRICE)}[{window}]{past}))"


INCOME = f"$feed_in * {increase('solix_site_grid_export_energy_watthours_total')} / 1000"
COST = priced(grown("grid_import"), mean_price("$__range"))

SUMS = (
    _amount(
        "Saved in all",
        "What the system saved since it was set up, as the cloud counts it"
        f" ({SAVINGS}): energy used at the price that is set in the app.",
        f"sum by (currency) ({once(site(SAVINGS), 'currency')})",
        colour=palette.PV,
    ),
    _amount("Saved in a day", "Growth of the cloud's savings in the last 24 hours.", saved("1d")),
    _amount("Saved in 30 days", "Growth of the cloud's savings in the last 30 days.", saved("30d")),
    _amount(
        "Saved in the chosen time",
        "Growth of the cloud's savings in the time range.",
        saved("$__range"),
    ),
    stat_block(
        Tile(
            title="Feed-in income",
            about="Energy given to the grid in the time range, from its counter, times the feed-in"
            " tariff typed in above.",
            queries=(Query(expr=INCOME, is_instant=True),),
            unit=units.Short,
            size=(4, 4),
            decimals=2,
            steps=((None, palette.GRID_EXPORT),),
        ),
        trend=False,
    ),
    _amount(
        "Bought from the grid",
        "Energy from the grid in the time range times the mean price of that time; with a dynamic"
        " tariff an approximation.",
        COST,
        colour=palette.GRID_IMPORT,
    ),
)

LEFT = f"($purchase_price - {total(SAVINGS)})"

PAID = (
    gauge_block(
        Tile(
            title="Paid off",
            about="The cloud's savings since the system was set up, divided by the purchase price"
            " typed in above. Choose one site: the price is of one system.",
            queries=(Query(expr=f"{total(SAVINGS)} / $purchase_price", is_instant=True),),
            unit=units.PercentUnit,
            size=(6, 7),
            decimals=0,
            low=0,
            high=1,
            steps=((None, palette.RESERVE), (0.5, palette.NOTICE), (1, palette.GOOD)),
        )
    ),
    stat_block(
        Tile(
            title="Paid off on",
            about="When savings reach the purchase price if they go on growing as in the time"
            " range (the slope of a line through them). A range of a whole year is the fairest:"
            " in winter the date runs away.",
            queries=(
                Query(
                    expr=f"1000 * (time() + clamp_min({LEFT}, 0)"
                    f" / (sum({once(f'deriv({site(SAVINGS)}[$__range])')}) > 0))",
                    is_instant=True,
                ),
            ),
            unit="time:YYYY-MM-DD",
            size=(6, 7),
            empty="not in sight",
            steps=((None, palette.PV),),
        ),
        trend=False,
    ),
    curve_block(
        Tile(
            title="Savings over time",
            about="The cloud's savings since the system was set up, one line a site.",
            queries=(Query(expr=by_site(site(SAVINGS)), legend="{{name}} {{currency}}"),),
            unit=units.Short,
            size=(12, 7),
            decimals=2,
            overrides=in_currency(),
        ),
        Curve(calcs=("lastNotNull", "range")),
    ),
)

PRICES = (
    _amount(
        "Price now",
        f"Price of a kWh as the cloud gives it ({PRICE}); of several sites the highest.",
        f"max by (currency) ({site(PRICE)})",
        colour=palette.HOME,
    ),
    _amount(
        "Cheapest",
        "Lowest price of the time range.",
        f"min by (currency) (min_over_time({site(PRICE)}[$__range]))",
    ),
    _amount(
        "Dearest",
        "Highest price of the time range.",
        f"max by (currency) (max_over_time({site(PRICE)}[$__range]))",
        colour=palette.BAD,
    ),
    curve_block(
        Tile(
            title="Price of power",
            about="Price of a kWh at each site: fixed, by tariff times, or dynamic; and where the"
            " cloud tells them the net price at the exchange and what fed-in energy earns.",
            queries=(
                Query(expr=by_site(site(PRICE)), legend="{{name}} · {{price_type}} · {{currency}}"),
                Query(
                    expr=by_site(site("solix_site_spot_price")),
                    legend="{{name}} · exchange · {{currency}}",
                ),
                Query(
                    expr=by_site(site("solix_site_feed_in_price")),
                    legend="{{name}} · fed in · {{currency}}",
                ),
            ),
            unit=units.Short,
            size=(12, 8),
            decimals=3,
            overrides=in_currency(),
        ),
        Curve(is_stepped=True, calcs=("lastNotNull", "min", "mean", "max")),
    ),
)


def _day_worth(flow: str) -> str:
    return priced(day(f"solix_site_day_{flow}_energy_watthours"), mean_price("23h", "-24h"))


def _edge_worth(source: str) -> str:
    edge = day("solix_site_day_energy_flow_watthours", f'source="{source}"', 'sink="home"')
    return priced(edge, mean_price("23h", "-24h"))


_SAVED_IN_MONTHS = once(
    f"max_over_time({site('solix:site_savings:month')}[400d])", "month", "currency"
)
_MONTHS = "month\\currency"

DAYS = (
    curve_block(
        Tile(
            title="Not bought: worth of own energy",
            about="Energy that PV and battery gave the home on each day, times the day's mean"
            " price: what it would have cost. Computed here, not by the cloud.",
            queries=(
                Query(expr=_edge_worth("pv"), legend="from PV, {{currency}}", step="1d"),
                Query(
                    expr=_edge_worth("battery"), legend="from the battery, {{currency}}", step="1d"
                ),
            ),
            unit=units.Short,
            size=(12, 9),
            decimals=2,
            step="1d",
            overrides=in_currency()
            | {
                "/from PV/": {"color": {"mode": "fixed", "fixedColor": palette.PV}},
                "/from the battery/": {"color": {"mode": "fixed", "fixedColor": palette.BATTERY}},
            },
        ),
        Curve(is_bars=True, is_stacked=True, calcs=("sum", "mean")),
    ),
    curve_block(
        Tile(
            title="Bought and sold",
            about="Energy from the grid on each day times the day's mean price, and below zero the"
            " energy given to the grid times the feed-in tariff typed in above.",
            queries=(
                Query(expr=_day_worth("grid_import"), legend="bought, {{currency}}", step="1d"),
                Query(
                    expr=f"-$feed_in * {day_total('grid_export')} / 1000",
                    legend="sold",
                    step="1d",
                ),
            ),
            unit=units.Short,
            size=(12, 9),
            decimals=2,
            step="1d",
            overrides=in_currency()
            | {
                "/bought/": {"color": {"mode": "fixed", "fixedColor": palette.GRID_IMPORT}},
                "/sold/": {"color": {"mode": "fixed", "fixedColor": palette.GRID_EXPORT}},
            },
        ),
        Curve(is_bars=True, is_stacked=True, calcs=("sum",)),
    ),
    column_block(
        Tile(
            title="Savings by month",
            about="Growth of the cloud's savings in each calendar month of the site's clock, from"
            f" the recording rules. {EVERY_CURRENCY}",
            queries=(
                Query(
                    expr=f"sum by (month, currency) ({_SAVED_IN_MONTHS})",
                    is_instant=True,
                    is_table=True,
                ),
            ),
            unit=units.Short,
            size=(12, 8),
            decimals=2,
            empty=NEEDS_RULES,
            # One column a currency; the field of the months is called after both labels.
            transformations=(
                (
                    "groupingToMatrix",
                    {
                        "columnField": "currency",
                        "rowField": "month",
                        "valueField": "Value",
                        "emptyValue": "null",
                    },
                ),
                ("sortBy", {"sort": [{"field": _MONTHS}]}),
            ),
            overrides=in_currency(),
        ),
        _MONTHS,
    ),
)

MONEY = Board(
    slug="money",
    title="Solix / Money",
    about="Savings, income and cost, the price of power, and when the system has paid for itself.",
    rows=(
        Row("Sums", SUMS),
        Row("Paid off", PAID),
        Row("Price", PRICES),
        Row("Days and months", DAYS),
    ),
    texts=(_PURCHASE, _FEED_IN),
    since="now-30d",
    refresh="5m",
)
