"""The OpenAPI 3.1 description of the local API, made from the table of routes."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from agent.api.routes import ROUTES, Route
from agent.api.schema import Error

_REF = "#/components/schemas/{model}"


def product_version() -> str:
    """Of the installed package; `unknown` in a checkout that was not installed."""
    try:
        return version("louguan")
    except PackageNotFoundError:
        return "unknown"


def document() -> dict[str, Any]:
    """Core and desk in one document; `servers` of a path names the socket that serves it."""
    models: set[type[BaseModel]] = {Error}
    for route in ROUTES:
        models |= {model for model in (route.gives, route.takes if route.method == "POST" else None) if model}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    paths: dict[str, Any] = {}
    for route in ROUTES:
        # Both services have /v1/health: the desk's stands under its own name.
        path = route.path if route.path not in paths or route.service == "core" else f"/desk{route.path}"
        item = paths.setdefault(path, {"servers": [{"url": f"http+unix://{route.service}.sock"}]})
        item[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Louguan local API", "version": product_version()},
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }


def _operation(route: Route) -> dict[str, Any]:
    parameters = []
    if "{id}" in route.path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    if route.takes and route.method == "GET":
        fields = route.takes.model_json_schema()
        parameters += [
            {"name": name, "in": "query", "required": name in fields.get("required", []), "schema": field}
            for name, field in fields["properties"].items()
        ]
    operation: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.service],
        "summary": route.summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "done", "content": _content(route)},
            "default": {"description": "refused", "content": _json(Error)},
        },
    }
    if route.takes and route.method == "POST":
        operation["requestBody"] = {"required": True, "content": _json(route.takes)}
    return operation


def _content(route: Route) -> dict[str, Any]:
    if route.gives:
        return _json(route.gives)
    return {"application/octet-stream": {}} if route.name == "export" else {"application/json": {}}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}
