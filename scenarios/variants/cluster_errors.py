"""What is wrong with a cluster or with cells on it: problem and remedy, Chinese, then English. Codes E500 to E506.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E500": (
        "没有安装集群组件",
        "运行 pip install 'gongpei[cluster]'，或去掉 --cluster",
        "the parts for clusters are not installed",
        "run pip install 'gongpei[cluster]', or leave out --cluster",
    ),
    "E501": (
        "{count} 台工作机与本机的程序版本不同，算出的结果可能不同",
        "在每台工作机上安装同一版本后重新启动",
        "workers that run other versions than this machine, so that results could differ: {count}",
        "install the same versions on every machine and start its workers again",
    ),
    "E502": (
        "连接不上调度器 {address}（{detail}）",
        "检查地址和网络；地址写成 tcp://主机:8786，加密连接写 tls://",
        "no scheduler answers at {address} ({detail})",
        "check address and network; write tcp://HOST:8786, or tls:// where connections are encrypted",
    ),
    "E503": (
        "调度器 {address} 下没有工作机",
        "在每台机器上运行 dask worker {address} --nworkers 核数 --nthreads 1",
        "no worker has joined the scheduler at {address}",
        "run dask worker {address} --nworkers CORES --nthreads 1 on each machine",
    ),
    "E504": (
        "试了 {tries} 次都没有算完（{detail}）",
        "检查工作机的内存和日志；已完成的部分不再计算",
        "not finished in {tries} tries ({detail})",
        "look at memory and logs of the workers; what is done will not be computed again",
    ),
    "E505": (
        "集群失去联系已超过 {minutes} 分钟",
        "恢复后重新运行：已完成的部分不再计算",
        "the cluster has been out of reach for more than {minutes} minutes",
        "run again when it is back: what is done will not be computed again",
    ),
    "E506": (
        "此工作机的 {what} 是 {theirs}，本机是 {ours}",
        "安装与本机相同的版本后重新启动这台工作机",
        "this worker has {what} {theirs}, this machine {ours}",
        "install the same version and start the worker again",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
