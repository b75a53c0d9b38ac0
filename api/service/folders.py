"""The folder of a scenario as it travels and is kept: file names and bytes, packed into a zip.

Whatever comes from outside passes ``unpacked`` or ``checked``, which count before they unpack and refuse every
name that is not a plain one of a known kind. Equal folders give equal zips.
"""

from __future__ import annotations

import io
import re
import stat
import tomllib
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from api.errors import Fault, InvalidInput
from scenarios.settings import FILE
from scenarios.tables import Findings
from scenarios.toml_rows import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MOST_FILES = 200
"""Files in one folder."""

MOST_UNPACKED = 48 * 1024 * 1024
"""Bytes of all files together."""

MOST_RATIO = 100
"""How much larger a file may be than its packed form, beyond ``SMALL`` bytes."""

SMALL = 1024 * 1024

KINDS = (
    *(".toml", ".csv", ".txt", ".geojson", ".json", ".gpkg", ".fgb"),
    *(".shp", ".shx", ".dbf", ".prj", ".cpg", ".pbf", ".hgt"),
)
"""Suffixes of files that a scenario can use. XML and archives are not among them."""

NAME = re.compile(r"[^\x00-\x1f\x7f/\\:\ud800-\udfff]{1,100}")
"""One part of a path: no control characters, no halves of characters."""

DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE)
"""One part of a path that is a device and no file on Windows."""

WIDE_SPACE = "\u3000"
"""The space of Chinese texts; other characters that are not seen, or turn the order of those about them, may not be."""

MOST_NAME = 255
"""Bytes of one part of a path, as file systems have it."""

PATHS = (
    *("roads.file", "roads.overrides", "roads.closures", "roads.profiles", "roads.elevation"),
    "timetable_file.file",
)
"""Fields of the settings that name files."""

ENTRY = b"PK\x01\x02"
"""How an entry of a zip's directory begins."""

NAMING = ("file", "closures")
"""Entries of events and variants that name files."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The moment that every packed file bears."""

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a zip; equal files give equal bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, files[name])
    return content.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of an uploaded zip; a single folder around them is left out.

    Raises
    ------
    InvalidInput
        E641, E642, E643, E644.
    """
    if data.count(ENTRY) > MOST_FILES:  # before the directory is parsed
        raise InvalidInput("E642", most=MOST_FILES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return checked(_without_wrapping(dict(_members(archive))))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OverflowError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput("E641", detail=str(error)[:80]) from None


def checked(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files, all of whose names may be.

    Raises
    ------
    InvalidInput
        E631 with a fault for every name that may not (E644); E642, E643.
    """
    if len(files) > MOST_FILES:
        raise InvalidInput("E642", most=MOST_FILES)
    if sum(map(len, files.values())) > MOST_UNPACKED:
        raise InvalidInput("E643", value="*", most=MOST_UNPACKED, ratio=MOST_RATIO)
    if len(files.get(FILE, b"")) > SMALL:  # TOML is parsed in plain Python, some megabytes a second
        raise InvalidInput("E643", value=FILE, most=SMALL, ratio=MOST_RATIO)
    faults = tuple(_name_faults(files))
    if faults:
        raise InvalidInput("E631", faults=faults, count=len(faults))
    return dict(files)


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write checked files below ``folder``."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def stored_files(content: bytes) -> dict[str, bytes]:
    """Return the files of a zip that ``packed`` made."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def date_in(content: bytes) -> str:
    """Return the date of a zip that ``packed`` made, as its settings have it; nothing where they have none."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        settings = settings_tree(archive.read(FILE)) if FILE in archive.namelist() else {}
    return str(settings.get("date", settings.get("日期", "")))


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield every file; sizes are judged as declared before anything is unpacked, and none may lie about its own."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    for entry in entries:
        if entry.file_size > max(SMALL, MOST_RATIO * entry.compress_size):
            raise InvalidInput("E643", value=entry.filename[:80], most=MOST_UNPACKED, ratio=MOST_RATIO)
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise InvalidInput("E643", value="*", most=MOST_UNPACKED, ratio=MOST_RATIO)
    seen: set[str] = set()
    for entry in entries:
        mode = entry.external_attr >> 16
        is_plain = not mode or stat.S_ISREG(mode) or not stat.S_IFMT(mode)
        if entry.flag_bits & 0x1 or entry.compress_type not in METHODS:
            raise InvalidInput("E641", detail="encrypted, or packed in another way than deflate")
        if not is_plain or entry.filename in seen:
            raise _refused(entry.filename)
        seen.add(entry.filename)
        data = archive.read(entry)  # refuses what is longer than declared
        yield entry.filename, data


