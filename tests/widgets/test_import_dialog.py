"""The import dialog without a browser: paths are entered, buttons clicked, and its traits and words are read."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.factories import CountedUids, make_plan
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.mapping.ocular_plans import export
from workbench.settings import OWN
from workbench_widgets import ImportDialog, importing

Scenario = Callable[[Workbench, ImportDialog], Awaitable[None]]
AXIAL, LATERAL = "2.25.6", "2.25.7"
"""UIDs of the images of the exported plan, by counting: study, series, frame and plan come first."""
PIXELS = np.arange(65 * 81, dtype=np.uint8).reshape(65, 81)


def make_xray(view: int = 0, **changes: object) -> Dataset:
    """An image of the eye of patient P-001 with pixels; 0 is AXIAL, 1 is LATERAL."""
    image = export(make_plan(), uid_source=CountedUids(), identity=OWN).images[view]
    image.add_new("PixelData", "OW", PIXELS.tobytes() + b"\0")
    for keyword, value in changes.items():
        setattr(image, keyword, value)
    return image


def encoded(dataset: Dataset, *, syntax: str = uids.IMPLICIT_LITTLE) -> bytes:
    """The data set as the bytes of a DICOM file."""
    instance = part10.encoded(dataset, syntax)
    return part10.header(instance, implementation_class_uid="2.25.9", implementation_version_name=None) + instance.data


def with_dialog(scenario: Scenario, folder: Path, *, patient_id: str | None = None) -> None:
    """Run a scenario on the loop of a dialog of a new bench, its data beside the folder of files."""

    async def run() -> None:
        with Workbench(folder.parent / "data", listen=False) as bench:
            dialog = ImportDialog(bench, patient_id)
            try:
                await scenario(bench, dialog)
            finally:
                await dialog.drain()
                dialog.close()

    asyncio.run(run())


async def look(dialog: ImportDialog, path: Path) -> None:
    """Enter a path and wait until it has been looked at."""
    dialog.path.value = str(path)
    await dialog.drain()


def test_files_and_choice_reach_the_browser_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is shorter than what is chosen in it is an error there."""
    told: list[set[str]] = []

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, tmp_path / "stick")
        monkeypatch.setattr(dialog.choice, "send_state", lambda key=None: told.append({key} if isinstance(key, str) else set(key or ())))
        await look(dialog, tmp_path / "nothing")
        assert dialog.choice.index == ()

    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "axial.dcm").write_bytes(encoded(make_xray()))
    with_dialog(scenario, tmp_path / "stick")

    assert [sorted({"_options_labels", "index"} & one) for one in told if "_options_labels" in one] == [["_options_labels", "index"]]


async def click(dialog: ImportDialog, button: Any) -> None:
    """Click, as a browser would only if it can be clicked, and wait until all is done."""
    assert not button.disabled, button.tooltip
    button.click()
    await dialog.drain()


async def answer(dialog: ImportDialog, *, is_yes: bool) -> None:
    """Answer the question that is asked, and wait until all is done."""
    assert dialog.question.is_asked
    assert dialog.message == f"{dialog.question.title}: {dialog.question.sentence}"
    dialog.question.answer(is_yes)
    await dialog.drain()
    assert not dialog.question.is_asked


