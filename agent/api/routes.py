"""Every path of the local API, in one table: the servers, the client and the printed schema all come from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from agent.api import schema as s


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. takes: query (GET) or JSON body (POST). gives: JSON answer, None for a file or a document."""

    method: Literal["GET", "POST"]
    path: str
    service: Literal["core", "desk"]
    name: str
    summary: str
    gives: type[BaseModel] | None
    takes: type[BaseModel] | None = None
    deadline_s: float = 10.0


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/health", "core", "health", "Whether the core does its work, and what hinders it", s.Health),
    Route("GET", "/v1/points", "core", "points", "Every point with its last sample", s.Points),
    Route("GET", "/v1/assets", "core", "assets", "Every asset with its detector's score", s.Assets),
    Route("POST", "/v1/assets/{id}/relearn", "core", "relearn", "Forget what is normal, learn anew", s.AssetView, s.By),
    Route("GET", "/v1/samples", "core", "samples", "Samples or rollups of one point", s.Samples, s.SamplesQuery),
    Route("GET", "/v1/alarms", "core", "alarms", "Alarms, the most urgent first", s.AlarmList, s.AlarmsQuery),
    Route("GET", "/v1/journal", "core", "journal", "Every change of every alarm", s.Journal, s.JournalQuery),
    Route("POST", "/v1/alarms/{id}/ack", "core", "ack", "Somebody has seen the alarm", s.AlarmView, s.Ack),
    Route("POST", "/v1/alarms/{id}/shelve", "core", "shelve", "Silence it for a time", s.AlarmView, s.Shelve),
    Route("POST", "/v1/alarms/{id}/unshelve", "core", "unshelve", "End the silence", s.AlarmView, s.By),
    Route("POST", "/v1/alarms/{id}/suppress", "core", "suppress", "Take it out of service", s.AlarmView, s.Because),
    Route("POST", "/v1/alarms/{id}/unsuppress", "core", "unsuppress", "Take it back into service", s.AlarmView, s.By),
    Route("POST", "/v1/alarms/{id}/reset", "core", "reset", "Let go of a latched alarm", s.AlarmView, s.By),
    Route("POST", "/v1/reports", "core", "report", "Alarm on what a resident reports", s.AlarmView, s.Report),
    Route("POST", "/v1/points/{id}/write", "core", "write", "Command a point, read back", s.PointView, s.Write),
    Route("GET", "/v1/export", "core", "export", "Samples as a CSV or Parquet file", None, s.ExportQuery, 300.0),
    Route("GET", "/v1/openapi.json", "core", "openapi", "This description", None),
    Route("POST", "/v1/ask", "desk", "ask", "A resident's question", s.AnswerView, s.Question),
    Route("POST", "/v1/chat", "desk", "chat", "A turn of a resident's dialogue", s.TurnView, s.Turn),
    Route("GET", "/v1/orders", "desk", "orders", "Work orders, the most urgent first", s.OrderList, s.OrdersQuery),
    Route("GET", "/v1/orders/{id}", "desk", "order", "One work order with its history", s.OrderDetail),
    Route("POST", "/v1/orders/{id}", "desk", "set_order", "Move a work order on", s.OrderDetail, s.OrderChange),
    Route("GET", "/v1/health", "desk", "desk_health", "Whether the desk answers", s.DeskHealth),
)
