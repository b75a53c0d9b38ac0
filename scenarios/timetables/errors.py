"""What is wrong with a timetable, codes E380 to E396: problem and remedy in Chinese, then in English.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E380": (
        "时刻表有 {count} 处错误",
        "逐条改正后重新读取",
        "faults in the timetable: {count}",
        "mend them one by one and read it again",
    ),
    "E381": (
        "线路 {line} 经过不存在的地点 {value}",
        "先在 places.csv 中定义该地点，或改正线路",
        "line {line} calls at place {value}, which does not exist",
        "define it in places.csv, or correct the line",
    ),
    "E382": (
        "时刻倒退：班次 {departure} 的 {value} 早于前一时刻 {before}",
        "改正时刻；过午夜请写 24:30 而不是 00:30",
        "times go backwards: {value} of departure {departure} is before {before}",
        "correct the times; after midnight write 24:30, not 00:30",
    ),
    "E383": (
        "{column} 为负数：{value}",
        "空位、重量和价格至少为 0",
        "{column} is negative: {value}",
        "free space, weights and prices are at least 0",
    ),
    "E384": (
        "{column} 引用了不存在的站点 {value}",
        "先在 stops.txt 中定义该站点，或改正引用",
        "{column} names stop {value}, which does not exist",
        "define it in stops.txt, or correct the reference",
    ),
    "E385": (
        "{value} 没有任何班次运行",
        "换一个有班次的日期，或改正运行日",
        "nothing runs on {value}",
        "choose a day of service, or correct the days",
    ),
    "E386": (
        "班次 {value} 少于两个站点",
        "补上其余站点，或删去该班次",
        "departure {value} has fewer than two stops",
        "add its other stops, or drop it",
    ),
    "E387": (
        "运行方案 {value} 在 calendar.txt 和 calendar_dates.txt 中都没有",
        "补上它的运行日，或改正 trips.txt",
        "service {value} is in neither calendar.txt nor calendar_dates.txt",
        "give it its days, or correct trips.txt",
    ),
    "E388": (
        "{owner} 的 {column} 为 {value}，前面第 {first} 行写的是 {before}",
        "只写一次，或写得一致",
        "{column} of {owner} is {value}, but row {first} says {before}",
        "say it once, or the same each time",
    ),
    "E389": (
        "站点 {value} 没有坐标，也没有对应的地点",
        "填写经度和纬度，或填写地点编号",
        "stop {value} has neither coordinates nor a place",
        "give its longitude and latitude, or the id of its place",
    ),
    "E391": (
        "缺少 {value}，或其中没有任何行",
        "补上该文件；calendar.txt 与 calendar_dates.txt 至少有一个",
        "{value} is missing or holds no rows",
        "add it; of calendar.txt and calendar_dates.txt one will do",
    ),
    "E392": (
        "发车间隔为 {value} 秒",
        "间隔至少 1 秒，每个时段最多 {most} 班",
        "the time between departures is {value} s",
        "it is at least 1 s, with at most {most} departures in a span",
    ),
    "E393": (
        "解压后有 {value} MB，超过 {most} MB",
        "只保留本县的线路",
        "it unpacks to {value} MB, more than {most} MB",
        "keep only the lines of the county",
    ),
    "E394": (
        "没有客车线路（{value} 条其他线路）",
        "检查 routes.txt 的 route_type，客车为 3 或 7xx",
        "there are no bus lines ({value} others)",
        "check route_type in routes.txt; buses are 3 or 7xx",
    ),
    "E395": (
        "班次 {value} 的首站或末站没有时刻",
        "填写首站和末站的时刻",
        "departure {value} has no time at its first or last stop",
        "give the times of its first and last stop",
    ),
    "E396": (
        "时刻表中没有以下编号的班次、线路或线路号（{count} 个）：{value}",
        "改正编号",
        "the timetable has no departure, line or service with these ids ({count}): {value}",
        "correct the ids",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
