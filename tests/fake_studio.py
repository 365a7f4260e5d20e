"""As much of Label Studio as pushes and lessons see: projects, tasks, predictions, all in memory."""

import json
import re
from itertools import count
from types import SimpleNamespace

PAGE = {"label_config": "<View/>", "total_annotations_number": 0, "maximum_annotations": 1, "expert_instruction": ""}
#: An answer that keeps the rules.
GRADED_NONE = ({"from_name": "wink_grade", "type": "choices", "value": {"choices": ["none"]}},)
#: What operators of the data manager mean: of what is there, and what is asked for.
HOLDS = {
    "equal": str.__eq__,
    "contains": str.__contains__,
    "regex": lambda there, pattern: re.search(pattern, there) is not None,
}


class FakeStudio:
    """Several projects; a task is done once as many answers stand as its project asks for, as on the real server.

    Answers that were skipped (or sent back) do not stand. `used` are tasks somebody has begun.
    """

    def __init__(self):
        self.numbers = count(1)
        self.made, self.rows, self.said = {}, {}, {}
        self.answers = {}  # as the export has them, by their number
        self.used = set()
        self.projects = SimpleNamespace(
            list=self._projects,
            create=self._make,
            get=lambda **named: self.made[named["id"]],
            update=lambda **named: vars(self.made[named.pop("id")]).update(named),
            import_tasks=self._import_tasks,
            import_predictions=self._import_predictions,
        )
        self.tasks = SimpleNamespace(list=self._tasks, get=self._task, update=self._update, delete=self._delete)
        self.predictions = SimpleNamespace(
            list=lambda project: [p for p in self.said.values() if p.project == project],
            delete=lambda **named: self.said.pop(named["id"]),
        )
        self.annotations = SimpleNamespace(update=self._change_answer)
        users = [SimpleNamespace(id=n, email=f"{who}@winklab.example") for n, who in enumerate(("ann", "lead"), 1)]
        self.users = SimpleNamespace(list=lambda: users)
        self.actions = SimpleNamespace(create=self._act)

    def clips(self, title):
        """Ids of the clips of a project, by its name; none where there is no such project."""
        numbers = {number for number, project in self.made.items() if project.title == title}
        return {row.data["clip_id"] for row in self.rows.values() if row.project in numbers}

    def finish(self, title, clip_id, result=GRADED_NONE):
        """Let a clip of a project have all its answers."""
        (number,) = (p.id for p in self.made.values() if p.title == title)
        for row in [r for r in self.rows.values() if r.project == number and r.data["clip_id"] == clip_id]:
            while not self._is_labeled(row):
                self.answer(row.id, result)

    def answer(self, task, result=GRADED_NONE):
        """Give an answer to a task, as the page does."""
        number = next(self.numbers)
        moment = f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z"
        self.answers[number] = {
            "id": number,
            "unique_id": f"answer-{number}",
            "task": task,
            "completed_by": 1,
            "result": list(result),
            "was_cancelled": False,
            "created_at": moment,
            "updated_at": moment,
        }
        return self.answers[number]

    def export(self, _server, project, numbers):
        """Tasks with all that was answered, in the place of `annotate.pull.exported`."""
        return [
            {"id": row.id, "data": row.data, "annotations": [dict(a) for a in self.given(row.id)], "predictions": []}
            for row in self.rows.values()
            if row.project == project and row.id in numbers
        ]

    def given(self, task):
        """All answers to a task."""
        return [a for a in self.answers.values() if a["task"] == task]

    def _is_labeled(self, row):
        asked = self.made[row.project].maximum_annotations
        return sum(not a["was_cancelled"] for a in self.given(row.id)) >= asked

    def _change_answer(self, **named):
        answer = self.answers[named["id"]]
        answer["was_cancelled"] = named["was_cancelled"]
        number = next(self.numbers)
        answer["updated_at"] = f"2026-01-01T01:{number // 60:02}:{number % 60:02}Z"
        return SimpleNamespace(result=answer["result"])

    def _projects(self, title=""):
        return [project for project in self.made.values() if title in project.title]

    def _make(self, **settings):
        number = next(self.numbers)
        self.made[number] = SimpleNamespace(id=number, **PAGE | settings)
        return self.made[number]

    def _import_tasks(self, **named):
        for task in named["request"]:
            number = next(self.numbers)
            self.rows[number] = SimpleNamespace(id=number, project=named["id"], data=task["data"])
        return SimpleNamespace(task_count=len(named["request"]))

    def _import_predictions(self, **named):
        for row in named["request"]:
            number = next(self.numbers)
            self.said[number] = SimpleNamespace(id=number, project=named["id"], **row)
        return SimpleNamespace(created=len(named["request"]))

    def _tasks(self, project, query=None, **_):
        rows = [row for row in self.rows.values() if row.project == project]
        for asked in json.loads(query)["filters"]["items"] if query else ():
            rows = [r for r in rows if self._holds(r, asked)]
        return [SimpleNamespace(**vars(row), is_labeled=self._is_labeled(row)) for row in rows]

    def _holds(self, row, asked):
        column = asked["filter"].removeprefix("filter:tasks:")
        given = self.given(row.id)
        match column:
            case "total_annotations" | "cancelled_annotations":
                return sum(a["was_cancelled"] == column.startswith("c") for a in given) > asked["value"]
            case "draft_exists":
                return row.id in self.used
            case "updated_at":
                return any(a["updated_at"] > asked["value"] for a in given)
        key = column.removeprefix("data.")
        assert key != column, f"the fake knows no column {column}"
        return HOLDS[asked["operator"]](str(row.data.get(key, "")), asked["value"])

    def _task(self, **named):
        begun = int(named["id"]) in self.used or bool(self.given(int(named["id"])))
        return SimpleNamespace(annotations=[1] if begun else [], drafts=[])

    def _update(self, **named):
        self.rows[int(named["id"])].data = named["data"]

    def _act(self, **named):
        assert named["id"] == "delete_tasks"
        for number in named["selected_items"]["included"]:
            assert self.rows.pop(number).project == named["project"]

    def _delete(self, **named):
        del self.rows[int(named["id"])]
