"""Where an object is put in: dropped, chosen with a dialog, named by path or UID, or picked from the workbench."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ipywidgets import Box, Dropdown, Text

from workbench.bench import Workbench
from workbench_widgets.closing import ClosingBox
from workbench_widgets.conformance_source import Opened, from_bytes, from_words, offered
from workbench_widgets.file_drop import FileDrop
from workbench_widgets.latest import Latest
from workbench_widgets.live import Live
from workbench_widgets.parts import button

CHOOSE: Final = ("\N{EN DASH} choose \N{EN DASH}", "")


class ObjectSlot(ClosingBox):
    """One place for one object; what is put in last counts.

    Parameters
    ----------
    hook : class by which its parts are found.
    prompt : words on the drop zone.
    take : told what was opened, or why it could not be, on the loop.
    beside : more entries in its line.
    """

    def __init__(self, hook: str, prompt: str, live: Live, take: Callable[[Opened], object], bench: Workbench | None, *beside: Any) -> None:
        self._live, self._take, self._bench = live, take, bench
        self._is_offering, self._name = False, ""
        self._opening = Latest[Opened](live, self._opened)
        self.drop = FileDrop(live, self._dropped, self._refused, prompt=prompt, explained="Drag a file here, or press Enter for a dialog.")
        self.drop.add_class(f"{hook}-drop")
        hint = "a path on the computer that runs this notebook"
        self.words = Text(
            description="path" if bench is None else "path or UID",
            placeholder=hint if bench is None else f"{hint}, or a SOP Instance UID",
            continuous_update=False,
        )
        self.words.add_class(f"{hook}-path")
        self.words.add_class("wb-conf-path")
        self.words.observe(lambda change: live.post(self._named, change.new), names="value")
        self.again = button("Read again", f"{hook}-again", "Read the file at the path once more, for example after it was mended.")
        self.again.on_click(lambda _: live.post(self._named, self.words.value))
        self.choice = Dropdown(options=[CHOOSE], description="object", tooltip="The latest objects of the data folder.")
        self.choice.add_class(f"{hook}-object")
        self.choice.add_class("wb-conf-object")
        self.choice.observe(self._chosen, names="value")
        entries: list[Any] = [self.words, self.again, *([] if bench is None else [self.choice])]
        line = Box([*entries, *beside])
        line.add_class("wb-conf-entries")
        super().__init__([self.drop, line])
        self.add_class("wb-conf-slot")
        self.add_class(hook)

    def put(self, words: str) -> None:
        """Open an object by path or UID, as if it were typed."""
        self._ask(words)

    def refresh(self) -> None:
        """Offer what the workbench has now; what is chosen stays chosen."""
        if self._bench is None:
            return
        options, chosen = [CHOOSE, *offered(self._bench)], self.choice.value
        if list(self.choice.options) == options:
            return
        # New options choose the first by themselves; neither that nor what is put back is anybody's choice.
        self._is_offering = True
        try:
            self.choice.options = options
            self.choice.value = chosen if any(uid == chosen for _, uid in options) else ""
        finally:
            self._is_offering = False

    def close(self) -> None:
        """Take nothing any more."""
        self.drop.close()
        super().close()

    def _dropped(self, name: str, raw: bytes) -> None:
        self._read(name, lambda: from_bytes(name, raw))

    def _refused(self, sentence: str) -> None:
        self._take(Opened(name=sentence.partition(":")[0], sentence=sentence))

    def _named(self, words: str) -> None:
        if words.strip():
            self._ask(words.strip())

    def _chosen(self, change: Any) -> None:
        if not self._is_offering:
            self._live.post(self._picked, change.new)

    def _picked(self, uid: str) -> None:
        if uid:
            self._ask(uid)

    def _ask(self, words: str) -> None:
        self._read(Path(words).name, lambda: from_words(self._bench, words))

    def _read(self, name: str, opening: Callable[[], Opened]) -> None:
        self.drop.told = f"reading {name}"
        self._opening.ask(opening)

    def _opened(self, opened: Opened) -> None:
        if opened.instance is not None:
            self._name = opened.name
        self.drop.told = self._name
        self._take(opened)