def _without_wrapping(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files without the one folder that holds them all, as archives of a folder have it."""
    tops = {name.partition("/")[0] for name in files}
    if FILE in files or len(tops) != 1 or not all("/" in name for name in files) or not all(map(is_plain_path, tops)):
        return files
    return {name.partition("/")[2]: data for name, data in files.items()}


def _refused(name: str) -> InvalidInput:
    return InvalidInput("E644", value=name[:80], known=" ".join(KINDS))


def _name_faults(files: Mapping[str, bytes]) -> Iterator[Fault]:
    holding = {name.partition("/")[0] for name in files if "/" in name}
    for name in files:
        if not is_plain_path(name) or not name.lower().endswith(KINDS) or name in holding:
            values = {"value": name[:80], "known": " ".join(KINDS)}
            yield Fault(code="E644", file=name[:80], value=name[:80], values=values)


def is_plain_path(name: str) -> bool:
    """Whether a name stays within its folder on every system, at most one folder deep."""
    parts = name.split("/")
    return len(parts) <= 2 and all(map(_is_plain_part, parts))


def _is_plain_part(part: str) -> bool:
    is_named = NAME.fullmatch(part) is not None and part.replace(WIDE_SPACE, " ").isprintable()
    is_a_file_everywhere = not part.startswith(".") and DEVICE.fullmatch(part) is None
    return is_named and is_a_file_everywhere and len(part.encode()) <= MOST_NAME


def path_faults(folder: Path) -> tuple[Fault, ...]:
    """Return the settings of a written folder that lead out of it, as the reader of scenarios would take them.

    To be asked before anything opens what they name. A file that cannot be read names nothing.
    """
    values = read_settings(folder / FILE, Findings()).values
    named = [(field, name) for field in PATHS for name in _names(values.get(field))]
    wrong = [(field, name) for field, name in named if not _may_be_opened(name)]
    return tuple(
        Fault(code="E645", file=FILE, column=field, value=name[:80], values={"value": name[:80], "column": field})
        for field, name in wrong
    )


def _may_be_opened(name: str) -> bool:
    """Whether a setting names a file of a known kind within the folder, or a folder within it, as feeds are."""
    return is_plain_path(name) and (name.lower().endswith(KINDS) or "." not in name)


def _names(value: object) -> tuple[str, ...]:
    """Return the file names of a setting: one, several or none."""
    if isinstance(value, tuple | frozenset | list):
        return tuple(map(str, value))
    return (str(value),) if value else ()


def settings_tree(data: bytes) -> dict[str, Any]:
    """Return what ``scenario.toml`` holds; nothing where it cannot be read, which the reader of scenarios tells."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return tomllib.loads(data.decode(encoding))
        except (ValueError, RecursionError):
            continue
    return {}


def refuse_outside(text: str) -> None:
    """Refuse a TOML text of events or variants that names a file elsewhere than in the folder.

    A text that is no TOML names nothing; its reader says so. Readers take a list for its entries, so that is looked
    through too.

    Raises
    ------
    InvalidInput
        E645.
    """
    for key, name in _named_in(settings_tree(text.encode("utf-8", "replace"))):
        if not is_plain_path(name):
            raise InvalidInput("E645", column=key, value=name[:80])


def _named_in(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what stands under ``NAMING`` anywhere in a tree."""
    todo: list[Any] = [tree]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            for key, value in each.items():
                if key in NAMING:
                    entries = value if isinstance(value, list) else [value]
                    yield from ((key, entry) for entry in entries if isinstance(entry, str) and entry)
            todo += each.values()
        elif isinstance(each, list):
            todo += each
