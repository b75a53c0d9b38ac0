"""``gongpei explain DIR PLAN.json SHIPMENT [--vehicle V] [--before HH:MM]``: why not, and what would help.

Every reason shown has been confirmed by the referee: with the rule released it accepts the
plan, without it does not. Every remedy has been applied and judged again.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from api.commands.options import cache_folder, existing, moment
from api.commands.referee import differences
from api.errors import InvalidInput
from api.plan_file import read_plan
from api.schemas import to_plan, to_tiered
from api.talk import line, say
from api.tiers import has_tiers, judged, tiers_of
from api.units import clock, yuan
from optimizer.check import check
from optimizer.explain import LIMIT_WORDS, Question, mend_text, reason_text, remedy_text, why_not
from optimizer.tiers.reasons import explain_tiers
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse

    from api.schemas import PlanFile
    from optimizer.explain import Answer, Blocker
    from optimizer.plan import Plan, Route, Unserved
    from optimizer.problem import Problem
    from scenarios.build import County

HELP = Text(
    "为什么这批货没有安排，为什么不能由某辆车送，为什么不能更早：逐条放开规则，由裁判证实",
    "why a shipment is not carried, not on a vehicle, not earlier: rules released one by one, the referee judging",
)

UNSOUND = Text("方案本身违反规则，先改正它再问", "the plan itself breaks rules; mend it first, then ask")

SHOWN_BLOCKERS, SHOWN_RULES = 6, 3
"""Ways to relax the rules that are shown, and broken rules of each."""


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    parser.add_argument("plan", metavar="PLAN.json", help=Text("方案文件", "the plan").pick(lang))
    goods = Text("货运编号或订单号（含 > 的要加引号）", "id of a shipment or an order (quote those with a >)")
    parser.add_argument("shipment", metavar="SHIPMENT", help=goods.pick(lang))
    vehicle = Text("只问这辆车，例如 van#2", "ask about this vehicle only, such as van#2")
    parser.add_argument("--vehicle", metavar="V", help=vehicle.pick(lang))
    before = Text(
        "服务最迟此刻开始（上行为取货，其余为送货）",
        "service is to begin by then (up goods: collection, else delivery)",
    )
    parser.add_argument("--before", type=moment, metavar="HH:MM", help=before.pick(lang))


def run(options: argparse.Namespace) -> int:
    """Answer for the shipment, or each shipment of the order; exit code 1 when the plan itself breaks a rule."""
    record = read_plan(existing(options.plan))
    folder, lang = existing(options.folder), options.lang
    county = build_problem(read_scenario(folder), cache=cache_folder(folder))
    shipments = shipments_named(county, options.shipment)
    if record.tiers is not None or has_tiers(county):
        return _explain_tiers(county, record, shipments, options)
    plan = to_plan(record)
    vehicle = None if options.vehicle is None else vehicle_named(county.problem, options.vehicle)
    for difference in differences(record, county):
        line(f"! {difference.pick(lang)}", style="yellow")
    violations = check(county.problem, plan)
    for violation in violations:
        line(violation.render(lang))
    if violations:
        say(UNSOUND, lang, style="bold red")
        return 1
    for shipment in shipments:
        question = Question(shipment=shipment, vehicle=vehicle, before_s=options.before)
        show_answer(county.problem, plan, why_not(county.problem, plan, question), lang)
    return 0


def _explain_tiers(county: County, record: PlanFile, shipments: list[str], options: argparse.Namespace) -> int:
    """Say why goods are left in a plan across tiers; those that are carried have a way to follow instead."""
    if options.vehicle is not None or options.before is not None:
        raise InvalidInput("E434")
    tiered, lang = to_tiered(record), options.lang
    tiers = tiers_of(county)
    for difference in differences(record, county):
        line(f"! {difference.pick(lang)}", style="yellow")
    violations = judged(tiers, tiered)
    for violation in violations:
        line(violation.pick(lang))
    if violations:
        say(UNSOUND, lang, style="bold red")
        return 1
    asked = tuple(u for u in tiered.plan.unserved if u.shipment in shipments)
    told = explain_tiers(tiers, replace(tiered, plan=replace(tiered.plan, unserved=asked)))
    left = {u.shipment: u for u in told.plan.unserved}
    for shipment in shipments:
        if shipment in left:
            why = left[shipment]
            say(_left(tiers.problem, why), lang, style="bold")
            line(f"{why.reason} {reason_text(why, lang)}", style="red")
            line(f"     -> {remedy_text(why, lang)}")
        else:
            zh = f"{shipment}：已安排，用 gongpei trace 看每一步"
            say(Text(zh, f"{shipment}: carried; gongpei trace shows every stage"), lang)
    return 0


def shipments_named(county: County, name: str) -> list[str]:
    """Return the shipment of this id, or all that carry the order of this id; E431 for neither."""
    if name in county.problem.shipment_of:
        return [name]
    found = [shipment for shipment, orders in county.orders.items() if name in orders]
    if not found:
        known = [*county.problem.shipment_of, *(order.id for order in county.scenario.orders)]
        nearest = ", ".join(difflib.get_close_matches(name[:80], known, n=3, cutoff=0.3)) or "-"
        raise InvalidInput("E431", value=name, nearest=nearest)
    return found


def vehicle_named(problem: Problem, name: str) -> tuple[str, int]:
    """Return type and number of ``van#2``; a bare type of a single vehicle will do; E432 for others."""
    kind, mark, number = name.rpartition("#")
    if not mark:
        kind, number = name, "1"
    known = problem.vehicle_type_of.get(kind)
    is_here = known is not None and number.isdecimal() and 1 <= int(number) <= known.count
    if not is_here or (not mark and known is not None and known.count > 1):
        fleet = ", ".join(f"{v.id}#1-{v.count}" if v.count > 1 else f"{v.id}#1" for v in problem.vehicle_types)
        raise InvalidInput("E432", value=name, known=fleet)
    return kind, int(number)


