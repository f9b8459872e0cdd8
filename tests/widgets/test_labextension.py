"""The viewer of DICOM files, its part that knows no page: run by Node.js and compared with pydicom."""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLosslessSV1,
)

from tests.factories import make_plan
from workbench import __version__
from workbench.bench import Workbench
from workbench.dicom.findings import Finding, Severity
from workbench_widgets import file_check

EXTENSION = Path(__file__).resolve().parents[2] / "widgets" / "labextension"
needs_node = pytest.mark.interop("node")
pytestmark = pytest.mark.timeout(60)

PROBE = """
import { readFileSync } from "node:fs";
const at = name => new URL(name, process.argv[2]).href;
const { read } = await import(at("dicom.js"));
const { Dictionary } = await import(at("dictionary.js"));
const { text } = await import(at("values.js"));
const { walk, rows } = await import(at("tree.js"));
const { enlargement, picture, paint } = await import(at("pixels.js"));
const { curves } = await import(at("curves.js"));
const dictionary = new Dictionary(JSON.parse(readFileSync(new URL("dictionary.json", process.argv[2]))));
const answers = [];
for (const { path, search, isOdd } of JSON.parse(process.argv[3])) {
  const file = await read(new Uint8Array(readFileSync(path)), dictionary);
  const shown = picture(file.elements);
  const painted = shown && !shown.trouble ? new Uint8ClampedArray(4 * shown.rows * shown.columns) : null;
  if (painted) paint(painted, shown.values(0), shown, shown.window);
  answers.push({
    trouble: file.trouble,
    syntax: file.transferSyntax,
    elements: [...walk(file.elements)].filter(one => one.item === null)
      .map(({ path, element }) => [path, element.vr, element.name, text(element, dictionary), element.isPrivate, element.isKnown]),
    found: rows(file.elements, { search: search ?? "", isOdd: isOdd ?? false, open: new Set() }, dictionary).rows.map(one => one.path),
    picture: shown && (shown.trouble ?? {
      window: shown.window,
      unit: shown.unit,
      values: [...shown.values(0)],
      grey: [...painted].filter((_, at) => at % 4 === 0),
    }),
    curves: curves(file.elements),
    enlarged: shown && !shown.trouble ? enlargement(shown) : null,
  });
}
console.log(JSON.stringify(answers));
"""


def viewed(folder: Path, *files: Path, **wanted: Any) -> list[dict[str, Any]]:
    """What the viewer makes of files, in one run of Node.js."""
    probe = folder / "probe.mjs"
    probe.write_text(PROBE, encoding="utf-8")
    asked = json.dumps([{"path": str(path), **wanted} for path in files])
    static = (EXTENSION / "static").as_uri() + "/"
    result = subprocess.run(["node", str(probe), static, asked], capture_output=True, text=True, check=False, timeout=50)
    assert result.returncode == 0, result.stderr
    answers: list[dict[str, Any]] = json.loads(result.stdout)
    return answers


def ct(**changes: Any) -> Dataset:
    """A CT slice of 2 rows and 3 columns with the values -1024 to 1476 HU, and a private element."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = "1.2.3.4"
    dataset.Modality = "CT"
    dataset.PatientName = "Jäger^Ödön"
    dataset.PatientID = "P1"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = 2, 3
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.WindowCenter, dataset.WindowWidth = "40", "400"
    dataset.RescaleIntercept, dataset.RescaleSlope = "-1024", "1"
    dataset.add(DataElement(0x7FE00010, "OW", np.array([0, 500, 1000, 1064, 1264, 2500], "<u2").tobytes()))
    block = dataset.private_block(0x0029, "ACME", create=True)
    block.add_new(0x01, "LO", "their own")
    for name, value in changes.items():
        setattr(dataset, name, value)
    return dataset


def written(path: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> Path:
    """The data set as a file of pydicom's."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Dataset]]:
    """The objects of an ocular plan as files, and as pydicom reads them."""
    folder = tmp_path_factory.mktemp("stored")
    with Workbench(folder / "data", listen=False) as bench:
        plan = bench.add_plan(make_plan())
        datasets = [bench.dataset(uid) for uid in (plan.uid, *plan.images)]
    files = [written(folder / f"{number}.dcm", one, ImplicitVRLittleEndian) for number, one in enumerate(datasets)]
    return files, datasets


