"""What is refused is refused in Chinese: no English of ours in `message_zh`, whatever act is tried, however wrongly."""

from __future__ import annotations

import itertools
import random
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from api.acts import _ACT_FIELDS
from api.app import OPERATIONS
from geo.access import Role, Scope
from geo.lifecycle import AMENDMENTS, Act, Status
from geo.permissions import ALLOWED
from tests.api.people import Person, person, signing_in

HERE: Final = {"type": "Point", "coordinates": [106.7135, 26.5983]}
CODES: Final = {
    *(status.name for status in Status), *map(str, Act), *_ACT_FIELDS, "actor", "acts", "issue", "body", "status",
    *(field for rule in AMENDMENTS for field in rule.fields), "datum", "before", "after", "withdrawn",
}  # fmt: skip
"""Names that a sentence may quote."""

FAR: Final = "2199-01-01T00:00:00+08:00"
NO_PHOTO: Final = "ab" * 32


def fresh() -> str:
    return str(uuid.uuid4())


def foreign(error: dict[str, Any], sent: str = "") -> list[str]:
    """Words of Latin letters in the Chinese sentence that are no code, no field, no UUID, and were not sent."""
    text = error["message_zh"]
    for quoted in (error.get("value"), error.get("key"), error.get("changed_by")):
        text = text.replace(quoted, "") if quoted else text
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{13,27}|a-[0-9a-f]{16}|[0-9a-f]{64}", "", text)
    return [word for word in re.findall(r"[A-Za-z_]{3,}", text) if word not in CODES and word not in sent]


class Desk:
    """Somebody at a desk, who acts on one issue."""

    def __init__(self, client: TestClient, people: dict[str, Person]) -> None:
        self.client, self.people = client, people
        body = {"id": fresh(), "type": "E0501", "geometry": HERE}
        answer = client.post("/api/issues", json=body, headers=people["boss"].headers())
        self.path, self.version = f"/api/issues/{answer.json()['id']}", 1
        self.id = answer.json()["id"]

    def act(self, who: str, /, **wish: Any) -> Any:
        part = "amendments" if "act" in wish else "changes"
        body = {"id": fresh(), "version": self.version, **wish}
        answer = self.client.post(f"{self.path}/{part}", json=body, headers=self.people[who].headers())
        if answer.status_code == 201:
            self.version = answer.json()["version"]
        return answer

    def refused(self, who: str, code: int, says: str, /, **wish: Any) -> None:
        answer = self.act(who, **wish)
        assert answer.status_code == code, answer.text
        error = answer.json()["error"]
        assert says in error["message_zh"], error
        assert not foreign(error), error
        assert error["message"].isascii() or re.search("[→…]", error["message"])

    def made(self, who: str, /, **wish: Any) -> None:
        answer = self.act(who, **wish)
        assert answer.status_code == 201, answer.text


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[tuple[TestClient, dict[str, Person]]]:
    with signing_in(f"sqlite:///{tmp_path_factory.mktemp('refused') / 'store.db'}", bare_city) as client:
        people = {str(role): person(str(role), role) for role in Role}
        people["boss"] = person("boss", Role.COMMANDER, Role.INSPECTOR)
        people["other"] = person("other", Role.DEPARTMENT, scope=Scope(departments=frozenset({"D51"})))
        people["worker"] = person("worker", Role.INSPECTOR, Role.DEPARTMENT)
        yield client, people


@pytest.fixture
def desk(town: tuple[TestClient, dict[str, Person]]) -> Desk:
    return Desk(*town)


