"""What the networks say about wrong input, in Chinese and English: one sentence a code.

Codes: E20x files, E21x road layers, E22x profiles, E23x overrides and closures,
E24x elevation and datums, E25x and E26x matrices, E27x generated counties, E29x ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is wrong and how to mend it, in both languages; ``{name}`` takes a value."""

    zh: str
    en: str
    fix_zh: str
    fix_en: str

    def render(self, lang: str, values: Mapping[str, object]) -> str:
        """Return "problem; remedy" in ``lang`` ("zh" or "en") with ``values`` filled in."""
        what, fix = (self.zh, self.fix_zh) if lang == "zh" else (self.en, self.fix_en)
        joint = "；" if lang == "zh" else "; "
        return (what + joint + fix).format_map(values)


CATALOGUE: dict[str, Sentence] = {
    "E200": Sentence(
        zh="找不到文件 {path}",
        en="file {path} does not exist",
        fix_zh="检查路径",
        fix_en="check the path",
    ),
    "E201": Sentence(
        zh="文件 {path} 是空的",
        en="file {path} is empty",
        fix_zh="重新导出或下载该文件",
        fix_en="export or download it again",
    ),
    "E202": Sentence(
        zh="无法读取 {path}：{detail}",
        en="{path} cannot be read: {detail}",
        fix_zh="文件可能不完整或格式不对，重新导出或下载",
        fix_en="it may be cut short or of another kind; export or download it again",
    ),
    "E203": Sentence(
        zh="不认识文件类型 {suffix}（{path}）",
        en="files of kind {suffix} are not known ({path})",
        fix_zh="请用 {known}",
        fix_en="use one of {known}",
    ),
    "E204": Sentence(
        zh="文件 {path} 的编码既不是 UTF-8 也不是 GB18030",
        en="{path} is text in neither UTF-8 nor GB18030",
        fix_zh="另存为 UTF-8",
        fix_en="save it as UTF-8",
    ),
    "E205": Sentence(
        zh="文件 {path} 有 {count} 处错误，第一处：第 {row} 行 {column}",
        en="{path} has {count} faults, the first in row {row}, column {column}",
        fix_zh="逐条改正",
        fix_en="mend them one by one",
    ),
    "E206": Sentence(
        zh="{path} 里没有任何道路",
        en="{path} holds no road at all",
        fix_zh="检查是否选对了文件、图层和范围",
        fix_en="check that it is the right file, layer and area",
    ),
    "E207": Sentence(
        zh="{path} 不是本程序写出的路网（{detail}）",
        en="{path} is not a road network written by this program ({detail})",
        fix_zh="用 read_layer 读取其他来源的道路图层",
        fix_en="read road layers of another origin with read_layer",
    ),
    "E208": Sentence(
        zh="{path} 有多个图层：{layers}",
        en="{path} has several layers: {layers}",
        fix_zh="指明要用的图层",
        fix_en="name the layer to use",
    ),
    "E209": Sentence(
        zh="{path} 没有图层 {layer}，只有：{layers}",
        en="{path} has no layer {layer}, only: {layers}",
        fix_zh="改正图层名",
        fix_en="correct the layer's name",
    ),
    "E210": Sentence(
        zh="{path} 没有坐标系",
        en="{path} names no coordinate system",
        fix_zh="在数据源里设定坐标系（Shapefile 需要 .prj），或在映射里写 crs",
        fix_en="set it at the source (a Shapefile needs its .prj), or give crs in the mapping",
    ),
    "E211": Sentence(
        zh="{path} 的坐标超出范围：{count} 条线不在经度 ±180、纬度 ±90 之内（坐标系 {crs}）",
        en="{path} has {count} lines outside longitude ±180, latitude ±90 (coordinate system {crs})",
        fix_zh="坐标系可能写错，米制坐标要用投影坐标系",
        fix_en="its coordinate system may be wrong; metres need a projected one",
    ),
    "E212": Sentence(
        zh="{path} 的经纬度可能颠倒：{count} 条线的纬度超过 90",
        en="longitude and latitude of {path} may be swapped: {count} lines have a latitude beyond 90",
        fix_zh="交换两列坐标后重新导出",
        fix_en="swap the coordinates and export again",
    ),
    "E213": Sentence(
        zh="列 {column} 的值不合规定：{value}",
        en="column {column} holds {value}, which is not allowed",
        fix_zh="应为 {expected}",
        fix_en="it should be {expected}",
    ),
    "E214": Sentence(
        zh="映射中的列 {column} 不在 {path} 中；有：{known}",
        en="column {column} of the mapping is not in {path}, which has: {known}",
        fix_zh="改正映射",
        fix_en="correct the mapping",
    ),
    "E215": Sentence(
        zh="{path} 没有道路等级列；现有列：{known}",
        en="{path} has no column for the road class; it has: {known}",
        fix_zh="在映射里写明 road_class 对应的列，或写 default_class",
        fix_en="name the column of road_class in the mapping, or give default_class",
    ),
    "E216": Sentence(
        zh="几何类型 {value} 不是线",
        en="geometry {value} is not a line",
        fix_zh="只保留道路中心线",
        fix_en="keep only road centre lines",
    ),
    "E218": Sentence(
        zh="路网的 {field} 不合规定：{detail}",
        en="{field} of the road network is not valid: {detail}",
        fix_zh="检查生成路网的代码或文件",
        fix_en="check the code or file that made the network",
    ),
    "E220": Sentence(
        zh="{field} 应为 {expected}，写的是 {value}",
        en="{field} should be {expected}, but is {value}",
        fix_zh="按 networks/profiles.toml 的样子改正",
        fix_en="correct it after the pattern of networks/profiles.toml",
    ),
    "E221": Sentence(
        zh="不认识 {field}",
        en="{field} is not known",
        fix_zh="可用的有：{known}",
        fix_en="known are: {known}",
    ),
    "E222": Sentence(
        zh="缺少 {field}",
        en="{field} is missing",
        fix_zh="补上它，或用 like 指明照搬哪个车型",
        fix_en="add it, or name the profile to follow with like",
    ),
    "E223": Sentence(
        zh="{path} 不是合法的 TOML（第 {row} 行）：{detail}",
        en="{path} is not valid TOML (line {row}): {detail}",
        fix_zh="改正该行",
        fix_en="correct that line",
    ),
    "E224": Sentence(
        zh="{what} 没有 {value}",
        en="there is no {what} {value}",
        fix_zh="可用的有：{known}",
        fix_en="known are: {known}",
    ),
    "E230": Sentence(
        zh="{column} 写的是 {value}，应为 {expected}",
        en="{column} is {value}, but should be {expected}",
        fix_zh="改正该格",
        fix_en="correct the cell",
    ),
    "E231": Sentence(
        zh="不认识列 {column}",
        en="column {column} is not known",
        fix_zh="可用的列：{known}",
        fix_en="known columns: {known}",
    ),
    "E232": Sentence(
        zh="这一行没有说明是哪条路",
        en="the row does not say which road it means",
        fix_zh="填 edge、way，或连接线的起点和终点",
        fix_en="fill in edge, way, or both ends of a connector",
    ),
    "E233": Sentence(
        zh="路网里没有 {column} {value}",
        en="the network has no {column} {value}",
        fix_zh="改正编号；路网更新后 edge 编号会变，way 编号更稳定",
        fix_en="correct the number; edge numbers change with the network, way numbers last longer",
    ),
    "E234": Sentence(
        zh="不认识地点 {value}",
        en="place {value} is not known",
        fix_zh="改正地点编号，或写成“经度,纬度”",
        fix_en="correct the id of the place, or write lon,lat",
    ),
    "E235": Sentence(
        zh="这一行什么也没有改",
        en="the row changes nothing",
        fix_zh="填上要改的列，或删去该行",
        fix_en="fill in what should change, or delete the row",
    ),
    "E236": Sentence(
        zh="起始日期 {start} 晚于结束日期 {end}",
        en="it begins on {start}, after it ends on {end}",
        fix_zh="交换两个日期",
        fix_en="swap the dates",
    ),
    "E237": Sentence(
        zh="附近没有可连接的道路：{value}（最近 {distance_m} 米）",
        en="no road to connect to near {value} (the nearest is {distance_m} m away)",
        fix_zh="检查坐标和坐标系；连接线不超过 {limit_m} 米",
        fix_en="check coordinates and datum; a connector joins roads within {limit_m} m",
    ),
    "E240": Sentence(
        zh="高程文件名 {path} 不像 N42E001.hgt",
        en="elevation tile {path} is not named like N42E001.hgt",
        fix_zh="恢复原来的文件名，它说明位置",
        fix_en="give it back its name, which says where it lies",
    ),
    "E241": Sentence(
        zh="高程文件 {path} 有 {size} 字节，不是 1201×1201 或 3601×3601 的瓦片",
        en="elevation tile {path} has {size} bytes, not those of a 1201 x 1201 or 3601 x 3601 tile",
        fix_zh="重新下载",
        fix_en="download it again",
    ),
    "E242": Sentence(
        zh="高程文件 {path} 没有任何有效高程",
        en="elevation tile {path} holds no elevation at all",
        fix_zh="换一个来源",
        fix_en="take it from another source",
    ),
    "E243": Sentence(
        zh="高程文件（{tiles}）没有覆盖任何道路",
        en="no road lies within the elevation tiles ({tiles})",
        fix_zh="选用道路所在经纬度的瓦片",
        fix_en="take the tiles of the roads' longitude and latitude",
    ),
    "E245": Sentence(
        zh="不认识坐标基准 {value}",
        en="datum {value} is not known",
        fix_zh="可用的有：{known}",
        fix_en="known are: {known}",
    ),
    "E246": Sentence(
        zh="{count} 个坐标缺失或超出经度 ±180、纬度 ±90",
        en="{count} coordinates are missing or outside longitude ±180, latitude ±90",
        fix_zh="检查经纬度是否颠倒、是否为米制坐标",
        fix_en="check whether they are swapped, or metres",
    ),
    "E250": Sentence(
        zh="路网过大：可能有长达 {km:.0f} 公里或 {hours:.0f} 小时的路径",
        en="the network is too large: a path may be {km:.0f} km long or take {hours:.0f} h",
        fix_zh="裁剪到县域；路径不得超过 1,677 公里或 149 小时",
        fix_en="cut it to the county; a path may have at most 1,677 km and 149 h",
    ),
    "E251": Sentence(
        zh="点的编号有 {ids} 个，经度数组形状 {lon}，纬度数组形状 {lat}",
        en="{ids} point ids, but longitudes of shape {lon} and latitudes of shape {lat}",
        fix_zh="三者的数量要一致",
        fix_en="give as many of each",
    ),
    "E252": Sentence(
        zh="{count} 个点的编号重复：{ids}",
        en="{count} point ids are not unique: {ids}",
        fix_zh="每个编号只能出现一次",
        fix_en="let each id appear once",
    ),
    "E253": Sentence(
        zh="{count} 个点的坐标缺失或超出经度 ±180、纬度 ±90：{ids}",
        en="{count} points have coordinates missing or outside longitude ±180, latitude ±90: {ids}",
        fix_zh="检查 lon、lat 两列是否颠倒",
        fix_en="columns lon and lat may be swapped",
    ),
    "E254": Sentence(
        zh="行程引用了第 {value} 个点，但只有 {count} 个点",
        en="a leg names point {value}, but there are only {count} points",
        fix_zh="行程中的编号从 0 开始，小于点的数量",
        fix_en="legs hold positions from 0 to one less than the number of points",
    ),
    "E270": Sentence(
        zh="不认识地形 {value}",
        en="terrain {value} is not known",
        fix_zh="可用的有：{known}",
        fix_en="use one of {known}",
    ),
    "E271": Sentence(
        zh="{field} 为 {value}，应在 {least} 到 {most} 之间",
        en="{field} is {value}, but must lie between {least} and {most}",
        fix_zh="改为该范围内的整数",
        fix_en="use a whole number in that range",
    ),
    "E290": Sentence(
        zh="路网处理出错（{detail}）",
        en="working on the road network failed ({detail})",
        fix_zh="请报告此错误并附上输入文件",
        fix_en="please report this with the input files",
    ),
}
"""One sentence a code; the error pages are generated from it."""


