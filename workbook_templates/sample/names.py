"""Invented names of the sample: each firm carries 示例, so that none can be a real one."""

from __future__ import annotations

from typing import Final

_WORDS: Final = (
    "青禾",
    "云岭",
    "晨曦",
    "远山",
    "听澜",
    "白鹭",
    "星野",
    "橙湾",
    "松涛",
    "麦田",
    "竹溪",
    "鹿鸣",
    "海棠",
    "木棉",
    "银杏",
    "枫桥",
    "雁回",
    "月湖",
    "石榴",
    "春江",
    "长风",
    "明川",
    "南屏",
    "北辰",
    "东篱",
    "西窗",
    "花屿",
    "雨巷",
    "霁蓝",
    "知秋",
)
_TRADES: Final = (
    "示例建设有限公司",
    "示例置业有限公司",
    "示例建筑工程有限公司",
    "示例物业服务有限公司",
)

#: 120 firms, of which neighbours differ in both parts of the name.
FIRMS: Final = tuple(
    _WORDS[number % len(_WORDS)] + _TRADES[(number + number // len(_WORDS)) % len(_TRADES)]
    for number in range(120)
)

#: 25 projects: building sites, property under management, consulting mandates.
PROJECTS: Final = (
    "听澜雅苑一期",
    "听澜雅苑二期",
    "云岭学府",
    "白鹭湾住宅",
    "橙湾广场",
    "远山国际中心",
    "麦田科技园",
    "松涛产业园",
    "鹿鸣大桥",
    "春江隧道",
    "月湖快速路",
    "银杏大道改造",
    "青禾医院",
    "木棉中学",
    "海棠体育馆",
    "石榴文化中心",
    "晨曦花园物业",
    "枫桥里物业",
    "南屏家园物业",
    "星野公寓物业",
    "北辰造价咨询",
    "东篱监理",
    "西窗设计咨询",
    "长风招标代理",
    "明川全过程咨询",
)

#: Eight owners. A project belongs to one of them, every third project to a second one too.
OWNERS: Final = ("林知行", "周以宁", "沈听雨", "许望舒", "顾南乔", "叶清和", "陆星野", "程暮云")

SURNAMES: Final = tuple("赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕")
