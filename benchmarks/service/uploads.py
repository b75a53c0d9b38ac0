"""Mutated uploads: whatever is handed in as a scenario is judged or refused, soon, within memory, and never a 5xx."""

from __future__ import annotations

import io
import itertools
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import osmium

from api.service.folders import packed
from benchmarks.service.harness import found_county, serving, wait_until
from benchmarks.service.mutations import ADDRESSES, upload
from benchmarks.service.witness import PATIENCE_S, Sent, Witness, deliver, watched

if TYPE_CHECKING:
    from benchmarks.service.harness import Ground

CLIENTS = 3
"""Connections at once; the service reads two scenarios at a time."""

ENDED = "E647"
"""Code of a refusal because the limited process ended: no 5xx, but a reader may be at fault."""


def mutated(where: Ground, county: Path, *, uploads: int, first: int = 0) -> dict[str, Any]:
    """Send uploads ``first`` to ``first + uploads``, each drawn from its number; tell what came back."""
    owner, folders = found_county(where.database), bases(county)
    key = {"Authorization": f"Bearer {owner.secret}"}
    witness, states, ended = Witness(), Counter[str](), dict[str, list[int]]()
    numbers, turn = itertools.count(first), threading.Lock()
    variables = {"GONGPEI_KEY_FILE": str(where.folder / "keys.jsonl")}

    def send(_: int) -> None:
        while True:
            with turn:
                number = next(numbers)
            if number >= first + uploads:
                return
            sent = upload(number, folders)
            sent = replace(sent, headers={**sent.headers, **key})
            answer = deliver(api.port, sent)
            witness.saw(sent, answer)
            told = answer.document if isinstance(answer.document, dict) else {}
            with turn:
                states[str(told.get("state", "refused"))] += 1
                if told.get("code") == ENDED:
                    ended.setdefault(str(told.get("en")), []).append(number)

    with serving(where, options=("--no-worker",), variables=variables) as api:
        assert wait_until(api.answers, PATIENCE_S)
        zipped = {**key, "Content-Type": "application/zip"}
        for files in folders:  # what is imported only once is not part of any figure
            sound = deliver(api.port, Sent(method="POST", path=ADDRESSES[0], headers=zipped, body=packed(files)))
            assert sound.document["state"] == "valid", sound.content
        with watched(api) as peaks, ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(send, range(CLIENTS)))
        is_alive = api.answers()
    return {
        **witness.account(),
        "states": dict(states),
        "ended_early": {what: numbers[:10] for what, numbers in ended.items()},
        "alive": is_alive,
        **peaks,
    }


def bases(county: Path) -> list[dict[str, bytes]]:
    """Return a sound folder with each kind of road file, and one with personal fields, closures and overrides."""
    files = {path.name: path.read_bytes() for path in sorted(county.iterdir()) if path.is_file()}
    roads = files["roads.geojson"]
    found = [files]
    for name, made in road_files(roads).items():
        settings = files["scenario.toml"].replace(b'file = "roads.geojson"', f'file = "{name}"'.encode())
        kept = {each: data for each, data in files.items() if each != "roads.geojson"}
        found.append({**kept, **made, "scenario.toml": settings})
    orders = files["orders.csv"].decode("utf-8-sig").splitlines()
    told = [orders[0] + ",收件人,电话,收货地址", *(f"{line},张三,13800000000,甲村 1 号" for line in orders[1:])]
    mended = b'file = "roads.geojson"\noverrides = "overrides.csv"\nclosures = "closures.csv"\n'
    settings = files["scenario.toml"].replace(b'file = "roads.geojson"\n', mended)
    more = {
        "orders.csv": "\n".join(told).encode(),
        "scenario.toml": settings,
        "overrides.csv": "道路编号,限速\n1,40\n".encode(),
        "closures.csv": "道路编号,季节\n7,雨季\n".encode(),
    }
    return [*found, {**files, **more}]


def road_files(roads: bytes) -> dict[str, dict[str, bytes]]:
    """Return roads in GeoJSON as files of other kinds, by the name that settings have to say."""
    layer = gpd.read_file(io.BytesIO(roads)).rename(columns={"道路等级": "等级"})  # names of a dbf have ten bytes
    found = {}
    with tempfile.TemporaryDirectory() as place:
        for name in ("roads.gpkg", "roads.fgb", "roads.shp"):
            folder = Path(place) / name
            folder.mkdir()
            layer.to_file(folder / name, **({"encoding": "utf-8"} if name.endswith(".shp") else {}))
            found[name] = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        _write_pbf(layer, Path(place) / "roads.osm.pbf")
        found["roads.osm.pbf"] = {"roads.osm.pbf": (Path(place) / "roads.osm.pbf").read_bytes()}
    return found


def _write_pbf(layer: Any, file: Path) -> None:
    ids: dict[tuple[float, float], int] = {}
    with osmium.SimpleWriter(str(file)) as writer:
        ways = []
        for number, line in enumerate(layer.geometry, start=1):
            points = [(round(x, 7), round(y, 7)) for x, y in line.coords]
            nodes = [ids.setdefault(point, len(ids) + 1) for point in points]
            tags = {"highway": "secondary", "name": f"路{number}"}
            ways.append(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
        for location, each in ids.items():
            writer.add_node(osmium.osm.mutable.Node(id=each, location=location))
        for way in ways:
            writer.add_way(way)
