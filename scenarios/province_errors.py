"""What is wrong with a list of counties: problem and remedy, Chinese, then English. Codes E507 to E509.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E507": (
        "{path} 中没有县",
        "给出一个县的场景文件夹、包含多个县文件夹的文件夹，或每行一个县文件夹的 .txt（.toml 写 counties = [...]）",
        "{path} names no county",
        "give a county's folder, a folder of such folders, or a .txt with one of them a line (.toml: counties = [...])",
    ),
    "E508": (
        "各县的文件共有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in the files of the counties: {count}",
        "mend them one by one and run again",
    ),
    "E509": (
        "此文件夹没有 {file}，或与另一个县同名",
        "改正路径，并让每个县的文件夹名各不相同",
        "this folder has no {file}, or the name of another county",
        "mend the path, and give every county's folder a name of its own",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