def stored(bench: Workbench) -> set[str]:
    """UIDs of what the bench has."""
    return {one.uid for one in bench.objects()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the AXIAL and the LATERAL image of patient P-001."""
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "axial.dcm").write_bytes(encoded(make_xray()))
    (folder / "lateral.dcm").write_bytes(encoded(make_xray(1)))
    return folder


def test_files_of_the_patient_are_imported_without_a_question(folder: Path) -> None:
    """Both images of P-001 come in for p-001: case does not matter (ocular statement, Patient ID)."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        await click(dialog, dialog.start)

        assert (dialog.imported, dialog.is_asking) == ([AXIAL, LATERAL], False)
        assert dialog.message == "2 files imported."
        assert stored(bench) == {AXIAL, LATERAL}

    with_dialog(scenario, folder, patient_id="p-001")


def test_another_patient_id_is_a_question_before_anything_is_stored(folder: Path) -> None:
    """The dialog says that the Patient ID does not match and asks whether to go on (A.1.2); until then nothing is kept."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder / "axial.dcm")
        await click(dialog, dialog.start)

        assert dialog.is_asking
        assert dialog.message == (
            "The Patient ID does not match: axial.dcm carries P-001, to be imported for P-002. Import it all the same?"
        )
        assert (dialog.imported, stored(bench)) == ([], set())
        assert dialog.start.disabled

    with_dialog(scenario, folder, patient_id="P-002")


def test_going_on_imports_all_the_same(folder: Path) -> None:
    """The answer yes stores the files with the Patient ID that they carry."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        await click(dialog, dialog.start)
        await answer(dialog, is_yes=True)

        assert (dialog.imported, dialog.is_asking) == ([AXIAL, LATERAL], False)
        assert dialog.message == "2 files imported."
        assert {one.keys.patient_id for one in bench.objects()} == {"P-001"}

    with_dialog(scenario, folder, patient_id="P-002")


def test_not_going_on_leaves_the_files_out(folder: Path) -> None:
    """The answer no stores nothing, and the dialog can be used again."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        await click(dialog, dialog.start)
        await answer(dialog, is_yes=False)

        assert (dialog.imported, stored(bench), dialog.is_asking) == ([], set(), False)
        assert dialog.message == "2 files not imported: the Patient ID does not match."
        assert not dialog.start.disabled

    with_dialog(scenario, folder, patient_id="P-002")


def test_only_files_of_the_other_patient_are_asked_about(folder: Path) -> None:
    """Of two files one matches: it is imported at once, and the question names the other."""
    (folder / "lateral.dcm").write_bytes(encoded(make_xray(1, PatientID="P-002")))

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        await click(dialog, dialog.start)
        assert (dialog.imported, dialog.is_asking) == ([AXIAL], True)

        await answer(dialog, is_yes=False)

        assert stored(bench) == {AXIAL}
        assert dialog.message == "1 file imported, 1 file not imported: the Patient ID does not match."

    with_dialog(scenario, folder, patient_id="P-001")


def test_an_image_without_a_patient_id_is_of_another_patient(folder: Path) -> None:
    """Patient ID may be empty (Type 2); then it matches nobody, and the question says so."""
    (folder / "axial.dcm").write_bytes(encoded(make_xray(PatientID="")))

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder / "axial.dcm")
        await click(dialog, dialog.start)

        assert "axial.dcm carries no Patient ID, to be imported for P-001" in dialog.message

    with_dialog(scenario, folder, patient_id="P-001")


def test_each_refused_file_is_one_sentence_and_the_others_come_in(folder: Path) -> None:
    """A missing Type 1 attribute, another transfer syntax and a truncated file are named; the good one is imported."""
    lacking = make_xray(1)
    del lacking.RTImagePlane
    whole = encoded(make_xray())
    (folder / "lateral.dcm").write_bytes(encoded(lacking))
    (folder / "explicit.dcm").write_bytes(encoded(make_xray(SOPInstanceUID="2.25.90"), syntax=uids.EXPLICIT_LITTLE))
    (folder / "truncated.dcm").write_bytes(whole[:-100])

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        await click(dialog, dialog.start)

        truncated, explicit, lacks = dialog._refusals.value.split("<li>")[1:]
        assert "truncated.dcm: " in truncated
        assert "explicit.dcm: " in explicit
        assert "TransferSyntaxUID: found 1.2.840.10008.1.2.1, expected Implicit VR Little Endian" in explicit
        assert "lateral.dcm: " in lacks
        assert "RTImagePlane" in lacks
        assert stored(bench) == {AXIAL}
        assert dialog.message == "1 file imported, 2 files refused."

    with_dialog(scenario, folder, patient_id="P-001")


def test_only_chosen_files_are_imported(folder: Path) -> None:
    """What is taken out of the choice stays out of the archive, and the button says how many it will import."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        dialog.choice.index = (1,)
        await dialog.drain()
        assert dialog.start.description == "Import \N{MIDDLE DOT} 1 file for P-001"

        await click(dialog, dialog.start)

        assert stored(bench) == {LATERAL}

    with_dialog(scenario, folder, patient_id="P-001")


def test_the_list_tells_the_files_apart(folder: Path) -> None:
    """Kind, label, Patient ID and path inside the folder of each; what is no DICOM is counted, a DICOMDIR too."""
    (folder / "more").mkdir()
    plan = export(make_plan(), uid_source=CountedUids(), identity=OWN).plan
    (folder / "more" / "plan.dcm").write_bytes(encoded(plan))
    (folder / "notes.txt").write_text("not DICOM", encoding="utf-8")
    (folder / "DICOMDIR").write_bytes(encoded(plan))

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)

        assert dialog.choice.options == (
            "RT Image \N{MIDDLE DOT} AXIAL \N{MIDDLE DOT} P-001 \N{MIDDLE DOT} axial.dcm",
            "RT Image \N{MIDDLE DOT} LATERAL \N{MIDDLE DOT} P-001 \N{MIDDLE DOT} lateral.dcm",
            "RT Ion Plan \N{MIDDLE DOT} EYE PLAN 1 \N{MIDDLE DOT} P-001 \N{MIDDLE DOT} more/plan.dcm",
        )
        assert dialog.message == "3 files found. 2 other files there: no DICOM objects. Choose which, and enter whose they are."

    with_dialog(scenario, folder)


def test_what_users_may_not_import_is_listed_and_not_chosen(folder: Path) -> None:
    """A Secondary Capture is told apart by its name; only what can come in is chosen beforehand."""
    (folder / "axial.dcm").write_bytes(encoded(make_xray(SOPClassUID="1.2.840.10008.5.1.4.1.1.7")))

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)

        assert dialog.choice.options[0].startswith("Secondary Capture Image")
        assert dialog.choice.index == (1,)

    with_dialog(scenario, folder)


