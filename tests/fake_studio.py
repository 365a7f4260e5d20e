"""As much of Label Studio as pushes and lessons see: projects, tasks, predictions, all in memory."""

import json
import re
from itertools import count
from types import SimpleNamespace

PAGE = {"label_config": "<View/>", "total_annotations_number": 0, "maximum_annotations": 1, "expert_instruction": ""}
#: What operators of the data manager mean: of what is there, and what is asked for.
HOLDS = {
    "equal": str.__eq__,
    "contains": str.__contains__,
    "regex": lambda there, pattern: re.search(pattern, there) is not None,
}


class FakeStudio:
    """Several projects; `done` tells the tasks that have all their answers, `used` those somebody has begun."""

    def __init__(self):
        self.numbers = count(1)
        self.made, self.rows, self.said = {}, {}, {}
        self.done, self.used = set(), set()
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
        self.users = SimpleNamespace(list=list)
        self.actions = SimpleNamespace(create=self._act)

    def clips(self, title):
        """Ids of the clips of a project, by its name; none where there is no such project."""
        numbers = {number for number, project in self.made.items() if project.title == title}
        return {row.data["clip_id"] for row in self.rows.values() if row.project in numbers}

    def finish(self, title, clip_id):
        """Let a clip of a project have all its answers."""
        (number,) = (p.id for p in self.made.values() if p.title == title)
        self.done |= {r.id for r in self.rows.values() if r.project == number and r.data["clip_id"] == clip_id}

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
            key = asked["filter"].removeprefix("filter:tasks:data.")
            rows = [r for r in rows if HOLDS[asked["operator"]](str(r.data.get(key, "")), asked["value"])]
        return [SimpleNamespace(**vars(row), is_labeled=row.id in self.done) for row in rows]

    def _task(self, **named):
        begun = int(named["id"]) in self.used
        return SimpleNamespace(annotations=[1] if begun else [], drafts=[])

    def _update(self, **named):
        self.rows[int(named["id"])].data = named["data"]

    def _act(self, **named):
        assert named["id"] == "delete_tasks"
        for number in named["selected_items"]["included"]:
            assert self.rows.pop(number).project == named["project"]

    def _delete(self, **named):
        del self.rows[int(named["id"])]
