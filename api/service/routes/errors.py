"""What the doors of the service refuse, codes E630 to E669 and E690 to E692: Chinese, then English.

``api.service.errors`` takes these into the catalogue; ``api.service.problems`` knows the HTTP status of each.
"""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "E630": (
        "没有有效的密钥",
        "在请求头写 Authorization: Bearer 密钥；新密钥由 gongpei admin key new 生成",
        "there is no valid key",
        "send the header Authorization: Bearer KEY; gongpei admin key new makes one",
    ),
    "E631": (
        "请求有 {count} 处不合规定",
        "按每处的 pointer 改正后重发",
        "the request has {count} faults",
        "mend each at its pointer and send it again",
    ),
    "E632": (
        "字段不合规定（{detail}）",
        "按接口文档改正",
        "the field breaks the schema ({detail})",
        "correct it as the page of the API says",
    ),
    "E633": (
        "请求体不是合法的 JSON（{detail}）",
        "改正该处的写法，编码用 UTF-8",
        "the body is not valid JSON ({detail})",
        "correct the text at that position, encoded as UTF-8",
    ),
    "E634": (
        "JSON 嵌套超过 {most} 层",
        "减少嵌套",
        "the JSON is nested deeper than {most} levels",
        "nest it less",
    ),
    "E635": (
        "请求体超过 {most} 字节",
        "压缩成 zip 上传，或由管理员提高上限",
        "the body is larger than {most} bytes",
        "send it as a zip, or let the operator raise the limit",
    ),
    "E636": (
        "角色 {role} 没有权限 {action}",
        "换用有此权限的密钥",
        "the role {role} may not do {action}",
        "use a key whose role may",
    ),
    "E637": (
        "没有{kind.zh} {value}",
        "检查编号；别的县的数据看不到",
        "there is no {kind.en} {value}",
        "check the id; what belongs to another county is not seen",
    ),
    "E638": (
        "修改需要请求头 If-Match",
        "先 GET 得到 ETag，再在 If-Match 中带上",
        "a change needs the header If-Match",
        "GET the scenario first and send its ETag as If-Match",
    ),
    "E639": (
        "场景已被修改：现在的版本是 {etag}",
        "重新 GET，在新版本上再改",
        "the scenario has changed: it is at {etag} now",
        "GET it again and make the change on that revision",
    ),
    "E640": (
        "不接受的内容类型 {value}",
        "使用 {known}",
        "the content type {value} is not accepted",
        "use {known}",
    ),
    "E641": (
        "zip 文件无法读取（{detail}）",
        "用普通的 zip（deflate，不加密）重新打包场景文件夹",
        "the zip cannot be read ({detail})",
        "pack the folder of the scenario again as an ordinary zip, deflated and not encrypted",
    ),
    "E642": (
        "文件超过 {most} 个",
        "只上传场景需要的文件",
        "there are more than {most} files",
        "send only the files that the scenario needs",
    ),
    "E643": (
        "{value} 解压后过大（上限 {most} 字节，压缩比上限 {ratio}）",
        "去掉不需要的文件",
        "{value} unpacks to too much (limits: {most} bytes, ratio {ratio})",
        "leave out what is not needed",
    ),
    "E644": (
        "不接受文件名 {value}",
        "文件放在场景文件夹内，使用 {known}；不接受 XML、链接和嵌套的 zip",
        "the file name {value} is not accepted",
        "keep files within the folder, of these kinds: {known}; no XML, links or zips within",
    ),
    "E645": (
        "{column} 指向场景文件夹之外：{value}",
        "写文件夹内的相对路径",
        "{column} leads out of the folder of the scenario: {value}",
        "write a path relative to the folder and within it",
    ),
    "E646": (
        "场景有 {count} 个{what.zh}，上限 {most}",
        "缩小场景，或由管理员提高上限",
        "the scenario has {count} {what.en}, the limit is {most}",
        "make it smaller, or let the operator raise the limit",
    ),
    "E647": (
        "处理此场景的受限进程提前结束（{detail}）",
        "检查路网文件是否完整、是否过大；仍不行请报告",
        "the limited process that worked on this scenario ended early ({detail})",
        "check that road files are whole and not too large; report it if that does not help",
    ),
    "E648": (
        "场景版本 {revision} 有错误，不能求解",
        "按 faults 改正场景后再提交",
        "revision {revision} of the scenario is invalid and cannot be planned",
        "mend what its faults name, then submit again",
    ),
    "E649": (
        "同步求解至多 {most} 个地点、{seconds} 秒",
        "改用 POST /api/v1/scenarios，再 POST /api/v1/scenarios/<id>/solves",
        "a synchronous solve takes {most} places and {seconds} seconds at most",
        "use POST /api/v1/scenarios, then POST /api/v1/scenarios/<id>/solves",
    ),
    "E650": (
        "任务 {value} 还没有方案（{state}）",
        "等 incumbent 事件，或任务结束",
        "job {value} has no plan yet ({state})",
        "wait for an incumbent event, or for its end",
    ),
    "E651": (
        "{column} 应是{expected.zh}",
        "按接口文档改正",
        "{column} should be {expected.en}",
        "correct it as the page of the API says",
    ),
    "E652": (
        "没有写明地点坐标系",
        "在 settings.datums.places 写 WGS-84、GCJ-02、BD-09 或 CGCS2000",
        "the datum of the places is not declared",
        "write WGS-84, GCJ-02, BD-09 or CGCS2000 under settings.datums.places",
    ),
    "E653": (
        "请求头 {name} 不合规定",
        "用 1 到 200 个可见的 ASCII 字符",
        "the header {name} is malformed",
        "use 1 to 200 visible ASCII characters",
    ),
    "E655": (
        "此地址不支持方法 {value}",
        "见接口文档",
        "the method {value} is not for this address",
        "see the page of the API",
    ),
    "E656": (
        "服务正忙",
        "过 {retry_after_s} 秒重试",
        "the service is busy",
        "try again in {retry_after_s} seconds",
    ),
    "E657": (
        "没有地址 {value}",
        "见接口文档 /api/v1/docs",
        "there is no address {value}",
        "see the page of the API at /api/v1/docs",
    ),
    "E658": (
        "方案所依据的版本 {revision} 与场景文件不符，或方案引用了未知编号（{detail}）",
        "只改动此方案已有的货运、地点和车辆",
        "the plan names what revision {revision} does not know ({detail})",
        "use only shipments, places and vehicles of this scenario",
    ),
    "E659": (
        "场景 {value} 已有任务或方案，不能删除",
        "保留它；新的修改用 PATCH",
        "jobs or plans stand on scenario {value}, so it cannot be deleted",
        "keep it; make changes by PATCH",
    ),
    "E660": (
        "服务没有密钥文件，不能保存通知的密钥",
        "由运维人员在配置中设置 key_file",
        "the service has no key file, so it cannot keep the secret of notices",
        "ask the operator to set key_file",
    ),
    "E661": (
        "方案违反 {count} 条规则，没有保存",
        "按 faults 改正方案，或先用 :evaluate 试算",
        "the plan breaks {count} rules and was not stored",
        "mend it as its faults say, or try it with :evaluate first",
    ),
    "E662": (
        "{rule.zh}",
        "改正方案的这一处",
        "{rule.en}",
        "mend the plan there",
    ),
    "E665": (
        "货运 {ids} 的走法自相矛盾：整批与分段并存，同一段既上车又乘班次，或第一段不到服务站",
        "直送或乘班线只写货运编号；经服务站只写两段（/1、/2），每段一处",
        "shipments {ids} are named in ways that exclude each other: whole and by legs, one leg on a vehicle and on a "
        "departure, or a first leg that ends at no station",
        "name goods whole where they go direct or by line, else by both legs (/1, /2), each once",
    ),
    "E664": (
        "同时打开的事件流已达 {most} 个",
        "关闭不再查看的，过 {retry_after_s} 秒重试，或改为定时查询任务",
        "{most} event streams are open, which is all there may be",
        "close what nobody looks at and try again in {retry_after_s} seconds, or ask for the job now and then",
    ),
    "E663": (
        "JSON 的值超过 {most} 个",
        "把场景文件夹打成 zip 上传",
        "the JSON holds more than {most} values",
        "send the folder of the scenario as a zip",
    ),
    "E690": (
        "表单无法读取（{detail}）",
        "用 multipart/form-data 上传，每个文件一个部分，各带文件名，如 curl -F 'f=@orders.csv'",
        "the form cannot be read ({detail})",
        "send multipart/form-data with a part for each file, each with its file name, as curl -F 'f=@orders.csv' does",
    ),
    "E691": (
        "任务 {value}（{kind}，{state}）没有{what.zh}，以后也不会有",
        "求解的方案在 /plan，比较的表和重排的三个答案在 /result；失败或取消的任务请重新提交",
        "job {value} ({kind}, {state}) has no {what.en} and will have none",
        "a solve has /plan, a comparison /result, a replan both; submit again what failed or was cancelled",
    ),
    "E692": (
        "此地址没有参数 {column}（最接近的是 {nearest}）",
        "改正名称，或删去；可用的参数见 /api/v1/docs",
        "this address takes no parameter {column} (nearest: {nearest})",
        "correct its name, or drop it; /api/v1/docs lists the parameters",
    ),
}
"""Code -> problem and remedy in Chinese, then in English."""