def leaves(dataset: Dataset, prefix: str = "") -> list[str]:
    """The path of every element as pydicom has them, sequences before what they hold."""
    found = []
    for element in dataset:
        path = f"{prefix}{int(element.tag):08X}"
        found.append(path)
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                found += leaves(item, f"{path}[{number}].")
    return found


@needs_node
def test_an_objects_elements_are_those_that_pydicom_reads(tmp_path: Path, stored: tuple[list[Path], list[Dataset]]) -> None:
    """Plan and setup images in Implicit VR: every element at its place, nested ones included, and none unknown."""
    files, datasets = stored

    answers = viewed(tmp_path, *files)

    assert [[one[0] for one in answer["elements"]] for answer in answers] == [leaves(one) for one in datasets]
    assert [answer["trouble"] for answer in answers] == [None, None, None]
    assert [one for answer in answers for one in answer["elements"] if not one[5]] == []


@needs_node
def test_a_setup_images_curves_lie_at_their_pixels(tmp_path: Path, stored: tuple[list[Path], list[Dataset]]) -> None:
    """A curve's film millimetres become pixels by position and spacing, as PS3.3 C.8.8.2 places them."""
    files, (_, axial, _) = stored

    (answer,) = viewed(tmp_path, files[1])

    left, top = (float(one) for one in axial.RTImagePosition)
    down, across = (float(one) for one in axial.ImagePlanePixelSpacing)
    millimetres = np.frombuffer(axial[0x50003000].value, "<f8").reshape(-1, 2)
    pixels = (millimetres - [left, top]) / [across, -down] + 0.5
    assert answer["curves"][0]["label"] == axial[0x50002500].value
    assert np.array(answer["curves"][0]["points"]) == pytest.approx(pixels)


@needs_node
def test_every_uncompressed_transfer_syntax_reads_the_same(tmp_path: Path) -> None:
    """Implicit, explicit, big endian and, where Node.js can inflate it as browsers can, deflated: the same elements, values and picture."""
    can_inflate = subprocess.run(["node", "-e", "new DecompressionStream('deflate-raw')"], capture_output=True, check=False, timeout=50)
    syntaxes = [ImplicitVRLittleEndian, ExplicitVRLittleEndian]
    if can_inflate.returncode == 0:
        syntaxes.append(DeflatedExplicitVRLittleEndian)
    files = [written(tmp_path / f"{number}.dcm", ct(), syntax) for number, syntax in enumerate(syntaxes)]
    big = ct()
    big[0x7FE00010].value = np.frombuffer(big[0x7FE00010].value, "<u2").astype(">u2").tobytes()
    files.append(written(tmp_path / "big.dcm", big, ExplicitVRBigEndian))

    implicit, *others = viewed(tmp_path, *files)

    known = [one for one in implicit["elements"] if one[5]]
    assert [[one for one in answer["elements"] if one[5]] for answer in others] == [known] * len(others)
    assert [answer["picture"] for answer in others] == [implicit["picture"]] * len(others)
    assert ["00100010", "PN", "Patient's Name", "Jäger^Ödön", False, True] in known


@needs_node
def test_a_picture_is_shown_through_its_window(tmp_path: Path) -> None:
    """Stored values become Hounsfield units; centre 40 and width 400 make -160 HU black and 240 HU white (PS3.3 C.11.2.1.3.2)."""
    (answer,) = viewed(tmp_path, written(tmp_path / "ct.dcm", ct()))

    assert answer["picture"] == {
        "window": {"centre": 40, "width": 400},
        "unit": "HU",
        "values": [-1024, -524, -24, 40, 240, 1476],
        "grey": [0, 0, 87, 128, 255, 255],
    }


