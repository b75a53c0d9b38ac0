"""What is wrong with stations, modes and vehicles of others, codes E364 to E369 and E397: Chinese, then English.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E364": (
        "{value} 既不是地点编号，也不是乡镇名称",
        "写 places.csv 中的编号，或其“乡镇”列中的名称",
        "{value} is neither the id of a place nor the name of a township",
        "write an id of places.csv, or a name from its column township",
    ),
    "E365": (
        "允许方式 {value}，却没有相应的手段（{needs.zh}）",
        "补上该手段，或删去此方式",
        "mode {value} is allowed, but there are no means for it ({needs.en})",
        "add the means, or drop the mode",
    ),
    "E366": (
        "地点 {place} 的服务站 {value} 不在 stations.csv 中",
        "在 stations.csv 中列出该服务站，或改正 station 列",
        "station {value} of place {place} is not in stations.csv",
        "list the station in stations.csv, or correct the column station",
    ),
    "E367": (
        "乡镇 {value} 须同一方式服务，但各地点没有共同的方式",
        "放宽其中地点的方式，或取消 together",
        "the places of township {value} must go together, but have no mode in common",
        "allow them a common mode, or drop together",
    ),
    "E368": (
        "车型 {value} 填写了 {field}，但它的类别不是 idle（闲散车辆）",
        "把类别写为 idle，或清空该列",
        "vehicle type {value} has {field}, but is no idle vehicle",
        "give it the kind idle, or clear the column",
    ),
    "E369": (
        "{column} 为 {value}，但没有时刻表",
        "在 scenario.toml 的 [timetable] 中写 file，或删去此项",
        "{column} is {value}, but there is no timetable",
        "name the file under [timetable] in scenario.toml, or drop this",
    ),
    "E397": (
        "车型 {vehicle} 的道路类别为 {value}；无人机（类别 drone）须为 drone，其他车型不得为 drone",
        "改正道路类别或类别",
        "vehicle type {vehicle} has profile {value}; what is of kind drone has profile drone, and nothing else has",
        "correct its profile or its kind",
    ),
}
"""Problem and remedy in Chinese, then in English, by code."""
