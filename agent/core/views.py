"""The core's records as the API shows them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from agent.alarms.model import Alarm
from agent.api import schema
from agent.config import Asset, Gateway, Point, Text
from agent.core.latest import Latest
from agent.data.rollup import Rollup
from agent.watch.advice import advice
from agent.watch.finding import Contribution, Kind
from hal.sample import Sample

DESK_NAMES = schema.Names(zh="前台", en="The front desk")


def names(text: Text | None, fallback: str) -> schema.Names:
    return schema.Names(zh=text.get("zh"), en=text.get("en")) if text else schema.Names(zh=fallback, en=fallback)


def number(value: float | None) -> float | None:
    """JSON has no NaN and no infinity."""
    return value if value is not None and math.isfinite(value) else None


def point_view(asset: Asset, point: Point, latest: Latest, now: float) -> schema.PointView:
    full_id = f"{asset.id}.{point.id}"
    sample = latest.get(full_id)
    return schema.PointView(
        id=full_id,
        asset=asset.id,
        name=names(point.name, point.id),
        brick=point.brick,
        unit=point.unit,
        writable=point.writable,
        value=number(sample.value) if sample else None,
        quality=sample.quality.value if sample else "none",
        reason=sample.reason if sample else "",
        time=sample.time if sample else None,
        age_s=max(0.0, now - sample.time) if sample else None,
        trend=latest.trend(full_id),
    )


def sample_view(sample: Sample) -> schema.SampleView:
    return schema.SampleView(
        time=sample.time, value=number(sample.value), quality=sample.quality.value, reason=sample.reason
    )


def rollup_view(rollup: Rollup) -> schema.SampleView:
    return schema.SampleView(
        time=rollup.start, value=number(rollup.mean), min=number(rollup.min), max=number(rollup.max), count=rollup.count
    )


def _contribution(gateway: Gateway, part: Contribution) -> schema.ContributionView:
    known = gateway.point(part.point)
    return schema.ContributionView(
        point=part.point,
        name=names(known[1].name, known[1].id) if known else names(None, part.point),
        unit=known[1].unit if known else "",
        share=part.share,
        value=number(part.value),
        expected=number(part.expected),
        against=part.against.value,
    )


def alarm_view(gateway: Gateway, assets: Mapping[str, Asset], alarm: Alarm) -> schema.AlarmView:
    asset = assets.get(alarm.asset)
    reported = Kind.REPORT in alarm.kinds
    return schema.AlarmView(
        id=alarm.id,
        cause=alarm.cause,
        asset=alarm.asset,
        asset_name=DESK_NAMES if reported else names(asset.name if asset else None, alarm.asset),
        state=alarm.state.value,
        priority=alarm.priority.name.lower(),
        active=alarm.active,
        since=alarm.since,
        changed=alarm.changed,
        kinds=[kind.value for kind in alarm.kinds],
        contributions=[_contribution(gateway, part) for part in alarm.contributions],
        score=alarm.score,
        threshold=alarm.threshold,
        count=alarm.count,
        acked_by=alarm.acked_by,
        comment=alarm.comment,
        shelved_until=alarm.shelved_until,
        check=schema.Names(zh=advice(asset, alarm, "zh"), en=advice(asset, alarm, "en")),
        note=alarm.note,
    )
