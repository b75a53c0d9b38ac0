"""Where a driver rests, so that the day ends as early as the driving rule allows.

Labels (time, driving since the last rest) are carried along the route; at every gap
the driver may rest or go on, and a label that is later and more tired than another
is dropped. Waiting long enough counts as a rest by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.timeline import next_in

if TYPE_CHECKING:
    from optimizer.model import DrivingRule
    from optimizer.timeline import Run

Gap = tuple[int, str, int]
"""Run, kind ("idle" before loading, "before" a leg, "after" a leg) and leg."""


class _Label(NamedTuple):
    now: int
    driven: int
    rests: tuple[Gap, ...]


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
    labels = [_Label(0, 0, ())]
    for k, run in enumerate(runs):
        labels = _through(run, k, labels, rule)
        if not labels:
            return False
    for k, kind, leg in _needed(runs, min(labels).rests, rule):
        _write(runs[k], kind, leg, rule.rest_s)
    return True


def _write(run: Run, kind: str, leg: int, rest_s: int) -> None:
    if kind == "idle":
        run.idle_s += rest_s
    elif kind == "before":
        run.before[leg] = rest_s
    else:
        run.after[leg] = rest_s


def _through(run: Run, k: int, labels: list[_Label], rule: DrivingRule) -> list[_Label]:
    labels = _pruned([out for label in labels for out in _load(run, k, label, rule.rest_s)])
    last = len(run.travel) - 1
    for leg in range(last + 1):
        if leg:
            labels = [*labels, *(_rested(label, (k, "before", leg), rule.rest_s) for label in labels)]
        arrived = (out for label in labels for out in _drive(run, k, leg, label, rule))
        labels = _pruned(list(arrived))
    return labels


def _load(run: Run, k: int, label: _Label, rest_s: int) -> list[_Label]:
    """Load at once, and after a rest; no rest before the first trip."""
    free = label.now + run.idle_s
    out = []
    for rest in (0, rest_s) if k else (0,):
        load = next_in(run.loading, free + rest)
        if load < 0:
            continue
        has_rested = k > 0 and load - free >= rest_s
        rests = (*label.rests, (k, "idle", 0)) if has_rested else label.rests
        out.append(_Label(load + run.loading_s, 0 if has_rested else label.driven, rests))
    return out


def _rested(label: _Label, gap: Gap, rest_s: int) -> _Label:
    return _Label(label.now + rest_s, 0, (*label.rests, gap))


def _drive(run: Run, k: int, leg: int, label: _Label, rule: DrivingRule) -> list[_Label]:
    """Go over one leg and through the service at its end, with and without a rest on arrival."""
    driven = label.driven + run.travel[leg]
    if driven > rule.max_driving_s:
        return []
    arrive = label.now + run.travel[leg]
    is_return = leg == len(run.travel) - 1
    out = []
    for rest in (0,) if is_return else (0, rule.rest_s):
        start = next_in(run.windows[leg], arrive + rest)
        if start < 0:
            continue
        has_rested = not is_return and start - arrive >= rule.rest_s
        rests = (*label.rests, (k, "after", leg)) if has_rested else label.rests
        out.append(_Label(start + run.service[leg], 0 if has_rested else driven, rests))
    return out


def _pruned(labels: list[_Label]) -> list[_Label]:
    kept: list[_Label] = []
    for label in sorted(labels, key=lambda x: (x.now, x.driven, len(x.rests))):
        if not kept or label.driven < kept[-1].driven:
            kept.append(label)
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