@needs_node
def test_colours_are_shown_as_they_are_stored(tmp_path: Path) -> None:
    """Rescale and window are for grey values (PS3.3 C.11.1 and C.11.2): they leave red, green and blue alone."""
    colour = ct(SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0, BitsAllocated=8, BitsStored=8, HighBit=7)
    colour[0x7FE00010].value = bytes(range(0, 180, 10))

    (answer,) = viewed(tmp_path, written(tmp_path / "rgb.dcm", colour))

    assert answer["picture"]["values"] == list(range(0, 180, 10))
    assert answer["picture"]["grey"] == list(range(0, 180, 30))


@needs_node
def test_what_is_private_or_unknown_can_be_searched_for(tmp_path: Path) -> None:
    """Another maker's private element is shown with its creator, and is all that is left when only such are wanted."""
    file = written(tmp_path / "ct.dcm", ct())

    (answer,) = viewed(tmp_path, file, isOdd=True)
    (named,) = viewed(tmp_path, file, search="acme own")

    assert answer["found"] == ["00290010", "00291001"]
    assert named["found"] == ["00291001"]
    assert ["00291001", "LO", "Private, ACME", "their own", True, False] in answer["elements"]


@needs_node
def test_a_broken_file_shows_what_was_read_and_says_where_it_broke(tmp_path: Path) -> None:
    """Cut in its pixels, in a head, no DICOM at all, items that overlap their sequence: one sentence each, nothing thrown."""
    whole = written(tmp_path / "ct.dcm", ct()).read_bytes()
    nested = whole.replace(b"\x29\x00\x10\x00LO\x04\x00ACME", b"\x29\x00\x10\x00SQ\x00\x00\xff\xff\xff\x00")
    broken = {"pixels": whole[:-4], "head": whole[:-14], "text": b"hello world, this is no object", "sequence": nested, "empty": b""}
    files = []
    for name, content in broken.items():
        files.append(tmp_path / f"{name}.dcm")
        files[-1].write_bytes(content)

    pixels, head, text, sequence, empty = viewed(tmp_path, *files)

    assert pixels["trouble"].endswith("found 8 bytes of value, expected 12; the file breaks off here")
    assert head["trouble"].endswith("bytes, expected the 12 of an element's head")
    assert len(head["elements"]) == len(pixels["elements"]) - 1
    assert text["trouble"].startswith("found neither DICM at byte 128")
    assert "found a sequence of 16777215 bytes, expected at most" in sequence["trouble"]
    assert empty["elements"] == []


@needs_node
def test_whatever_is_damaged_something_is_shown(tmp_path: Path) -> None:
    """Of 100 files with bytes turned over or cut out, from a seed, each is read as far as it goes; nothing is thrown, nothing hangs."""
    chance = random.Random(5)
    whole = written(tmp_path / "ct.dcm", ct()).read_bytes()
    # Rows is no number any more.
    files = [tmp_path / "rows.dcm"]
    files[0].write_bytes(whole.replace(b"\x28\x00\x10\x00US", b"\x28\x00\x10\x00UI"))
    for number in range(1, 100):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(132, len(damaged))] = chance.choice([0, 1, 0xFF, chance.randrange(256)])
        at = chance.randrange(132, len(damaged))
        del damaged[at : at + chance.choice([0, 0, 1, 7])]
        files.append(tmp_path / f"{number}.dcm")
        files[-1].write_bytes(damaged)

    answers = viewed(tmp_path, *files)

    assert len(answers) == 100
    assert sum(1 for one in answers if one["trouble"]) > 20
    assert [one["trouble"] for one in answers if one["trouble"] is not None and "found" not in one["trouble"]] == []


