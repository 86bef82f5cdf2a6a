"""What goes over the local API, both ways."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Given(BaseModel):
    """What a client sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Shown(BaseModel):
    """What a service answers. Times are Unix seconds, UTC."""

    model_config = ConfigDict(frozen=True)


class ErrorText(Shown):
    message: str
    remedy: str = ""


class Error(Shown):
    error: ErrorText


class Names(Shown):
    """A text in both languages."""

    zh: str
    en: str


class SlaveView(Shown):
    slave: int
    healthy: bool
    backoff_s: float
    requests: int
    errors: int
    last_error: str


class BusView(Shown):
    name: str
    port: str
    connected: bool
    slaves: list[SlaveView]


class TroubleView(Shown):
    part: str
    message: str
    remedy: str
    since: float


class HistoryView(Shown):
    bytes: int
    max_bytes: int
    set_aside: str | None
    """Where a corrupted database was kept."""
    dropped: int
    """Samples lost because they could not be written in time."""


class IntakeView(Shown):
    waiting: int
    dropped: int
    taken: int


class AlarmCounts(Shown):
    active: int
    unacknowledged: int
    shelved: int
    suppressed: int


class Health(Shown):
    """of the core. ok: nothing in `troubles`."""

    service: Literal["core"] = "core"
    ok: bool
    version: str
    pid: int
    site: Names
    started: float
    now: float
    rss_mb: float
    points: int
    buses: list[BusView]
    intake: IntakeView
    history: HistoryView
    alarms: AlarmCounts
    troubles: list[TroubleView]


class PointView(Shown):
    id: str
    asset: str
    name: Names
    brick: str
    unit: str
    writable: bool
    value: float | None
    quality: Literal["good", "uncertain", "bad", "none"]
    """`none` before the first sample."""
    reason: str
    time: float | None
    age_s: float | None
    trend: Literal["up", "down", "steady"]


class Points(Shown):
    now: float
    points: list[PointView]


class BaselineView(Shown):
    """What the detector knows of one operating mode."""

    mode: str
    state: str
    rows: int
    wanted: int


class AssetView(Shown):
    """score: of the learned detector, 1 is the alarm threshold; None without a detector or before it has learned."""

    id: str
    name: Names
    brick: str
    location: str
    score: float | None
    baselines: list[BaselineView]


class Assets(Shown):
    assets: list[AssetView]


class SamplesQuery(Given):
    point: str = Field(max_length=100)
    start: float = 0.0
    end: float = 4e9
    limit: int = Field(default=10_000, ge=1, le=100_000)
    resolution: Literal["raw", "minute", "hour", "auto"] = "raw"


class SampleView(Shown):
    """A sample, or (mean, min, max, count given) a rollup that begins at `time`."""

    time: float
    value: float | None
    quality: str = "good"
    reason: str = ""
    min: float | None = None
    max: float | None = None
    count: int | None = None


class Samples(Shown):
    point: str
    unit: str
    resolution: Literal["raw", "minute", "hour"]
    samples: list[SampleView]


class AlarmsQuery(Given):
    state: str | None = Field(default=None, max_length=200)
    """States, parted by commas; without it all that are not normal."""


class ContributionView(Shown):
    point: str
    name: Names
    unit: str
    share: float
    value: float | None
    expected: float | None
    against: Literal["normal", "limit", "before", "last", "itself"]
    """What `expected` is: the learned value, the limit, the value a second before, the last one, the value itself."""


class AlarmView(Shown):
    id: int
    cause: str
    asset: str
    asset_name: Names
    state: str
    priority: Literal["critical", "high", "medium", "low"]
    active: bool
    since: float
    changed: float
    kinds: list[str]
    contributions: list[ContributionView]
    score: float
    threshold: float
    count: int
    acked_by: str
    comment: str
    shelved_until: float | None
    check: Names
    """What to look at, in both languages."""
    note: str = ""
    """What residents said, a line each, the newest first."""


class AlarmList(Shown):
    now: float
    alarms: list[AlarmView]


class JournalQuery(Given):
    since: int = Field(default=0, ge=0)
    alarm: int | None = None
    limit: int = Field(default=1000, ge=1, le=10_000)


class JournalView(Shown):
    seq: int
    time: float
    alarm_id: int
    from_state: str
    to_state: str
    by: str
    comment: str
    note: str = ""
    """What residents had said."""


class Journal(Shown):
    entries: list[JournalView]


class Ack(Given):
    by: str = Field(min_length=1, max_length=64)
    comment: str = Field(default="", max_length=500)


class Shelve(Given):
    by: str = Field(min_length=1, max_length=64)
    minutes: float = Field(gt=0, le=366 * 1440)
    reason: str = Field(min_length=1, max_length=500)