def show_answer(problem: Problem, plan: Plan, answer: Answer, lang: str) -> None:
    """Print how the shipment stands, whether it could go as asked, and what stands in the way."""
    say(_standing(problem, plan, answer), lang, style="bold")
    if answer.best is not None:
        say(_possible(problem, answer), lang, style="green")
    elif answer.blockers:
        say(_asked(answer), lang, style="red")
        for rank, blocker in enumerate(answer.blockers[:SHOWN_BLOCKERS], start=1):
            _show_blocker(rank, blocker, lang)
        _say_cheapest(answer, lang)
    else:
        say(_asked(answer), lang, style="red")
        zh, en = "逐条、逐对放开规则都不行", "no rule released alone or with another lets it in"
        say(Text(zh, en), lang)
    if answer.best is None and answer.alone is not None:
        alone = answer.alone
        line(f"{alone.reason} {reason_text(alone, lang)}")
    if not answer.is_complete:
        zh, en = "（工作量用尽，可能还有没试到的办法）", "(the work allowed was used up; there may be ways not tried)"
        say(Text(zh, en), lang)


def _standing(problem: Problem, plan: Plan, answer: Answer) -> Text:
    """Say who carries the shipment now, when and for how much, or that it is left and what that counts."""
    id_ = answer.question.shipment
    if answer.carried_by is not None:
        at_s, vehicle = handed_at(answer.carried_by, id_), answer.carried_by.vehicle
        at, cost = clock(at_s), yuan(answer.now_fen)
        zh = f"{id_}：现由 {vehicle} 承运，{at} 交接；不带它可省 {cost} 元"
        return Text(zh, f"{id_}: carried by {vehicle}, handed over at {at}; leaving it out would save CNY {cost}")
    return _left(problem, next(u for u in plan.unserved if u.shipment == id_))


def _left(problem: Problem, left: Unserved) -> Text:
    id_, penalty = left.shipment, yuan(problem.shipment_of[left.shipment].penalty_fen)
    zh = f"{id_}：未服务（{left.reason}），惩罚 {penalty} 元"
    return Text(zh, f"{id_}: not served ({left.reason}), a penalty of CNY {penalty}")