def test_a_step_that_is_wrong_is_refused_in_chinese(desk: Desk) -> None:
    desk.refused("boss", 409, "“上报”不能直接变为“结案”；下一步可以是：受理、不予受理、核查", status="CLOSED")
    desk.refused("commander", 400, "须写明理由", status="REJECTED")
    desk.refused("boss", 409, "您依据的是第 9 版", status="ACCEPTED", version=9)
    desk.refused("inspector", 403, "“上报 → 受理”由指挥部进行，您是督查员", status="ACCEPTED")
    desk.refused("boss", 400, "可用：REPORTED", status="BURIED")
    desk.refused("boss", 400, "这一步不是缓办", status="ACCEPTED", until=FAR)
    desk.refused("boss", 400, "这一步不定期限", status="ACCEPTED", due_at=FAR)
    desk.refused("boss", 400, "须是形如", status="ACCEPTED", id="not one")
    desk.refused("boss", 400, "您看到的版本", status="ACCEPTED", version="two")
    desk.refused("boss", 400, "最多 2000 字", status="ACCEPTED", note="字" * 2_001)
    desk.refused("boss", 400, "须是文字", status="ACCEPTED", note=7)
    desk.refused("boss", 400, "控制字符", status="ACCEPTED", note="\x00")
    desk.refused("boss", 400, "由登录的人办理", status="ACCEPTED", actor="somebody")
    desk.refused("boss", 400, "没有这个字段", status="ACCEPTED", colour="red")
    desk.refused("boss", 400, "（空字段名）", status="ACCEPTED", **{"": 1})
    desk.refused("boss", 400, "状态未填写")
    desk.refused("boss", 400, "须是日期和时间", status="ACCEPTED", until="2199-01-01")
    desk.refused("boss", 400, "须是 1900 至 2200 年的日期或时间", status="ACCEPTED", until="soon")
    for status in ("ACCEPTED", "FILED"):
        desk.made("commander", status=status)
    desk.refused("commander", 400, "须写明缓办到何时", status="DEFERRED", note="雨")
    desk.refused("commander", 400, "须晚于", status="DEFERRED", note="雨", until="2001-01-01T00:00:00Z")
    desk.refused("planner", 403, "“立案 → 派遣”由指挥部进行，您是规划", status="DISPATCHED")
    desk.made("commander", status="DISPATCHED")
    desk.refused("commander", 400, "“指定单位”", act="assign", set={})
    desk.made("commander", act="assign", set={"department": "D08"})
    desk.made("worker", status="HANDLING")
    desk.refused("worker", 400, "须有照片或写明现场情况", status="VERIFYING")
    desk.refused("worker", 404, "没有这个照片", status="VERIFYING", evidence=f"photo:{NO_PHOTO}")
    desk.made("worker", status="VERIFYING", evidence="好")
    desk.refused("worker", 400, "须由处置人以外的人进行", status="CLOSED", evidence="好")
    desk.made("inspector", status="CLOSED", evidence="好")
    desk.refused("boss", 400, "不能早于", status="DISPATCHED", note="又坏", due_at="2001-01-01T00:00:00Z")
    desk.refused("commander", 409, "状态为“结案”的问题不能“指定单位”", act="assign", set={"department": "D01"})
    desk.refused("department", 409, "不能“申请延期”", act="ask_extension", set={"until": FAR}, note="x")


