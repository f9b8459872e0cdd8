"""The drop zone, on both sides of the wire: what a page sends, and what the kernel makes of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import workbench_widgets
from workbench_widgets import FileDrop, Live

TWO_PAGES = """
const made = () => ({
  dataset: {}, classList: { add() {}, remove() {} }, heard: {}, files: [],
  append() {}, setAttribute() {}, removeAttribute() {}, addEventListener(name, act) { this.heard[name] = act; },
});
const { default: { render } } = await import(process.argv[2]);
const file = { name: "a.dcm", size: 3, slice: () => ({ arrayBuffer: async () => new ArrayBuffer(3) }) };
const numbers = [];
for (const page of [1, 2]) {
  const elements = [];
  globalThis.document = { createElement: () => { elements.push(made()); return elements.at(-1); } };
  const model = { get: name => (name === "maximum_bytes" ? 10 : ""), on() {}, off() {}, send: message => numbers.push(message.number) };
  render({ model, el: made() });
  const input = elements.find(one => one.heard.change);
  input.files = [file];
  input.heard.change();
  await new Promise(resolve => setImmediate(resolve));
}
console.log(JSON.stringify(numbers));
"""


class Zone:
    """A drop zone, and what came of it."""

    def __init__(self, **traits: int) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refused: list[str] = []
        self.live = Live(refresh=lambda: None, failed=self.refused.append)
        self.drop = FileDrop(self.live, lambda name, raw: self.taken.append((name, raw)), self.refused.append, **traits)

    def send(self, raw: bytes, **message: object) -> None:
        """One message of a page."""
        self.drop._handle_custom_msg({"kind": "part", "number": "a", "name": "a.dcm", "at": 0, **message}, [memoryview(raw)])
        self.live.pump()


@pytest.mark.interop("node")
def test_two_pages_give_their_files_other_numbers(tmp_path: Path) -> None:
    """Both may send at the same time to one kernel, which tells the parts of their files apart by number."""
    script, module = tmp_path / "two.mjs", tmp_path / "file_drop.mjs"
    script.write_text(TWO_PAGES, encoding="utf-8")
    module.write_text((Path(workbench_widgets.__file__).parent / "file_drop.js").read_text(encoding="utf-8"), encoding="utf-8")

    result = subprocess.run(["node", script, module.as_uri()], capture_output=True, text=True, check=False, timeout=50)

    assert result.returncode == 0, result.stderr
    first, second = json.loads(result.stdout)
    assert first != second


@pytest.mark.parametrize("size", [1, 12, -1, "12", None])
def test_what_a_page_says_of_a_size_lifts_no_limit(size: object) -> None:
    """The bytes that came count: more than the limit, or than was announced, is refused and not kept."""
    zone = Zone(maximum_bytes=10)

    zone.send(b"0" * 12, size=size)

    assert zone.taken == []
    assert len(zone.refused) == 1


def test_a_file_that_comes_in_parts_is_handed_on_whole() -> None:
    """Up to the limit itself, and one of no bytes too."""
    zone = Zone(maximum_bytes=10)

    for at in (0, 6):
        zone.send(b"0123456789"[at : at + 6], size=10, at=at)
    zone.send(b"", size=0, number="b", name="b.dcm")

    assert (zone.taken, zone.refused) == ([("a.dcm", b"0123456789"), ("b.dcm", b"")], [])