def _possible(problem: Problem, answer: Answer) -> Text:
    best, question = answer.best, answer.question
    if best is None:
        raise ValueError("there is a best way only where one was found")
    at = clock(handed_at(best.route, question.shipment))
    vehicle, cost = best.route.vehicle, yuan(best.marginal_fen)
    zh = f"可以：{vehicle} 于 {at} 交接，花 {cost} 元"
    en = f"it can: {vehicle} hands it over at {at}, for CNY {cost}"
    if answer.carried_by is not None:
        more = best.marginal_fen - answer.now_fen
        zh += f"，比现在{'多' if more >= 0 else '少'} {yuan(abs(more))} 元"
        en += f", CNY {yuan(abs(more))} {'more' if more >= 0 else 'less'} than now"
    elif best.marginal_fen >= problem.shipment_of[question.shipment].penalty_fen:
        zh += "，比惩罚还贵，所以没有安排"
        en += ", dearer than its penalty, so it was left"
    return Text(zh, en)


def _asked(answer: Answer) -> Text:
    """Say what cannot be, the other goods staying as they are."""
    question = answer.question
    vehicle = "" if question.vehicle is None else "{}#{}".format(*question.vehicle)
    by = "" if question.before_s is None else clock(question.before_s)
    zh = (
        "不行："
        + (f"由 {vehicle} " if vehicle else "")
        + (f"在 {by} 之前" if by else "")
        + "插不进这个方案（其他货不动）"
    )
    en = "no: it does not fit into this plan" + (f" on {vehicle}" if vehicle else "") + (f" before {by}" if by else "")
    return Text(zh, en + ", the other goods staying as they are")


def _show_blocker(rank: int, blocker: Blocker, lang: str) -> None:
    """Print the rules in the way, what the referee finds, and what would have to change."""
    names = (" and " if lang == "en" else "和").join(LIMIT_WORDS[name][lang != "zh"] for name in blocker.limits)
    vehicle, cost = blocker.insertion.route.vehicle, yuan(blocker.insertion.marginal_fen)
    zh = f"{rank}. {names}：放开后 {vehicle} 可带上，花 {cost} 元"
    en = f"{rank}. {names}: released, {vehicle} could take it for CNY {cost}"
    say(Text(zh, en), lang)
    for violation in blocker.violations[:SHOWN_RULES]:
        line(f"   {violation.render(lang)}")
    _say_rest(len(blocker.violations) - SHOWN_RULES, lang)
    if blocker.is_mended:
        line(f"   -> {_mends(blocker, lang)}")


def _say_rest(left: int, lang: str) -> None:
    if left > 0:
        say(Text(f"   …另有 {left} 处", f"   … {left} more"), lang)


def _mends(blocker: Blocker, lang: str) -> str:
    texts = list(dict.fromkeys(mend_text(violation, lang) for violation in blocker.violations))
    joint, left = "；" if lang == "zh" else "; ", len(texts) - SHOWN_RULES
    more = [] if left <= 0 else [f"…另 {left} 项" if lang == "zh" else f"… {left} more"]
    return joint.join((*texts[:SHOWN_RULES], *more))


def _say_cheapest(answer: Answer, lang: str) -> None:
    mended = [blocker for blocker in answer.blockers if blocker.is_remedy]
    if mended:
        mends, cost = _mends(mended[0], lang), yuan(mended[0].insertion.marginal_fen)
        zh = f"最便宜的办法（已改规则、插入、复核）：{mends}，花 {cost} 元"
        en = f"the cheapest remedy (applied, inserted, judged again): {mends}, for CNY {cost}"
        say(Text(zh, en), lang, style="green")


def handed_at(route: Route, shipment: str) -> int:
    """Return when service begins at the end of the shipment that is not a depot (local goods: at delivery)."""
    visits = [v for trip in route.trips for v in trip.visits]
    delivered = next((v.start_s for v in visits if shipment in v.deliver), None)
    return delivered if delivered is not None else next(v.start_s for v in visits if shipment in v.collect)