def test_an_amendment_that_is_wrong_is_refused_in_chinese(desk: Desk) -> None:
    desk.refused("boss", 409, "没有人申请延期", act="refuse_extension", note="否")
    desk.refused("department", 400, "须晚于", act="ask_extension", set={"until": "2001-01-01T00:00:00Z"}, note="雨")
    desk.refused("department", 400, "“申请延期”须写明理由", act="ask_extension", set={"until": FAR})
    desk.refused("department", 400, "“申请延期”须有此项", act="ask_extension", note="雨")
    desk.refused(
        "inspector", 403, "“申请延期”由责任单位进行，您是督查员", act="ask_extension", set={"until": FAR}, note="雨"
    )
    desk.made("department", act="ask_extension", set={"until": FAR}, note="雨")
    desk.refused("department", 409, "已申请延期，须先答复", act="ask_extension", set={"until": FAR}, note="雨")
    desk.refused("boss", 400, "可用：assign", act="bury")
    desk.refused("boss", 400, "须是写明各字段的对象", act="assign", set=[])
    desk.refused("boss", 400, "没有这个字段；可用：department", act="assign", set={"due_at": FAR})
    desk.refused("boss", 400, "没有这个可办件的单位", act="assign", set={"department": "D99"})
    desk.refused("boss", 400, "须是单位代码", act="assign", set={"department": " D01"})
    desk.refused("boss", 400, "不能为空", act="assign", set={"department": " "})
    desk.refused("boss", 400, "期限可以推迟，不能取消", act="extend", set={"due_at": None}, note="x")
    desk.refused("boss", 400, "不能早于上报", act="extend", set={"due_at": "2001-01-01T00:00:00Z"}, note="x")
    desk.refused("boss", 400, "年份须在", act="extend", set={"due_at": "2200-06-01T00:00:00Z"}, note="x")
    desk.refused("boss", 400, "本城目录的 type 里没有这个代码", act="correct", set={"type": "E9999"}, note="x")
    desk.refused("boss", 400, "位置“7”不能接受", act="correct", set={"geometry": 7}, note="x")
    desk.refused("boss", 400, "至少要有一项", act="correct", set={}, note="x")
    desk.refused("boss", 409, "没有改动：type 已是这样", act="correct", set={"type": "E0501"}, note="x")
    desk.refused("boss", 409, "本身就是此件的重复", act="link", set={"duplicate_of": desk.id})
    desk.refused("boss", 404, "没有这个问题", act="link", set={"duplicate_of": fresh()})
    desk.refused("boss", 409, "没有改动", act="unlink")
    photo = {"photo": NO_PHOTO, "kind": "after"}
    desk.refused("boss", 404, "没有这个照片", act="attach", set=photo)
    desk.refused("boss", 409, "没有作为“整改后”附上", act="detach", set=photo, note="x")
    desk.refused("boss", 400, "照片的摘要", act="attach", set={**photo, "photo": "x"})


def test_a_uuid_with_other_content_is_refused_in_chinese(desk: Desk) -> None:
    name = fresh()
    desk.made("boss", status="ACCEPTED", id=name)
    desk.refused("boss", 409, "标识已用于其他内容，请换新的标识再发", status="FILED", id=name)
    body = {"id": desk.id, "type": "E0501", "geometry": HERE, "description": "另一件"}
    answer = desk.client.post("/api/issues", json=body, headers=desk.people["boss"].headers())
    assert answer.status_code == 409
    assert "标识已用于其他内容" in answer.json()["error"]["message_zh"]
    assert not foreign(answer.json()["error"])


def test_many_that_are_refused_together_say_why_in_chinese(desk: Desk) -> None:
    wrong = {"issue": desk.id, "id": fresh(), "version": 1, "status": "CLOSED"}
    late = {"issue": desk.id, "id": fresh(), "version": 5, "act": "assign", "set": {"department": "D01"}}
    headers = desk.people["boss"].headers()
    refused = desk.client.post("/api/acts", json={"acts": [wrong, late]}, headers=headers).json()["error"]
    assert refused["message_zh"].startswith("与已有记录冲突，未写入：2 项办理被拒绝，全部未写入；第 1 项：“上报”不能")
    one = desk.client.post("/api/acts", json={"acts": [wrong]}, headers=headers).json()["error"]
    assert "1 of the acts is refused" in one["message"]
    for error in (refused, one, *(each["error"] for each in refused["refusals"])):
        assert not foreign(error), error
    for acts in (
        [],
        "all",
        [7],
        [{**wrong, "act": "assign"}],
        [{**wrong, "issue": 7}],
        [{**wrong, "issue": "nothing"}],
    ):
        answer = desk.client.post("/api/acts", json={"acts": acts}, headers=headers)
        assert answer.status_code in (400, 404, 409), answer.text
        assert not foreign(answer.json()["error"], "nothing"), answer.text


