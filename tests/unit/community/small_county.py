"""A definition small enough to read at a glance, written to a folder as it is or with one thing changed."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "small.toml": """\
code = "small"
name = { zh = "小县", en = "Small" }
time_zone = "Asia/Shanghai"
station_phone = "154 9999 0000"

[files]
areas = "areas.csv"
coordinators = "coordinators.csv"
posts = "posts.csv"
units = "units.csv"
roster = "roster.csv"

[[kinds]]
code = "county"
name = { zh = "县", en = "County" }
nearness = 4

[[kinds]]
code = "community"
name = { zh = "社区", en = "Community" }
nearness = 2

[[kinds]]
code = "grid"
name = { zh = "网格", en = "Grid" }
nearness = 1

[[kinds]]
code = "building"
name = { zh = "楼", en = "Building" }
nearness = 0

[[tiers]]
kind = "grid"
title = { zh = "网格长", en = "Grid leader" }

[[tiers]]
kind = "county"
title = { zh = "召集人", en = "Convenor" }

[clocks]
review_minutes = 4320
urgent = { dispatch_minutes = 30, offer_minutes = 5, service_minutes = 120, tier_minutes = 60 }
normal = { dispatch_minutes = 240, offer_minutes = 30, service_minutes = 1440, tier_minutes = 1440 }
flexible = { dispatch_minutes = 1440, offer_minutes = 120, service_minutes = 4320, tier_minutes = 2880 }

[default_hours]
in_service = "mon-fri 18-22; sat-sun 8-22"
retired = "daily 8-20"
student = "weekends 9-21"
partner = "weekdays 9-18"

[[professions]]
code = "teacher"
name = { zh = "教师", en = "Teacher" }

[[skills]]
code = "tutoring"
name = { zh = "学业辅导", en = "Tutoring" }
needs_vetting = true
professions = ["teacher"]

[[skills]]
code = "moving"
name = { zh = "搬运", en = "Moving" }
open = true

[[windows]]
code = "learning"
name = { zh = "学习窗口", en = "Learning" }

[[services]]
code = "homework"
name = { zh = "作业辅导", en = "Homework" }
window = "learning"
served_by = "post"
post = "tutoring"
duration_minutes = 60
mode = "counter"
description = { zh = "写作业", en = "Homework with a volunteer" }

[[services]]
code = "haircut"
name = { zh = "理发", en = "Haircut" }
window = "learning"
served_by = "merchant"
provider = { zh = "理发店", en = "Barber" }
duration_minutes = 30
mode = "home_visit"
description = { zh = "上门理发", en = "A barber comes" }
""",
    "areas.csv": """\
code,kind,parent,name_zh,name_en
small,county,,小县,Small
east,community,small,东社区,East
east-g1,grid,east,一网格,Grid 1
east-g1-b1,building,east-g1,一号楼,Building 1
east-g1-b2,building,east-g1,二号楼,Building 2
east-g2,grid,east,二网格,Grid 2
west,community,small,西社区,West
west-g1,grid,west,一网格,Grid 1
""",
    "coordinators.csv": """\
coordinator_id,area,title_zh,title_en
c-1,small,,
c-2,east-g1,,
c-3,east-g2,老网格长,Senior grid leader
c-4,west-g1,,
""",
    "posts.csv": """\
post_id,skill,area,headcount
tutoring-east,tutoring,east,2
tutoring-small,tutoring,small,1
""",
    "units.csv": """\
unit_id,name_zh,name_en,located_in,paired_with,hidden
u-1,第一小学,First Primary School,east,east-g1,
u-2,法院,Court,west,,yes
""",
    "roster.csv": """\
volunteer_id,name,phone,kind,home
v-1,赵一,15400000001,retired,east-g1-b1
""",
}


def write(folder: Path, file: str = "", old: str = "", new: str = "") -> Path:
    """Write the files, with ``old`` in one of them replaced by ``new``; returns the path to load."""
    assert not file or FILES[file].count(old) == 1, "the change must hit exactly one place"
    for name, text in FILES.items():
        content = text.replace(old, new) if name == file else text
        (folder / name).write_text(content, encoding="utf-8")
    return folder / "small.toml"
