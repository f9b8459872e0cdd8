"""Chapters 5 to 7: media, character sets, security."""

from __future__ import annotations

from workbench.conformance.markdown import bullets, document, heading, numbered, paragraph, table
from workbench.conformance.media import MEDIA_POLICIES, MEDIA_SERVICES


def media() -> str:
    """Chapter 5: files of the ocular exchange."""
    return document(
        heading("5", "Media interchange"),
        heading("5.1", "Implementation model"),
        paragraph(
            "The ocular exchange is a file-set creator and reader; it needs no directory file and follows no application profile. Files "
            "are Part 10 files in Implicit VR Little Endian."
        ),
        heading("5.2", "Services"),
        table(
            ("Direction", "Role", "SOP class", "UID", "Transfer syntax", "What"),
            [
                (
                    one.direction,
                    one.role,
                    one.sop_class.name,
                    one.sop_class.uid,
                    f"Implicit VR Little Endian {one.transfer_syntax}",
                    one.what,
                )
                for one in MEDIA_SERVICES
            ],
        ),
        heading("5.3", "Activities"),
        heading("5.3.1", "Export"),
        paragraph("`workbench plan export PLAN.json --to DIR` writes the plan and its setup images into a folder that the user chooses."),
        heading("5.3.2", "Import"),
        numbered(
            (
                "The user picks files or folders, and the patient they are for.",
                "A file in another transfer syntax than Implicit VR Little Endian is refused.",
                "Every Type 1 attribute of the modules must be there with a value (annex 8.1.5), also those that are not read.",
                "Patient ID is compared without regard to case. Where it differs the user is warned and asked; `--yes` answers beforehand.",
                "Pixels are kept and shown. Exported again the image is blank, and its text in foreign characters is the same bytes.",
            )
        ),
        heading("5.4", "Policies"),
        table(("Subject", "What we do"), [(one.words, one.own) for one in MEDIA_POLICIES]),
    )


def character_sets() -> str:
    """Chapter 6."""
    return document(
        heading("6", "Support of character sets"),
        bullets(
            (
                "Default repertoire (ISO-IR 6) and UTF-8 (ISO_IR 192) on the network: what we write in other than ASCII characters is "
                "declared ISO_IR 192. Objects that were received are handed out as they came.",
                "Received text is decoded as its Specific Character Set says, and handed to the display as Unicode, nothing "
                "transliterated; which of it can be read there depends on the operating system and its fonts. Sheets in PDF and pictures "
                "in files have the letters of DejaVu Sans: Latin, Greek, Cyrillic, no Chinese or Japanese.",
                "Files of the ocular exchange are written in the default repertoire, without Specific Character Set. A plan whose text "
                "needs other characters is refused; text of an imported image is written byte for byte when it is exported again.",
            )
        ),
    )


def security() -> str:
    """Chapter 7."""
    return document(
        heading("7", "Security"),
        bullets(
            (
                "No security profile of PS3.15 is supported; there is no TLS.",
                "Associations are checked by called AE title; calling AE titles decide the room, and who may query and retrieve.",
                "There is no login of our own: users log in to the operating system. The data folder is made for its owner alone "
                "(mode 0700), and so is every file in it (0600).",
                "Listens on the loopback address unless configured otherwise. What one peer can make us allocate is limited (4.4).",
                "Logs name UIDs and AE titles, never a patient's name or a Transaction UID.",
            )
        ),
    )