class Because(Given):
    by: str = Field(min_length=1, max_length=64)
    reason: str = Field(min_length=1, max_length=500)


class By(Given):
    by: str = Field(min_length=1, max_length=64)


def one_line(text: str) -> str:
    """Without line breaks and what a terminal would obey."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


class Report(Given):
    """What a resident tells. key: of what is wrong, e.g. `emergency/gas-smell`, `feedback/noise`.

    note: without anything that tells who said it. lasts_s: how long it holds if nobody reports it again.
    """

    key: str = Field(max_length=73, pattern=r"^[a-z]{1,24}/[a-z0-9_-]{1,48}$")
    priority: Literal["critical", "high", "medium", "low"]
    note: Annotated[str, AfterValidator(one_line)] = Field(default="", max_length=500)
    lasts_s: float = Field(default=600.0, ge=1, le=86_400)


class Write(Given):
    by: str = Field(min_length=1, max_length=64)
    value: float


class ExportQuery(Given):
    points: str = Field(max_length=20_000)
    """Full ids, parted by commas."""
    start: float = 0.0
    end: float = 4e9
    format: Literal["csv", "parquet"] = "csv"


class Question(Given):
    text: str = Field(max_length=20_000)
    """Beyond some 500 characters the desk asks for less, politely."""
    language: Literal["zh", "en"] | None = None
    explain: bool = False
    """Whether to say why; takes some 30 times as long."""


class SlotView(Shown):
    """text: as said. value: its normal form (models.language.understanding.Value)."""

    text: str
    value: Any


class MatchView(Shown):
    """An entry of the knowledge file, its most alike wording, and the probability that it answers the question."""

    entry: str
    wording: str
    score: float


class WeightView(Shown):
    """What the probability of the intent loses without the word."""

    word: str
    weight: float


class ExplainView(Shown):
    """Why an answer was given. rule: name of the emergency rule that spoke, before any model."""

    rule: str | None
    intent: str
    intents: dict[str, float]
    thresholds: dict[str, float]
    slots: dict[str, SlotView]
    matches: list[MatchView]
    words: list[WeightView]
    sentiment: str
    topic: str
    offensive: float


class AnswerView(Shown):
    """of the desk. known: whether it is sure enough; if not, `handoff` offers a human."""

    answer: str
    known: bool
    entry: str | None
    score: float
    language: Literal["zh", "en"]
    ms: float
    alternatives: list[str] = []
    """Questions that it could answer instead."""
    handoff: str | None = None
    """The human to turn to; also with an emergency."""
    why: ExplainView | None = None
    """Where it was asked for."""


class Turn(Given):
    """One turn of a dialogue. session: whose; a name that the caller chose, such as the kiosk's. resident: the token of
    one who opted in to recommendations."""

    session: str = Field(min_length=1, max_length=64)
    text: str = Field(max_length=20_000)
    language: Literal["zh", "en"] | None = None
    resident: str | None = Field(default=None, min_length=1, max_length=64)


class FormView(Shown):
    """missing: the slots still to be asked for, in order. filled: their normal forms."""

    name: str
    missing: list[str]
    filled: dict[str, Any]


class OrderView(Shown):
    """A work order. Times are local, ISO 8601."""

    id: str
    intent: str
    category: str
    priority: Literal["low", "normal", "high", "urgent"]
    state: Literal["new", "assigned", "in_progress", "done", "cancelled"]
    slots: dict[str, Any]
    said: str
    language: Literal["zh", "en"]
    created: str
    due: str


class ChangeView(Shown):
    time: str
    state: str
    by: str
    note: str


class OrderList(Shown):
    orders: list[OrderView]


class OrderDetail(Shown):
    order: OrderView
    history: list[ChangeView]


class OrdersQuery(Given):
    all: bool = False
    """Also those that are done or cancelled."""


class OrderChange(Given):
    by: str = Field(min_length=1, max_length=64)
    state: Literal["assigned", "in_progress", "done", "cancelled"]
    note: str = Field(default="", max_length=500)


class TurnView(Shown):
    """What the desk made of a turn. order: only in the turn that makes it. emergency: the rule or entry that spoke."""

    answer: str
    lang: Literal["zh", "en"]
    intent: str
    confidence: float
    slots: dict[str, SlotView]
    form: FormView | None = None
    order: OrderView | None = None
    handoff: str | None = None
    emergency: str | None = None
    ended: bool = False
    ms: float = 0.0


class DeskHealth(Shown):
    """ok: nothing in `troubles`. entries: of the knowledge file in use."""

    service: Literal["desk"] = "desk"
    ok: bool
    version: str
    pid: int
    knowledge: str
    entries: int
    rss_mb: float
    troubles: list[TroubleView]