def test_a_document_from_another_version_is_refused_in_chinese(town: tuple[TestClient, dict[str, Person]]) -> None:
    client, people = town
    headers = people["boss"].headers()
    book = client.get("/api/organisation/book", headers=headers).json()
    body = {"id": fresh(), "version": book["version"], "content": book["content"]}
    assert client.post("/api/organisation/book", json=body, headers=headers).status_code == 201
    stale = client.post("/api/organisation/book", json={**body, "id": fresh()}, headers=headers)
    assert stale.status_code == 409, stale.text
    assert "您依据的是第 0 版" in stale.json()["error"]["message_zh"]
    assert not foreign(stale.json()["error"])
    body["content"] = {**book["content"], "rules": []}
    twice = client.post("/api/organisation/book", json=body, headers=headers)
    assert (twice.status_code, foreign(twice.json()["error"])) == (409, [])


VALUES: Final[tuple[Any, ...]] = (
    None, "", " ", 7, -1, 2**40, 1.5, True, [], {}, [7], "x" * 3_000, "\x00", "\ud800", "D01", "E0501", FAR,
    "2001-01-01T00:00:00Z", "2199-13-01", NO_PHOTO, "before", HERE, {"type": "Point", "coordinates": [0, 0]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}, {"type": "Circle"}, "gcj02",
)  # fmt: skip


def test_whatever_is_sent_to_an_act_is_refused_in_chinese(desk: Desk, soak: bool) -> None:
    draw, codes = random.Random(4), itertools.count()
    fields = sorted({field for rule in AMENDMENTS for field in rule.fields} | {"datum", "colour"})
    seen: set[int] = set()
    for _ in range(6_000 if soak else 150):
        wish: dict[str, Any] = {"id": fresh(), "version": draw.choice((1, 1, 1, desk.version, 99))}
        kind = draw.choice(("status", "act", "act"))
        wish[kind] = draw.choice([status.name for status in Status] if kind == "status" else [*map(str, Act)])
        if kind == "act":
            wish["set"] = {draw.choice(fields): draw.choice(VALUES) for _ in range(draw.randint(0, 2))}
        for name in draw.sample(
            ["note", "evidence", "until", "due_at", "id", "version", kind, "set"], draw.randint(0, 2)
        ):
            wish[name] = draw.choice(VALUES)
        who = draw.choice(sorted(desk.people))
        part = (
            draw.choice(("amendments", "changes")) if draw.random() < 0.1 else f"{kind}s".replace("statuss", "changes")
        )
        try:
            answer = desk.client.post(
                f"{desk.path}/{part.replace('acts', 'amendments')}", json=wish, headers=desk.people[who].headers()
            )
        except UnicodeEncodeError:
            continue  # half a surrogate pair: no client of ours can say it
        next(codes)
        seen.add(answer.status_code)
        assert answer.status_code < 500, (wish, answer.text)
        if answer.status_code in (200, 201):
            desk.version = answer.json()["version"]
        else:
            assert not foreign(answer.json()["error"], str(wish)), (wish, answer.text)
    assert {400, 403, 409} <= seen


def test_every_route_that_a_role_may_not_ask_says_so_in_chinese(town: tuple[TestClient, dict[str, Person]]) -> None:
    client, people = town
    for operation in OPERATIONS:
        if operation.action is None or operation.is_page or Role.PUBLIC in ALLOWED[operation.action]:
            continue
        path = re.sub(r"\{[^}]*\}", "1", operation.path)
        body = {} if operation.method == "GET" else {"Content-Type": operation.body_type.replace("*", "jpeg")}
        answer = client.request(operation.method, path, headers=people["public"].headers() | body)
        assert answer.status_code == 403, path
        assert not foreign(answer.json()["error"])


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/api/issues/nothing", "问题"),
        ("/api/points/nothing", "点位"),
        ("/api/draws/nothing", "抽签"),
        (f"/api/photos/{NO_PHOTO}", "照片"),
        ("/street/assets/nothing", "文件"),
    ],
)
def test_what_is_not_there_is_called_in_chinese(
    town: tuple[TestClient, dict[str, Person]], path: str, word: str
) -> None:
    client, people = town
    answer = client.get(path, headers=people["boss"].headers())
    assert (answer.status_code, answer.json()["error"]["message_zh"][:4]) == (404, "没有这个")
    assert word in answer.json()["error"]["message_zh"]
    assert not foreign(answer.json()["error"], path)
