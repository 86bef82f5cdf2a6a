"""louguan recommend: opting in and out, and what a resident may like."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from agent.cli import common
from agent.cli.common import ConfigOption, JsonOption
from agent.cli.feedback import kept_file
from agent.config import Gateway
from agent.desk.recommend.recommender import Embed, Recommender
from agent.desk.recommend.store import RecommendStore
from agent.texts import language, t

FILE = "recommend.db"


def recommend(
    resident: Annotated[
        str | None, typer.Option("--resident", metavar="TOKEN", help=t("help.recommend.resident"))
    ] = None,
    opt_in: Annotated[bool, typer.Option("--opt-in", help=t("help.recommend.in"))] = False,
    opt_out: Annotated[bool, typer.Option("--opt-out", help=t("help.recommend.out"))] = False,
    forget: Annotated[bool, typer.Option("--forget", help=t("help.recommend.forget"))] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    if opt_in + opt_out + forget > 1:
        common.fail(t("recommend.one"), common.USAGE)
    if resident is None and not opt_in:
        common.fail(t("recommend.who"), common.USAGE)
    gateway = common.gateway_of(config)
    store = RecommendStore(kept_file(gateway.paths.state, FILE))
    try:
        if resident is None or opt_in:
            token = store.opt_in(resident)
            _say({"token": token, "opted_in": True}, t("recommend.in", token=token), as_json)
        elif opt_out:
            store.opt_out(resident)
            _say({"token": resident, "opted_in": False}, t("recommend.out"), as_json)
        elif forget:
            gone = store.forget(resident)
            done = t("recommend.forgotten" if gone else "recommend.unknown")
            _say({"token": resident, "forgotten": gone}, done, as_json)
        else:
            _recommend(store, gateway, resident, as_json)
    finally:
        store.close()


def _say(data: object, text: str, as_json: bool) -> None:
    if as_json:
        common.print_json(data)
    else:
        print(text)


def _recommend(store: RecommendStore, gateway: Gateway, resident: str, as_json: bool) -> None:
    if not store.opted_in(resident):
        common.fail(t("recommend.off"))
    found = Recommender(store, _encoder(gateway)).recommend(resident, time.time())
    lines = [t("recommend.line", name=getattr(one.item, language()), why=one.why[language()]) for one in found]
    _say([asdict(one) for one in found], "\n".join(lines) or t("recommend.none"), as_json)


def _encoder(gateway: Gateway) -> Embed:
    """The desk's model, loaded only when something is to be embedded."""

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        from agent.desk.answers import SHIPPED_MODEL
        from models.language.encoder import SentenceEncoder

        return SentenceEncoder.load(gateway.desk.model or SHIPPED_MODEL, gateway.desk.threads).embed(texts)

    return embed
