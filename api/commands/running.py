"""A long run of many plans: progress with the time left, and an end by Ctrl-C that keeps what is done."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.commands.options import cache_folder, output_folder, solving_stop
from api.exports.losses import named_losses
from api.interrupts import ended_on_interrupt
from api.talk import line, say
from scenarios.errors import InvalidInput
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.compare import carry_out
from scenarios.variants.executor import LocalProcesses
from scenarios.variants.store import Store

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from scenarios.variants.compare import Agenda, Comparison, Standing
    from scenarios.variants.executor import Executor

SHOWN_LOSSES = 10

CLUSTER_PACKAGES = ("dask", "distributed", "psutil")
"""What the extra ``cluster`` installs."""


class Begun(NamedTuple):
    """Where a study of many plans writes, what it may reuse, and how long each plan is solved."""

    out: Path
    cache: Path | None
    store: Store
    limit: Limit


def begun(options: argparse.Namespace) -> Begun:
    """Return what ``add_folders`` and ``add_solving`` declared, of a scenario in ``options.folder``.

    Raises
    ------
    InvalidInput
        E403 where files cannot be written.
    """
    folder = Path(options.folder)
    out = output_folder(options.out or Path("out") / folder.resolve().name)
    cache = cache_folder(folder)
    store = Store(folder=options.store or (cache or out) / "results")
    return Begun(out, cache, store, Limit(stop=solving_stop(options), seed=options.seed))


def run_agenda(agenda: Agenda, store: Store, workers: int, lang: str, cluster: str = "") -> Comparison:
    """Compute what the store does not have, with progress on standard error; Ctrl-C ends with what is done.

    On ``workers`` processes here, or on the workers of a Dask scheduler where ``cluster`` is its address.
    """
    cancel = threading.Event()

    def report(standing: Standing) -> None:
        line(_standing(standing).pick(lang), stream=sys.stderr)

    with executor_at(cluster, workers, lang) as executor, ended_on_interrupt(cancel):
        found = carry_out(agenda, store, executor, report=report, cancel=cancel)
    if cancel.is_set():
        say(stopped(found), lang, style="yellow")
    return found


@contextmanager
def executor_at(cluster: str, workers: int, lang: str) -> Iterator[Executor]:
    """Give processes on this machine, or the cluster at an address; what it misses is told on standard error.

    Raises
    ------
    InvalidInput
        E500, where the extra is not installed; E501 to E503, where the cluster cannot be used.
    """
    if not cluster:
        yield LocalProcesses(workers=workers)
        return
    try:
        module = import_module("scenarios.variants.cluster")
    except ModuleNotFoundError as error:
        if error.name not in CLUSTER_PACKAGES:
            raise
        raise InvalidInput("E500") from None

    def notice(text: Text) -> None:
        line(text.pick(lang), style="yellow", stream=sys.stderr)

    with module.Cluster(address=cluster, notice=notice) as executor:
        yield executor


def stopped(found: Comparison) -> Text:
    """Return the sentence of a run that was ended early: how much is done, and that it is kept."""
    done, total = found.known + found.computed - found.failed, found.total
    what = _tasks(has_others=found.plans < total)
    return Text(
        f"已提前停止：{what.zh}已完成 {done}/{total}；以下只含已完成的部分，再次运行会接着算",
        f"stopped early: {done} of {total} {what.en} are done; what follows is of these, the next run goes on "
        "from here",
    )


def show_losses(found: Comparison, lang: str) -> None:
    """Print the first of what failed, and how much was known before."""
    for where, failure in named_losses(found)[:SHOWN_LOSSES]:
        line(f"{failure.code} {where.pick(lang)}: {failure.text.pick(lang)}", style="red")
    say(known_before(found.total, found.known, others=found.total - found.plans), lang)


def known_before(total: int, known: int, *, others: int = 0) -> Text:
    """Return how many plans there were and how many of them the store had; ``others`` of all tasks are no plans."""
    if others:
        plans = total - others
        return Text(
            f"任务 {total} 项（方案 {plans} 份，其余为全天量算与比选），其中 {known} 项取自已有结果",
            f"{total} tasks ({plans} plans, the others measure whole days or choose among plans), "
            f"{known} of them known before",
        )
    return Text(f"方案 {total} 份，其中 {known} 份取自已有结果", f"{total} plans, {known} of them known before")


def _tasks(*, has_others: bool) -> Text:
    """Return what is counted: plans, or tasks where whole days are measured too."""
    return Text("任务", "tasks") if has_others else Text("方案", "plans")


def _standing(standing: Standing) -> Text:
    left_s = round(standing.left_s)
    left = f"{left_s // 60}:{left_s % 60:02d}"
    what = _tasks(has_others=standing.has_others)
    zh = f"{what.zh} {standing.done}/{standing.total}" + (f" · 失败 {standing.failed}" if standing.failed else "")
    en = f"{what.en} {standing.done}/{standing.total}" + (f" · failed {standing.failed}" if standing.failed else "")
    return Text(f"{zh} · 剩余约 {left}", f"{en} · about {left} left")