@needs_node
@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"Rows": 0}, "found 0 rows, 3 columns and 1 frames, expected at least one of each."),
        ({"BitsAllocated": 1}, "found Bits Allocated 1, expected 8, 16 or 32."),
        (
            {"BitsAllocated": 8, "PhotometricInterpretation": "PALETTE COLOR"},
            "found PALETTE COLOR of 1 \N{MULTIPLICATION SIGN} 8 bits, expected MONOCHROME1",
        ),
        (
            {"Rows": 9000, "Columns": 9000},
            "found 9000 \N{MULTIPLICATION SIGN} 9000 pixels, expected at most 67108864 of a frame; read it in Python.",
        ),
    ],
)
def test_a_picture_that_is_not_drawn_is_a_sentence(changes: dict[str, Any], trouble: str, tmp_path: Path) -> None:
    """What is found and what would be drawn, beside all elements of the file."""
    (answer,) = viewed(tmp_path, written(tmp_path / "odd.dcm", ct(**changes)))

    assert answer["picture"].startswith(f"Pixel data: {trouble}")
    assert (answer["trouble"], answer["elements"][-1][0]) == (None, "7FE00010")


@needs_node
def test_a_picture_of_floating_point_numbers_is_a_sentence(tmp_path: Path) -> None:
    """Float Pixel Data (7FE0,0008) stands in the place of Pixel Data: it is named, so that no picture is missed."""
    dataset = ct()
    del dataset.PixelData
    dataset.add_new("FloatPixelData", "OF", np.zeros(6, "<f4").tobytes())

    (answer,) = viewed(tmp_path, written(tmp_path / "float.dcm", dataset))

    assert answer["picture"] == "Pixel data: found floating point numbers, expected integers."


@needs_node
def test_odd_values_cost_nothing_else_of_a_file(tmp_path: Path) -> None:
    """Rows as a 64-bit number, and a character set of 300,000 characters: elements and picture are shown as ever."""
    explicit = written(tmp_path / "explicit.dcm", ct()).read_bytes()
    wide = explicit.replace(b"\x28\x00\x10\x00US\x02\x00\x02\x00", b"\x28\x00\x10\x00UV\x00\x00\x08\x00\x00\x00\x02" + bytes(7))
    implicit = written(tmp_path / "implicit.dcm", ct(), ImplicitVRLittleEndian).read_bytes()
    head, length = b"\x08\x00\x05\x00", len("ISO_IR 192") + 300_000
    long = implicit.replace(head + b"\x0a\x00\x00\x00ISO_IR 192", head + length.to_bytes(4, "little") + b"ISO_IR 192" + 300_000 * b" ")
    files = [tmp_path / "wide.dcm", tmp_path / "long.dcm"]
    for path, content in zip(files, (wide, long), strict=True):
        path.write_bytes(content)

    answers = viewed(tmp_path, *files)

    assert [answer["picture"]["values"] for answer in answers] == [[-1024, -524, -24, 40, 240, 1476]] * 2
    assert [one[3] for answer in answers for one in answer["elements"] if one[0] == "00100010"] == ["Jäger^Ödön"] * 2


@needs_node
def test_no_picture_is_enlarged_beyond_what_a_browser_draws(tmp_path: Path) -> None:
    """A small picture is drawn large, so that lines over it are sharp; one pixel wide and 20,000 high it is not."""
    tall = ct(Rows=20_000, Columns=1)
    tall[0x7FE00010].value = bytes(40_000)

    small, high = viewed(tmp_path, written(tmp_path / "small.dcm", ct()), written(tmp_path / "tall.dcm", tall))

    assert (small["enlarged"], high["enlarged"]) == (342, 1)


@needs_node
def test_too_many_items_end_in_a_sentence(tmp_path: Path) -> None:
    """600,000 empty items, eight bytes each, are counted as elements are, and given up; what came before is shown."""
    whole = written(tmp_path / "ct.dcm", ct(), ImplicitVRLittleEndian).read_bytes()
    items = struct.pack("<HHL", 0x0040, 0x0275, 600_000 * 8) + struct.pack("<HHL", 0xFFFE, 0xE000, 0) * 600_000
    (tmp_path / "items.dcm").write_bytes(whole + items)

    (answer,) = viewed(tmp_path, tmp_path / "items.dcm")

    assert answer["trouble"].endswith("found more than 500000 elements and items, expected at most that")
    assert answer["elements"][-1][0] == "00400275"


