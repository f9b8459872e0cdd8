"""A place to drop files on: from the desktop by drag and drop, or by a file dialog; by keyboard as well.

Files come to the kernel whole and in memory, so their size is bounded. What is done with them is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any, Final

from anywidget import AnyWidget
from traitlets import Bool, Int, Unicode

from workbench_widgets import theme
from workbench_widgets.live import Live

MAXIMUM_BYTES: Final = 64 * 2**20
"""A planning CT slice has half a megabyte, a plan of many spots a few; more than this is to be opened by its path."""
MEBIBYTE: Final = 2**20


class FileDrop(AnyWidget):
    """A drop zone; each whole file is handed on, each that cannot be taken becomes a sentence.

    Its traits can be set: ``prompt``, the words on it; ``explained``, those on hover; ``told``, a remark below, for example what was
    taken; ``multiple``, whether more than one file is taken at a time; ``maximum_bytes``.

    Parameters
    ----------
    take : told the name and the bytes of each file, on the loop of ``live``.
    refuse : told a sentence for each file that was not taken, likewise.
    """

    _esm = resources.files("workbench_widgets").joinpath("file_drop.js").read_text(encoding="utf-8")
    _css = theme.style_sheet("file_drop.css")

    prompt = Unicode("Drop a file here, or choose one").tag(sync=True)
    explained = Unicode().tag(sync=True)
    told = Unicode().tag(sync=True)
    multiple = Bool().tag(sync=True)
    maximum_bytes = Int(MAXIMUM_BYTES).tag(sync=True)

    def __init__(self, live: Live, take: Callable[[str, bytes], object], refuse: Callable[[str], object], **traits: Any) -> None:
        self._live, self._take, self._refuse = live, take, refuse
        self._coming: tuple[object, bytearray] = (None, bytearray())
        super().__init__(**traits)
        self.on_msg(lambda _, message, buffers: live.post(self._heard, message, buffers))

    def __repr__(self) -> str:
        return "<FileDrop>"

    def _heard(self, message: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """What the browser says; it is held to the limit here as well, by what it says and by what comes."""
        name, size = str(message.get("name", "")), int(message.get("size", 0))
        match message.get("kind"):
            case "part" if size <= self.maximum_bytes:
                self._part(message, name, size, bytes(buffers[0]) if buffers else b"")
            case "part" | "too large":
                found, most = (f"{one / MEBIBYTE:,.1f} MiB" for one in (size, self.maximum_bytes))
                self._refuse(f"{name}: found {found}, expected at most {most}; open it by its path")
            case "unreadable":
                self._refuse(f"{name}: the browser cannot read it, expected a file and no folder")

    def _part(self, message: Mapping[str, Any], name: str, size: int, part: bytes) -> None:
        number, at = message.get("number"), int(message.get("at", 0))
        if at == 0:
            self._coming = (number, bytearray())
        known, data = self._coming
        if known != number or at != len(data):
            # Another page shows the same zone and sends at the same time: one of the two has to begin anew.
            self._give_up(number, f"{name}: interrupted by another file, expected one after the other; drop it again")
            return
        if at + len(part) > size:
            self._coming = (None, bytearray())
            self._give_up(number, f"{name}: found {at + len(part):,} bytes, expected {size:,}, its size when it was dropped; drop it again")
            return
        data += part
        if part and len(data) < size:
            self.send({"kind": "next", "number": number})
            return
        self._coming = (None, bytearray())
        self.send({"kind": "end", "number": number})
        self._take(name, bytes(data))

    def _give_up(self, number: object, sentence: str) -> None:
        self.send({"kind": "end", "number": number})
        self._refuse(sentence)
