"""Codes E600 to E699 of the service: problem and remedy in Chinese, then in English.

``api.errors`` makes its sentences of these. E600 to E629 storage, queue and workers; E630 to E669 the doors;
E670 to E699 personal fields, audit and webhooks.
"""

from __future__ import annotations

from api.service.routes.errors import SENTENCES as OF_THE_DOORS

SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "E600": (
        "服务配置 {path} 有误（{detail}）",
        "按 api/service/README.md 的 Settings 一节改正该项",
        "the settings of the service in {path} are wrong ({detail})",
        "mend the entry as the section Settings of api/service/README.md has it",
    ),
    "E601": (
        "数据库暂不可用（{detail}）",
        "稍后重试；检查磁盘空间和数据库是否在运行",
        "the database cannot be used at present ({detail})",
        "try again soon; check the space on the disk and whether the database runs",
    ),
    "E602": (
        "数据库的版本是 {found}，本程序需要 {wanted}",
        "运行 gongpei admin upgrade，或使用与数据库同一版本的程序",
        "the database is at version {found}, this program needs {wanted}",
        "run gongpei admin upgrade, or use the program that the database belongs to",
    ),
    "E670": (
        "密钥 {key} 不在密钥文件中，无法打开加密内容",
        "恢复写入时使用的密钥文件",
        "the key {key} is not in the key file, so the sealed content cannot be opened",
        "put back the key file that was in use when it was written",
    ),
    "E671": (
        "加密内容已被改动，或不属于此处",
        "从备份恢复，并核对审计记录",
        "sealed content was changed or belongs elsewhere",
        "restore a backup and verify the audit log",
    ),
    "E672": (
        "密钥文件 {path} 位于数据文件夹内",
        "把密钥文件放到数据文件夹之外，使备份不含密钥",
        "the key file {path} lies in the data folder",
        "put it elsewhere, so that a backup does not hold the keys",
    ),
    "E673": (
        "密钥文件 {path} 可被其他用户读取",
        "执行 chmod 600",
        "the key file {path} may be read by others",
        "chmod 600 it",
    ),
    "E674": (
        "密钥文件 {path} 中没有可用的密钥",
        "恢复正确的密钥文件；不要手工编辑",
        "the key file {path} holds no keys that can be used",
        "put back the right file; do not edit it by hand",
    ),
    "E675": (
        "{file} 含有（或可能含有）个人信息列，但无法可靠地拆分（{detail}），因此没有保存",
        "改正文件，或删去姓名、电话、地址列后重新上传",
        "{file} may have personal columns and cannot be taken apart for certain ({detail}), so nothing of it was kept",
        "mend the file, or leave out names, phones and addresses, and upload it again",
    ),
    "E676": (
        "通知地址 {url} 不能使用",
        "使用 https 网址，不含用户名和片段",
        "notices cannot go to {url}",
        "use an https address without user name and fragment",
    ),
    "E677": (
        "找不到通知地址的主机 {host}",
        "检查主机名",
        "the host {host} of the notices is not found",
        "check its name",
    ),
    "E678": (
        "主机 {host} 的地址 {address} 不是公网地址",
        "使用公网地址，或请运维人员把它加入允许名单",
        "the address {address} of host {host} is not public",
        "use a public one, or ask the operator to allow it",
    ),
    "E679": (
        "个人信息的密钥目前无法使用",
        "稍后重试；运维人员可在服务日志中看到原因",
        "the keys of personal fields cannot be used at present",
        "try again later; the operator finds the cause in the log of the service",
    ),
    "E680": (
        "密钥文件 {path} 无法读取或写入（{detail}）",
        "检查路径、所有者和权限；若文件丢失，从备份处恢复同一文件",
        "the key file {path} cannot be read or made ({detail})",
        "check path, owner and mode; where the file is lost, put the same one back from where it is kept",
    ),
    "E681": (
        "服务的连接已满",
        "稍后重试；同一客户端请复用连接，不用的事件流请关闭",
        "the service has as many connections as it can hold",
        "try again soon; use one connection for many requests, and close event streams that nobody reads",
    ),
    "E682": (
        "{path} 中的县（或其部分内容）已在本服务中",
        "导入到没有该县的服务",
        "the county in {path}, or something of it, is in this service already",
        "import it into a service that does not have it",
    ),
    "E685": (
        "{file} 的 {column} 含有或像是含有个人信息（姓名、电话、地址、证件号），那里不加密保存，因此没有保存任何内容",
        "删去该列或改正内容后重新上传；订单的收件人、电话和地址写在 orders.csv 中，会加密保存",
        "{file} has, or seems to have, personal data in {column} (names, phones, addresses, identity numbers), which "
        "is not sealed there, so nothing was stored",
        "leave it out and upload again; recipient, phone and address of orders belong in orders.csv, which seals them",
    ),
    "E686": (
        "场景不使用表格 {file}，其中可能有个人信息，因此没有保存任何内容",
        "删去该文件，或改为场景文件夹的文件名（见 scenarios/README.md）",
        "a scenario has no use for the table {file}, which may hold personal data, so nothing was stored",
        "leave the file out, or give it the name of a file of the folder (scenarios/README.md)",
    ),
    "E687": (
        "本县已有 {most} 个通知接收方",
        "先删除不再需要的接收方（DELETE /api/v1/webhooks/ID）",
        "the county has {most} receivers of notices",
        "remove one that is not needed any more (DELETE /api/v1/webhooks/ID)",
    ),
    "E695": (
        "{what.zh}的名称 {value} 不能使用",
        "用 1 到 {most} 个可显示的字符，首尾不留空格",
        "the name {value} will not do for {what.en}",
        "use 1 to {most} printable characters, with no space at either end",
    ),
    "E696": (
        "文件夹 {path} 中没有服务的数据库",
        "用 --data 指明服务的数据文件夹（或用 --database）；新的服务先运行 gongpei admin county new",
        "there is no database of the service in the folder {path}",
        "name the data folder of the service with --data (or --database); a new service begins with "
        "gongpei admin county new",
    ),
    "E697": (
        "收到的不是可以读懂的 HTTP 请求，或请求行与请求头过长",
        "按 HTTP/1.1 发送；查询条件和请求头合计不超过 16 KiB，长的内容放在请求体中",
        "what came is no HTTP that can be read, or its request line and headers are too long",
        "send HTTP/1.1; keep query and headers below 16 KiB in all, and put what is long into the body",
    ),
    "E698": (
        "GeoPackage 文件 {file} 含有视图 {view}，不读取视图",
        "把视图导出为普通图层后重新上传（例如 ogr2ogr -f GPKG 新文件 原文件 视图名）",
        "the GeoPackage {file} has a view, {view}; views are not read",
        "export it to an ordinary layer and upload that, such as with ogr2ogr -f GPKG NEW OLD VIEW",
    ),
    "E603": (
        "数据库地址 {url} 无法使用（{detail}）",
        "使用 sqlite:///文件 或 postgresql://用户@主机/库名；PostgreSQL 需要安装 gongpei[postgres]",
        "the address {url} of the database is of no use ({detail})",
        "use sqlite:///FILE or postgresql://USER@HOST/NAME; PostgreSQL needs gongpei[postgres] installed",
    ),
    "E604": (
        "本县已有 {most} 个未结束的任务",
        "等其中一个结束，或取消不再需要的任务",
        "the county has {most} jobs that have not ended",
        "wait for one to end, or cancel what is not needed any more",
    ),
    "E605": (
        "服务已有 {most} 个未结束的任务",
        "稍后重试",
        "the service has {most} jobs that have not ended",
        "try again later",
    ),
    "E606": (
        "幂等键 {value} 已用于另一个请求（任务 {job}）",
        "重发同一请求时才用同一个键；新的请求换新的键",
        "the idempotency key {value} was used for another request (job {job})",
        "use a key again only for the same request, and a new one for a new request",
    ),
    "E607": (
        "{attempts} 次尝试都没有完成，输入已保留",
        "检查工作进程的日志和内存上限；缩小场景后重新提交",
        "{attempts} attempts have come to nothing; the input is kept",
        "look at the log of the worker and at the limit of memory; make the scenario smaller and submit it again",
    ),
    "E608": (
        "任务的进程用完了 {most} MiB 内存",
        "缩小场景，减少并行进程，或由管理员提高 child_memory_bytes",
        "the process of the job has used up {most} MiB of memory",
        "make the scenario smaller, ask for fewer workers, or let the operator raise child_memory_bytes",
    ),
    "E609": (
        "任务内部出错（{detail}），输入已保留",
        "请报告此错误",
        "the job has failed ({detail}); its input is kept",
        "please report this",
    ),
    "E610": (
        "任务在 {most} 秒内没有结束，也还没有方案",
        "缩小场景，或由管理员提高 child_spare_s",
        "the job did not end within {most} s and has no plan yet",
        "make the scenario smaller, or let the operator raise child_spare_s",
    ),
    "E611": (
        "请求缺少 {name}，或它的值无法使用",
        "按接口文档补上 {name}",
        "the request lacks {name}, or its value is of no use",
        "give {name} as the page of the API says",
    ),
    "E612": (
        "数据库不是空的",
        "恢复到一个新的数据库，先运行 gongpei admin upgrade",
        "the database is not empty",
        "restore into a new one, after gongpei admin upgrade",
    ),
    "E613": (
        "{path} 不是完整的、本版本的备份（{detail}）",
        "使用 gongpei admin backup 写出的完整文件，以及同一版本的程序",
        "{path} is no whole backup of this version ({detail})",
        "use a whole file of gongpei admin backup and the same version of the program",
    ),
    "E614": (
        "没有可撤销的密钥 {value}",
        "用 gongpei admin key list 查看",
        "there is no key {value} to revoke",
        "see gongpei admin key list",
    ),
    "E615": (
        "没有县 {value}",
        "用 gongpei admin county list 查看",
        "there is no county {value}",
        "see gongpei admin county list",
    ),
    "E618": (
        "已有名为 {value} 的县（{id}）",
        "换一个名称，或用该县的编号",
        "there is a county {value} already ({id})",
        "give another name, or use that county by its id",
    ),
    "E619": (
        "名称 {value} 对应多个县（{ids}）",
        "改用其中一个编号",
        "the name {value} is that of several counties ({ids})",
        "use the id of one of them",
    ),
    "E616": (
        "角色 {role} 需要{what}",
        "不写 --county 的只有操作员的 admin 密钥；brand 角色另需 --brand",
        "the role {role} needs {what}",
        "only the operator's admin key goes without --county; a brand key needs --brand besides",
    ),
    "E617": (
        "还有 {count} 项内容由旧密钥加密，旧密钥没有删去",
        "再运行一次 gongpei admin rotate-key，然后重试",
        "{count} boxes are still under older keys, which were not dropped",
        "run gongpei admin rotate-key once more, then try again",
    ),
}
"""Code -> problem and remedy in Chinese, then in English."""

SENTENCES |= OF_THE_DOORS