@needs_node
def test_words_of_the_language_are_words_of_a_file(tmp_path: Path) -> None:
    """A character set and a UID that are called as something JavaScript has are unknown ones; texts are shown as Latin-1."""
    whole = written(tmp_path / "ct.dcm", ct(PatientName="Doe^Jane")).read_bytes()
    (tmp_path / "odd.dcm").write_bytes(whole.replace(b"ISO_IR 192", b"toString  ").replace(b"1.2.3.4\0", b"toString"))

    (answer,) = viewed(tmp_path, tmp_path / "odd.dcm")

    shown = {path: text for path, _, _, text, *_ in answer["elements"]}
    assert (shown["00080005"], shown["00080018"], shown["00100010"]) == ("toString", "toString", "Doe^Jane")


@needs_node
def test_compressed_pixels_are_told_and_not_drawn(tmp_path: Path) -> None:
    """The header is read as ever; fragments are counted."""
    dataset = ct()
    dataset[0x7FE00010].value = b"\xfe\xff\x00\xe0\x00\x00\x00\x00\xfe\xff\x00\xe0\x04\x00\x00\x00\xff\xd8\xff\xd9"
    dataset[0x7FE00010].VR = "OB"
    dataset[0x7FE00010].is_undefined_length = True

    (answer,) = viewed(tmp_path, written(tmp_path / "jpeg.dcm", dataset, JPEGLosslessSV1))

    assert answer["picture"] == "Pixel data: found compressed as the transfer syntax says; this viewer shows uncompressed pixels only."
    assert answer["elements"][-1][3] == "compressed, 2 fragments, 28 bytes"
    assert answer["trouble"] is None


CHECK = """
// As over plain http from another computer: only pages of https and of this machine have randomUUID.
Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
const { findings } = await import(new URL("checking.js", process.argv[2]).href);
const said = [];
const future = { done: null };
const answer = { header: { msg_type: "stream" }, content: { name: "stdout", text: "workbench-findings:[]" } };
const kernel = { requestExecute: ({ code }) => {
  said.push(code.split("\\n")[1]);
  future.done = Promise.resolve().then(() => future.onIOPub(answer));
  return future;
} };
const session = { kernel, shutdown: async () => said.push("shut down"), dispose: () => {} };
const manager = {
  contents: { localPath: path => path },
  kernelspecs: { ready: null, specs: { default: "python3", kernelspecs: { python3: { name: "python3", language: "python" } } } },
  sessions: { startNew: async ({ path }) => { said.push(path.replace(/[a-z0-9]{8,}$/, "…")); return session; } },
};
said.push(await findings(manager, 'plans/a "b".dcm', "received"));
console.log(JSON.stringify(said));
"""


@needs_node
def test_a_file_is_checked_also_over_plain_http(tmp_path: Path) -> None:
    """The kernel is started beside the file under a name of no file, is asked about the name as it is, and is gone afterwards."""
    (tmp_path / "check.mjs").write_text(CHECK, encoding="utf-8")
    static = (EXTENSION / "static").as_uri() + "/"

    result = subprocess.run(["node", tmp_path / "check.mjs", static], capture_output=True, text=True, check=False, timeout=50)

    assert result.returncode == 0, result.stderr
    call = 'print("workbench-findings:" + findings_as_json("a \\"b\\".dcm", "received"))'
    assert json.loads(result.stdout) == ["plans/check-…", call, "shut down", []]


