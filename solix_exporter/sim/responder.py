"""Answers requests: login, token check, table of endpoints, payload faults."""

import json
from dataclasses import replace
from datetime import timedelta

from solix_exporter.sim.answers.call import Call, Credentials, StatisticsFlaw
from solix_exporter.sim.answers.dispatch import HttpError, Refusal, answer
from solix_exporter.sim.faults import ActiveFault, FaultKind
from solix_exporter.sim.issued_tokens import (
    KICKED_OUT,
    IssuedToken,
    IssuedTokens,
    LoginRefusedError,
    login_data,
)
from solix_exporter.sim.key_pair import KeyPair
from solix_exporter.sim.mutation import mutated
from solix_exporter.sim.received import LOGIN_PATH, Received
from solix_exporter.sim.replies import (
    Reply,
    envelope,
    error_reply,
    faulty_reply,
    json_reply,
    refusal,
)
from solix_exporter.sim.wire_format import Json, hex_text
from solix_exporter.sim.world import World

_BACKWARDS_WH = 10.0
"""The last digit of a figure in kWh with two decimals."""

_ABSURD_WH = 900_000.0

_LAGS = {
    FaultKind.LATE: "lag",
    FaultKind.STALE_DAY: "stale_after_midnight",
    FaultKind.LATE_MIDNIGHT: "late_midnight",
}
"""The field of `StatisticsFlaw` that `lag_s` sets."""


class Responder:
    """Answers requests."""

    def __init__(
        self, world: World, tokens: IssuedTokens, keys: KeyPair, messaging: Credentials
    ) -> None:
        self._world = world
        self._messaging = messaging
        self._tokens = tokens
        self._keys = keys
        self._answered = 0

    def reply(
        self, received: Received, active: ActiveFault | None, shifting: tuple[ActiveFault, ...]
    ) -> Reply:
        """Return the answer to a request, changed by faults."""
        self._answered += 1
        content = self._content(received, shifting, hex_text(self._answered, 32))
        if active is None:
            return content if isinstance(content, Reply) else json_reply(content)
        if isinstance(content, Reply):
            return faulty_reply(active.fault, content)
        if active.fault.kind == FaultKind.FROZEN:
            request = f"{received.path} {json.dumps(received.body, sort_keys=True)}"
            content = active.first_answers.setdefault(request, content)
        return faulty_reply(active.fault, json_reply(mutated(active.fault, content)))

    def _content(
        self, received: Received, shifting: tuple[ActiveFault, ...], trace_id: str
    ) -> dict[str, Json] | Reply:
        """Return the envelope, or the whole reply if it has no envelope."""
        if received.body is None:
            return error_reply(400, "error: request body is not a JSON object")
        if received.path == LOGIN_PATH:
            return self._log_in(received, trace_id)
        token = self._tokens.check(received.token, received.gtoken, received.at)
        if token is not None:
            return self._ask(received, token, shifting, trace_id)
        if self._tokens.was_kicked(received.token):
            return refusal(KICKED_OUT, "The token does not exist.", trace_id)
        return error_reply(401, '{"code":401,"msg":"Unauthorized"}')

    def _ask(
        self,
        received: Received,
        token: IssuedToken,
        shifting: tuple[ActiveFault, ...],
        trace_id: str,
    ) -> dict[str, Json] | Reply:
        call = self._call(received, token, shifting)
        found = answer(received.method, received.path, call, token.region)
        if isinstance(found, HttpError):
            return error_reply(found.status, found.text)
        if isinstance(found, Refusal):
            return refusal(found.code, found.msg, trace_id)
        return envelope(found.data, trace_id)

    def _call(
        self, received: Received, token: IssuedToken, shifting: tuple[ActiveFault, ...]
    ) -> Call:
        now, flaw = received.at, StatisticsFlaw()
        for item in shifting:
            lag = timedelta(seconds=item.fault.lag_s)
            kind = FaultKind(item.fault.kind)
            if kind is FaultKind.TIME_JUMP:
                now -= lag
            elif kind in _LAGS:
                flaw = replace(flaw, **{_LAGS[kind]: lag})  # type: ignore[arg-type]  # names of timedelta fields
            elif kind is FaultKind.ABSURD_ENERGY:
                flaw = replace(flaw, drop_wh=-_ABSURD_WH)
            elif item.hit_count % 2 == 0:
                flaw = replace(flaw, drop_wh=_BACKWARDS_WH)
        return Call(
            world=self._world,
            account=token.account,
            is_home_region=token.region == token.account.scenario.region,
            body=received.body or {},
            now=now,
            messaging=self._messaging,
            flaw=flaw,
        )

    def _log_in(self, received: Received, trace_id: str) -> dict[str, Json] | Reply:
        if received.method != "POST":
            return error_reply(405, "405 method not allowed")
        try:
            text, token = self._tokens.log_in(received.body or {}, self._keys, received.at)
        except LoginRefusedError as error:
            return refusal(error.code, error.msg, trace_id)
        return envelope(login_data(token.account, text, token, self._keys.public_hex), trace_id)