def test_without_a_patient_id_nothing_can_be_imported(folder: Path) -> None:
    """The button is grey and says what to enter; a Patient ID of blanks is none."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        dialog.patient_id.value = "  "
        await dialog.drain()

        assert (dialog.start.disabled, dialog.start.tooltip) == (True, "Enter the Patient ID first: whose files they should be.")
        dialog.patient_id.value = "P-001"
        await dialog.drain()
        assert not dialog.start.disabled

    with_dialog(scenario, folder)


def test_importing_again_changes_nothing_and_says_so(folder: Path) -> None:
    """The same object a second time is known already; the list still has it once."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder / "axial.dcm")
        await click(dialog, dialog.start)
        await click(dialog, dialog.start)

        assert dialog.message == "1 file known already."
        assert dialog.imported == [AXIAL]

    with_dialog(scenario, folder, patient_id="P-001")


def test_an_imported_image_is_shown(folder: Path) -> None:
    """After the import the picture is drawn, and the size of its pixels stands beside."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder / "axial.dcm")
        await click(dialog, dialog.start)

        assert dialog._image.layout.display == ""
        assert "wb-drawn" in dialog._image._dom_classes
        assert "AXIAL 81 \N{MULTIPLICATION SIGN} 65 pixels" in dialog._seen._heading.value

    with_dialog(scenario, folder, patient_id="P-001")


def test_an_image_of_neither_view_is_stored_and_says_why_it_is_not_shown(folder: Path) -> None:
    """The picture knows two views; a third is imported without one."""
    (folder / "axial.dcm").write_bytes(encoded(make_xray(RTImageLabel="OBLIQUE")))

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder / "axial.dcm")
        await click(dialog, dialog.start)

        assert stored(bench) == {AXIAL}
        assert "axial.dcm is stored and cannot be shown" in dialog._unseen.value

    with_dialog(scenario, folder, patient_id="P-001")


def test_an_uploaded_file_is_imported_and_leaves_no_temporary_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes from a browser are stored like a file; what the browser calls them is no path here."""
    temporary = folder.parent / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    content = encoded(make_xray())

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        name = "../../axial.dcm"
        at = datetime(2024, 6, 3, tzinfo=UTC)
        dialog.upload.value = ({"name": name, "type": "", "size": len(content), "content": memoryview(content), "last_modified": at},)
        await dialog.drain()
        await click(dialog, dialog.start)

        assert stored(bench) == {AXIAL}
        assert dialog.upload.value == ()
        assert list(temporary.iterdir()) == []

    with_dialog(scenario, folder, patient_id="P-001")


def test_an_uploaded_file_is_refused_under_its_own_name(folder: Path) -> None:
    """The sentence names the file as the user knows it, not the temporary one."""
    content = encoded(make_xray(SOPClassUID="1.2.840.10008.5.1.4.1.1.7"))
    offer = importing.look_at([("mine.dcm", content), ("letter.txt", b"Dear colleague")])

    with Workbench(folder.parent / "data", listen=False) as bench:
        outcome = importing.bring(bench, offer.files[0], "P-001")

    assert offer.refusals == ("letter.txt: found no DICM at byte 128, expected a DICOM file",)
    assert outcome.fate is importing.Fate.REFUSED
    assert outcome.sentence.startswith("mine.dcm: object 2.25.6: found SOP class 1.2.840.10008.5.1.4.1.1.7, expected ")


def test_a_path_that_leads_nowhere_is_a_sentence(folder: Path) -> None:
    """Nothing stays in the list of what was found before."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        await look(dialog, folder / "absent")

        assert dialog.message == f"{folder / 'absent'}: found nothing of this name, expected a folder or a DICOM file"
        assert dialog.choice.options == ()
        assert dialog.start.disabled

    with_dialog(scenario, folder, patient_id="P-001")


def test_a_folder_with_too_many_files_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who names a whole disk is told so before it is read."""
    monkeypatch.setattr(importing, "MOST_FILES", 1)

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)

        assert dialog.message == f"{folder}: found more than 1 files, expected fewer"

    with_dialog(scenario, folder)


def test_text_from_files_cannot_become_markup(folder: Path) -> None:
    """A Patient ID with angle brackets is shown as it is written."""
    (folder / "axial.dcm").write_bytes(encoded(make_xray(PatientID="<b>P</b>")))

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder / "axial.dcm")
        await click(dialog, dialog.start)
        await answer(dialog, is_yes=True)

        assert "&lt;b&gt;P&lt;/b&gt;, imported for P-001" in dialog._table.value
        assert "<b>P</b>" not in dialog._table.value

    with_dialog(scenario, folder, patient_id="P-001")


def test_a_dialog_names_itself_the_same_every_time(tmp_path: Path) -> None:
    """Its plain text is compared by notebook tests."""
    with Workbench(tmp_path, listen=False) as bench:
        dialog = ImportDialog(bench)

        assert repr(dialog) == "<ImportDialog>"
        dialog.close()


def test_a_closed_dialog_imports_nothing(folder: Path) -> None:
    """A click that arrives after closing is not heard."""

    async def scenario(bench: Workbench, dialog: ImportDialog) -> None:
        await look(dialog, folder)
        dialog.close()
        dialog.start.click()

        assert stored(bench) == set()

    with_dialog(scenario, folder, patient_id="P-001")