NOTES: dict[str, Sentence] = {
    "N201": Sentence(
        zh="{count} 条道路有节点不在文件内，缺失的路段已略去",
        en="{count} ways name nodes that the file lacks; those pieces are left out",
        fix_zh="多在边界处；需要时用更大的范围重新截取",
        fix_en="usual at the border; cut a larger area if they matter",
    ),
    "N202": Sentence(
        zh="{count} 个以路为途经的转向限制未采用",
        en="{count} turn restrictions via a way are not applied",
        fix_zh="重要的可用封路或改道路属性代替",
        fix_en="replace important ones by a closure or an override",
    ),
    "N203": Sentence(
        zh="{count} 个转向限制含义不明或指向文件外的道路，未采用",
        en="{count} turn restrictions are ambiguous or name roads outside the file; they are not applied",
        fix_zh="在 OSM 中改正，或忽略",
        fix_en="correct them in OSM, or ignore them",
    ),
    "N204": Sentence(
        zh="{count} 处路障截断道路（隔离桩、上锁的门等）",
        en="{count} barriers cut roads (bollards, locked gates and the like)",
        fix_zh="实际可通行的，用连接线接上",
        fix_en="join those that can be passed with a connector",
    ),
    "N205": Sentence(
        zh="{count} 个限制值无法理解，已忽略，例如 {value}",
        en="{count} limits could not be understood and are ignored, such as {value}",
        fix_zh="重要的可用道路覆盖表写明",
        fix_en="state important ones in an override",
    ),
    "N206": Sentence(
        zh="{count} 条线为空或长度为零，已略去",
        en="{count} lines are empty or have no length; they are left out",
        fix_zh="一般无须处理",
        fix_en="usually nothing to do",
    ),
    "N207": Sentence(
        zh="未使用的列：{columns}",
        en="columns that are not used: {columns}",
        fix_zh="需要的话写进映射",
        fix_en="name them in the mapping if they matter",
    ),
    "N208": Sentence(
        zh="{count} 个路口附近的断头已接上（相距不到 {gap_m} 米）",
        en="{count} loose ends within {gap_m} m of a road were joined to it",
        fix_zh="不应相连的，请在数据源里拉开",
        fix_en="pull them apart at the source where they should not meet",
    ),
    "N209": Sentence(
        zh="{count} 个节点没有高程，按平路计算",
        en="{count} nodes have no elevation and count as level",
        fix_zh="补上缺少的高程瓦片",
        fix_en="add the missing elevation tiles",
    ),
    "N210": Sentence(
        zh="站点 {stop} 离{profile}能走的最近道路 {distance_m} 米",
        en="stop {stop} is {distance_m} m from the nearest road that {profile} can use",
        fix_zh="核对站点坐标，或补上缺少的道路",
        fix_en="check its coordinates, or add the missing road",
    ),
    "N211": Sentence(
        zh="站点 {stop} 接不上路网：离{profile}能走的最近道路 {distance_m} 米",
        en="stop {stop} is not on the road network: {distance_m} m to the nearest road that {profile} can use",
        fix_zh="核对站点坐标和坐标系，或补上缺少的道路",
        fix_en="check its coordinates and their datum, or add the missing road",
    ),
    "N212": Sentence(
        zh="线路 {line} 从 {stop} 到 {next} 没有道路可走",
        en="line {line} has no road path from {stop} to {next}",
        fix_zh="核对这两站，或用连接线、道路覆盖表补路",
        fix_en="check the two stops, or mend the roads with a connector or an override",
    ),
    "N213": Sentence(
        zh="站点 {stop} 离线路 {line} 的走向图 {distance_m} 米，该站前后按道路走（{profile}）",
        en="stop {stop} is {distance_m} m from the drawn course of line {line}; its legs go by road ({profile})",
        fix_zh="核对 shapes.txt 与站点是否属于同一方向",
        fix_en="check whether shapes.txt and the stops belong to the same direction",
    ),
}
"""What a reader settled by itself; said once, never a refusal."""
