"""The shapes of panels in the house look: what is equal on all boards stands here once."""

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import (
    barchart,
    common,
    gauge,
    heatmap,
    piechart,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import (
    BarAlignment,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphDrawStyle,
    GraphGradientMode,
    HeatmapCalculationMode,
    LegendDisplayMode,
    LegendPlacement,
    LineInterpolation,
    SortOrder,
    StackingMode,
    TableCellHeight,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, FieldColorModeId, Panel
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.piechart import (
    PieChartLabels,
    PieChartLegendValues,
    PieChartType,
)
from grafana_foundation_sdk.models.units import PercentUnit

from grafana.generator.fields import Tile, field_config


@dataclass(frozen=True, slots=True)
class Block:
    """A panel that still lacks its place and its queries, which the board gives it."""

    panel: Panel
    tile: Tile


def stat_block(tile: Tile, *, trend: bool = True, names: bool = False) -> Block:
    """Return big numbers, with a small curve behind them unless `trend` is off."""
    builder = (
        stat.Panel()
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA if trend else BigValueGraphMode.NONE)
        .text_mode(BigValueTextMode.VALUE_AND_NAME if names else BigValueTextMode.VALUE)
        .reduce_options(_newest())
    )
    return _block(builder, tile, FieldColorModeId.THRESHOLDS)


def gauge_block(tile: Tile) -> Block:
    """Return a dial."""
    builder = gauge.Panel().reduce_options(_newest()).show_threshold_markers(True)  # noqa: FBT003
    return _block(builder, tile, FieldColorModeId.THRESHOLDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How lines are drawn."""

    is_stacked: bool = False
    is_bars: bool = False
    fill: int = 12
    """Opacity of the area, percent."""
    is_stepped: bool = False
    calcs: tuple[str, ...] = ()
    """What the legend says beside each name."""


def curve_block(tile: Tile, curve: Curve = Curve()) -> Block:
    """Return lines or bars over time."""
    builder = (
        timeseries.Panel()
        .legend(_legend(curve.calcs))
        .tooltip(_tooltip())
        .draw_style(GraphDrawStyle.BARS if curve.is_bars else GraphDrawStyle.LINE)
        .line_width(1 if curve.is_bars else 2)
        .line_interpolation(_interpolation(curve))
        .fill_opacity(75 if curve.is_bars else curve.fill)
        .gradient_mode(GraphGradientMode.NONE if curve.is_bars else GraphGradientMode.OPACITY)
        .show_points(VisibilityMode.NEVER)
        .bar_width_factor(0.85)
    )
    if curve.is_bars:
        # A point is the start of its day, month or year.
        builder = builder.bar_alignment(BarAlignment.AFTER)
    if curve.is_stacked:
        builder = builder.stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
    return _block(builder, tile, FieldColorModeId.PALETTE_CLASSIC)


def pie_block(tile: Tile) -> Block:
    """Return a ring of shares."""
    builder = (
        piechart.Panel()
        .pie_type(PieChartType.DONUT)
        .display_labels([PieChartLabels.PERCENT])
        .tooltip(_tooltip())
        .reduce_options(_newest())
        .legend(
            piechart.PieChartLegendOptions()
            .display_mode(LegendDisplayMode.TABLE)
            .placement(LegendPlacement.RIGHT)
            .show_legend(True)  # noqa: FBT003  the library's way
            .values([PieChartLegendValues.VALUE, PieChartLegendValues.PERCENT])
        )
    )
    return _block(builder, tile, FieldColorModeId.PALETTE_CLASSIC)


def column_block(tile: Tile, x_field: str) -> Block:
    """Return bars side by side over the values of a field."""
    builder = (
        barchart.Panel()
        .x_field(x_field)
        .show_value(VisibilityMode.NEVER)
        .legend(_legend(()))
        .tooltip(_tooltip())
        .bar_width(0.8)
        .group_width(0.75)
        .fill_opacity(75)
        .x_tick_label_spacing(60)
    )
    return _block(builder, tile, FieldColorModeId.PALETTE_CLASSIC)


def heat_block(tile: Tile, bucket: float) -> Block:
    """Return how often a value lay where, one column a day; `bucket` is the height of a cell."""
    buckets = (
        common.HeatmapCalculationOptions()
        .x_buckets(
            common.HeatmapCalculationBucketConfig().mode(HeatmapCalculationMode.SIZE).value("1d")
        )
        .y_buckets(
            common.HeatmapCalculationBucketConfig()
            .mode(HeatmapCalculationMode.SIZE)
            .value(f"{bucket:g}")
        )
    )
    builder = (
        heatmap.Panel()
        .calculate(True)  # noqa: FBT003  the library's way
        .calculation(buckets)
        .color(
            heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Greens").steps(32)
        )
        .y_axis(heatmap.YAxisConfig().unit(PercentUnit).min(0).max(1))
        .cell_gap(1)
        .show_legend()
    )
    return _block(builder, tile, FieldColorModeId.PALETTE_CLASSIC)


def timeline_block(tile: Tile) -> Block:
    """Return states over time, one line a series."""
    builder = (
        statetimeline.Panel()
        .merge_values(True)  # noqa: FBT003  the library's way
        .show_value(VisibilityMode.AUTO)
        .row_height(0.8)
        .fill_opacity(80)
        .legend(_legend(()))
        .tooltip(_tooltip())
    )
    return _block(builder, tile, FieldColorModeId.THRESHOLDS)


def table_block(tile: Tile, sort_by: tuple[str, bool] | None = None) -> Block:
    """Return a table; `sort_by` is a column and whether the highest comes first."""
    builder = table.Panel().show_header(True).cell_height(TableCellHeight.SM)  # noqa: FBT003
    if sort_by:
        name, is_descending = sort_by
        builder = builder.sort_by(
            [common.TableSortByFieldState().display_name(name).desc(is_descending)]
        )
    return _block(builder, tile, FieldColorModeId.THRESHOLDS)


def _interpolation(curve: Curve) -> LineInterpolation:
    return LineInterpolation.STEP_AFTER if curve.is_stepped else LineInterpolation.LINEAR


def _newest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


def _legend(calcs: Sequence[str]) -> common.VizLegendOptions:
    mode = LegendDisplayMode.TABLE if calcs else LegendDisplayMode.LIST
    legend = common.VizLegendOptions().show_legend(True).display_mode(mode)  # noqa: FBT003
    return legend.placement(LegendPlacement.BOTTOM).calcs(list(calcs))


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)


def _block(builder: Builder[Panel], tile: Tile, colour: FieldColorModeId) -> Block:
    panel = builder.build()
    panel.title, panel.description = tile.title, tile.about
    panel.transformations = [
        DataTransformerConfig(id_val=name, options=options)
        for name, options in tile.transformations
    ]
    panel.interval = tile.step or None
    panel.time_from = tile.since or None
    shape = panel.field_config.defaults.custom if panel.field_config else None
    panel.field_config = field_config(tile, colour, shape)
    return Block(panel, tile)
