"""``gongpei errors [CODE] [--out DIR]``: explain one code, list all, or write a page for each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from api.commands.options import output_folder
from api.error_pages import code_pages, write_pages
from api.errors import InvalidInput
from api.talk import line
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse

HELP = Text("查询错误编号，或生成全部编号的说明页", "explain an error code, or write a page for each")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("code", nargs="?", metavar="CODE", help=Text("编号，如 E311", "a code such as E311").pick(lang))
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=Text("写出网页的文件夹", "folder for the pages").pick(lang)
    )


def run(options: argparse.Namespace) -> int:
    """Print one code or all of them, and write the pages when asked."""
    pages = code_pages()
    if options.code is not None and options.code.upper() not in pages:
        raise InvalidInput("E430", value=options.code)
    if options.out is not None:
        count = write_pages(output_folder(options.out))
        line(f"{options.out / 'index.html'} ({count})")
    if options.out is None or options.code is not None:
        for page in [pages[options.code.upper()]] if options.code else pages.values():
            what, fix = (page.zh, page.fix_zh) if options.lang == "zh" else (page.en, page.fix_en)
            line(f"{page.code} {what}{'；' if options.lang == 'zh' else '; '}{fix}")
    return 0
