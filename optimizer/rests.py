"""Where a driver rests, so that the day ends as early as the driving rule allows.

Labels (time, driving since the last rest) are carried along the route; at every gap
the driver may rest or go on, and a label that is later and more tired than another
is dropped. Waiting long enough counts as a rest by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.timeline import next_in

if TYPE_CHECKING:
    from optimizer.model import DrivingRule
    from optimizer.timeline import Run

Gap = tuple[int, str, int]
"""Run, kind ("idle" before loading, "before" a leg, "after" a leg) and leg."""


Chain = tuple["Chain", Gap] | None
"""Rests taken so far, the last one first."""

_Label = tuple[int, int, int, Chain]
"""Time, driving since the last rest, a number that decides ties, rests."""


def needs_rests(runs: list[Run], rule: DrivingRule) -> bool:
    """Tell whether the driving of the whole route exceeds what the rule allows at a stretch or a day."""
    driving = sum(sum(run.travel) for run in runs)
    daily = rule.max_daily_driving_s
    return driving > rule.max_driving_s or (daily is not None and driving > daily)


def place_rests(runs: list[Run], rule: DrivingRule) -> bool:
    """Write the rests of the earliest return into ``runs``; False when no rests keep the rule.

    O(legs x labels); labels at one node are at most the gaps since the last useful rest.
    """
    driving = sum(sum(run.travel) for run in runs)
    if rule.max_daily_driving_s is not None and driving > rule.max_daily_driving_s:
        return False
    labels: list[_Label] = [(0, 0, 0, None)]
    for k, run in enumerate(runs):
        labels = _through(run, k, labels, rule)
        if not labels:
            return False
    for k, kind, leg in _needed(runs, _unchained(labels[0][3]), rule):
        _write(runs[k], kind, leg, rule.rest_s)
    return True


def rest_late(runs: list[Run], rule: DrivingRule) -> bool:
    """Write rests into ``runs`` as late as the rule allows; False where a leg is too long or a window is missed.

    For days on which goods may not be long on board: the rests of the earliest return may fall
    while they are, those before the last leg hurt less. O(legs).
    """
    now = driven = 0
    for k, run in enumerate(runs):
        free = now + run.idle_s
        must_rest = k > 0 and driven + run.travel[0] > rule.max_driving_s
        now = next_in(run.loading, free + rule.rest_s * must_rest)
        if now < 0:
            return False
        if k and now - free >= rule.rest_s:
            run.idle_s, driven = run.idle_s + rule.rest_s, 0
        now += run.loading_s
        for leg, travel in enumerate(run.travel):
            if leg and driven + travel > rule.max_driving_s:
                run.before[leg], driven = rule.rest_s, 0
            arrive = now + run.before[leg] + travel
            driven += travel
            start = next_in(run.windows[leg], arrive)
            if start < 0 or driven > rule.max_driving_s:
                return False
            if start - arrive >= rule.rest_s:  # a wait that counts must not melt away when all is moved later
                run.after[leg], driven = rule.rest_s, 0
            now = start + run.service[leg]
    return True


def _unchained(chain: Chain) -> tuple[Gap, ...]:
    gaps = []
    while chain is not None:
        chain, gap = chain
        gaps.append(gap)
    return tuple(reversed(gaps))


def _write(run: Run, kind: str, leg: int, rest_s: int) -> None:
    if kind == "idle":
        run.idle_s += rest_s
    elif kind == "before":
        run.before[leg] = rest_s
    else:
        run.after[leg] = rest_s


def _through(run: Run, k: int, labels: list[_Label], rule: DrivingRule) -> list[_Label]:
    """Carry the labels through one trip: loading, then leg by leg."""
    labels = _pruned([out for label in labels for out in _load(run, k, label, rule.rest_s)])
    for leg in range(len(run.travel)):
        out: list[_Label] = []
        for label in labels:
            _drive(run, (k, leg), label, rule, out)
            if leg and label[1]:
                now, _, _, rests = label
                _drive(run, (k, leg), (now + rule.rest_s, 0, 0, (rests, (k, "before", leg))), rule, out)
        labels = _pruned(out)
    return labels


def _load(run: Run, k: int, label: _Label, rest_s: int) -> list[_Label]:
    """Load at once, and after a rest; no rest before the first trip."""
    now, driven, _, rests = label
    free = now + run.idle_s
    out: list[_Label] = []
    for rest in (0, rest_s) if k else (0,):
        load = next_in(run.loading, free + rest)
        if load < 0:
            continue
        has_rested = k > 0 and load - free >= rest_s
        chain = (rests, (k, "idle", 0)) if has_rested else rests
        out.append((load + run.loading_s, 0 if has_rested else driven, len(out), chain))
    return out


def _drive(run: Run, at: tuple[int, int], label: _Label, rule: DrivingRule, out: list[_Label]) -> None:
    """Go over one leg and through the service at its end; a rest on arrival only tops up a wait.

    Without a wait, resting after the service is as good and harms no window.
    """
    k, leg = at
    now, driven, _, rests = label
    driven += run.travel[leg]
    if driven > rule.max_driving_s:
        return
    arrive = now + run.travel[leg]
    start = next_in(run.windows[leg], arrive)
    if start < 0:
        return
    service_s = run.service[leg]
    if leg == len(run.travel) - 1:
        out.append((start, driven, len(out), rests))
    elif start - arrive >= rule.rest_s:
        out.append((start + service_s, 0, len(out), (rests, (k, "after", leg))))
    else:
        out.append((start + service_s, driven, len(out), rests))
        topped_up = next_in(run.windows[leg], arrive + rule.rest_s) if start > arrive else -1
        if topped_up >= 0:
            out.append((topped_up + service_s, 0, len(out), (rests, (k, "after", leg))))


def _pruned(labels: list[_Label]) -> list[_Label]:
    """Keep those that no other beats in time and in driving, earliest first."""
    if len(labels) == 1:
        return labels
    kept: list[_Label] = []
    for now, driven, tie, rests in sorted(
        (now, driven, tie, rests) for tie, (now, driven, _, rests) in enumerate(labels)
    ):
        if not kept or driven < kept[-1][1]:
            kept.append((now, driven, tie, rests))
    return kept


def _needed(runs: list[Run], rests: tuple[Gap, ...], rule: DrivingRule) -> tuple[Gap, ...]:
    """Leave out waits that happened to be long enough but that the rule does not ask for."""
    for gap in rests:
        fewer = tuple(g for g in rests if g != gap)
        if _keeps(runs, set(fewer), rule.max_driving_s):
            rests = fewer
    return rests


def _keeps(runs: list[Run], rests: set[Gap], max_driving_s: int) -> bool:
    driven = 0
    for k, run in enumerate(runs):
        driven = 0 if (k, "idle", 0) in rests else driven
        for leg, travel in enumerate(run.travel):
            driven = (0 if (k, "before", leg) in rests else driven) + travel
            if driven > max_driving_s:
                return False
            driven = 0 if (k, "after", leg) in rests else driven
    return True
