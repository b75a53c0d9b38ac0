"""What the commands of the service share: where its settings and its database are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from api.commands.options import output_folder
from api.service.settings import load_settings
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse

    from api.service.settings import Settings


def add_service(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare where the service keeps its things."""
    config = Text("服务配置文件（TOML）", "settings of the service (TOML)")
    parser.add_argument("--config", type=Path, metavar="FILE.toml", help=config.pick(lang))
    data = Text("数据文件夹（默认 gongpei-data）", "data folder (gongpei-data by default)")
    parser.add_argument("--data", type=Path, metavar="DIR", help=data.pick(lang))
    url = Text(
        "数据库地址，如 postgresql://USER@HOST/NAME（默认为数据文件夹中的 SQLite）",
        "address of the database, such as postgresql://USER@HOST/NAME (SQLite in the data folder by default)",
    )
    parser.add_argument("--database", metavar="URL", help=url.pick(lang))
    key_file = Text(
        "个人信息的密钥文件，须在数据文件夹之外", "file with the keys of personal fields, outside the data folder"
    )
    parser.add_argument("--key-file", type=Path, metavar="FILE", help=key_file.pick(lang))


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings: file, variables, then the command line; the data folder is made.

    Raises
    ------
    InvalidInput
        E600, E403.
    """
    settings = load_settings(options.config)
    named = {name: getattr(options, name) for name in ("data", "database", "key_file")}
    settings = replace(settings, **{name: value for name, value in named.items() if value is not None})
    if not settings.data.exists():
        output_folder(settings.data).chmod(0o700)
    output_folder(settings.data)
    return settings