LOADS = """
const { Viewer } = await import(new URL("viewer.js", process.argv[2]).href);
globalThis.fetch = async () => ({ ok: true, json: async () => ({ elements: {}, private: {}, uids: {}, repeaters: {} }) });
const [shown, fetched] = [[], []];
const viewer = Object.assign(Object.create(Viewer.prototype), {
  path: "a.dcm", isClosed: false, loads: 0, manager: { contents: { get: async () => ({ size: 9 }) } },
  fetch: () => new Promise(resolve => fetched.push(resolve)), show: (_, { size }) => shown.push(size), say: () => {},
});
const until = async count => { while (fetched.length < count) await new Promise(resolve => setImmediate(resolve)); };
const first = viewer.load();
await until(1);
const second = viewer.load();
await until(2);
fetched[1](new Uint8Array(2));
await second;
fetched[0](new Uint8Array(1));
await first;
viewer.close();
await viewer.load();
console.log(JSON.stringify({ shown, fetched: fetched.length }));
"""


@needs_node
def test_a_file_that_is_written_again_while_it_is_read_is_shown_as_it_is_now(tmp_path: Path) -> None:
    """The older content comes later and is not shown over the newer; a tab that is closed fetches nothing any more."""
    (tmp_path / "loads.mjs").write_text(LOADS, encoding="utf-8")
    static = (EXTENSION / "static").as_uri() + "/"

    result = subprocess.run(["node", tmp_path / "loads.mjs", static], capture_output=True, text=True, check=False, timeout=50)

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"shown": [2], "fetched": 2}


def test_the_dictionary_is_that_of_pydicom_and_the_private_block() -> None:
    """`make dictionary` would write the file that is kept."""
    kept = (EXTENSION / "static" / "dictionary.json").read_text(encoding="utf-8")

    made = subprocess.run([sys.executable, EXTENSION / "make_dictionary.py"], capture_output=True, text=True, check=True, timeout=50)

    assert made.stdout == kept


def test_the_extension_has_the_packages_version() -> None:
    """JupyterLab's list of extensions shows the version that pip shows."""
    described = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))

    assert described["version"] == __version__


def test_the_wheel_carries_the_extension_to_where_jupyterlab_looks() -> None:
    """Every kept file but the script lies under the extension's own name in the wheel's data."""
    pyproject = tomllib.loads((EXTENSION.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    name = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))["name"]

    carried = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]

    files = [one.name for one in EXTENSION.iterdir() if one.suffix != ".py" and one.name != "__pycache__"]
    assert carried == {f"widgets/labextension/{one}": f"share/jupyter/labextensions/{name}/{one}" for one in files}


@pytest.mark.parametrize(
    ("path", "tag", "place"),
    [
        ("PatientID", "00100020", "00100020"),
        ("IonBeamSequence[0].IonControlPointSequence[1].GantryAngle", "300A011E", "300A03A2[0].300A03A8[1].300A011E"),
        ("IonBeamSequence[0].IMPAC_NominalSOBPWidth", "300B100E", "300A03A2[0].300B100E"),
        ("Curve[5002].CurveData", "50023000", "50023000"),
    ],
)
def test_a_finding_has_its_place_in_the_tree(path: str, tag: str, place: str) -> None:
    """Keywords become tags; ours of the private block and those of a curve's group are named by the element's own tag."""
    finding = Finding(path=path, tag=tag, severity=Severity.ERROR, code="missing", message="missing")

    assert file_check.place(finding) == place


def test_findings_are_given_as_json(tmp_path: Path) -> None:
    """A plan without its label: one error with path, tag and place, as the viewer lists them."""
    with Workbench(tmp_path / "data", listen=False) as bench:
        dataset = bench.dataset(bench.add_plan(make_plan()).uid)
    del dataset.RTPlanLabel
    path = written(tmp_path / "plan.dcm", dataset, ImplicitVRLittleEndian)

    found = json.loads(file_check.findings_as_json(str(path), "received"))

    assert [(one["severity"], one["code"], one["path"], one["place"]) for one in found] == [("error", "missing", "RTPlanLabel", "300A0002")]
