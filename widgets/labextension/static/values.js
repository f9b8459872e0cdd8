// What an element's value says: text in its character set, numbers, tags; shortened where it is long.

import { latin1, named, trimmed } from "./dicom.js";

/** Longest text shown of one value. */
export const SHOWN = 240;
const SHOWN_NUMBERS = 16;
const DECODED_BYTES = 4096;

const NUMBERS = {
  US: [2, (view, at, little) => view.getUint16(at, little)],
  SS: [2, (view, at, little) => view.getInt16(at, little)],
  UL: [4, (view, at, little) => view.getUint32(at, little)],
  SL: [4, (view, at, little) => view.getInt32(at, little)],
  UV: [8, (view, at, little) => view.getBigUint64(at, little)],
  SV: [8, (view, at, little) => view.getBigInt64(at, little)],
  FL: [4, (view, at, little) => view.getFloat32(at, little)],
  FD: [8, (view, at, little) => view.getFloat64(at, little)],
  OF: [4, (view, at, little) => view.getFloat32(at, little)],
  OD: [8, (view, at, little) => view.getFloat64(at, little)],
  AT: [4, (view, at, little) => named(word(view, at, little) + word(view, at + 2, little))],
};
const IN_CHARSET = new Set(["LO", "LT", "PN", "SH", "ST", "UC", "UT"]);
const AS_LATIN = new Set(["AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"]);

/** Defined terms of Specific Character Set (PS3.3 C.12.1.1.2) → labels of the Encoding standard. */
const ENCODINGS = new Map([
  ["ISO_IR 6", "latin1"],
  ["ISO_IR 100", "latin1"],
  ["ISO_IR 101", "iso-8859-2"],
  ["ISO_IR 109", "iso-8859-3"],
  ["ISO_IR 110", "iso-8859-4"],
  ["ISO_IR 144", "iso-8859-5"],
  ["ISO_IR 127", "iso-8859-6"],
  ["ISO_IR 126", "iso-8859-7"],
  ["ISO_IR 138", "iso-8859-8"],
  ["ISO_IR 148", "windows-1254"],
  ["ISO_IR 203", "iso-8859-15"],
  ["ISO_IR 166", "windows-874"],
  ["ISO_IR 13", "shift_jis"],
  ["ISO_IR 192", "utf-8"],
  ["GB18030", "gb18030"],
  ["GBK", "gbk"],
  ["ISO 2022 IR 87", "iso-2022-jp"],
  ["ISO 2022 IR 159", "iso-2022-jp"],
  ["ISO 2022 IR 149", "euc-kr"],
  ["ISO 2022 IR 58", "gb18030"],
]);

/** The value as text; what the standard calls the value, not its bytes. */
export function text(element, dictionary) {
  const { vr, items, length } = element;
  if (items !== null) return items.length === 1 ? "1 item" : `${items.length} items`;
  if (element.fragments > 0) return `compressed, ${element.fragments} fragments, ${length} bytes`;
  if (length === 0) return "";
  if (vr in NUMBERS) return shortened(numbers(element).map(one => said(one, vr)), length / NUMBERS[vr][0] > SHOWN_NUMBERS ? ` … ${length / NUMBERS[vr][0]} values` : "");
  if (AS_LATIN.has(vr) || IN_CHARSET.has(vr)) {
    const whole = strings(element).join(" \\ ");
    const meant = vr === "UI" ? dictionary.uidName(whole) : undefined;
    return shortened(meant === undefined ? whole : `${whole}  ${meant}`);
  }
  if (element.tag === "7FE00010") return `pixels, ${length} bytes`;
  return unknown(element);
}

/** The numbers of a numeric element, the first of them where there are many; none of any other. */
export function numbers(element) {
  if (!(element.vr in NUMBERS)) return [];
  const [size, get] = NUMBERS[element.vr];
  const view = new DataView(element.bytes.buffer, element.bytes.byteOffset + element.at, element.length);
  const count = Math.min(SHOWN_NUMBERS, Math.floor(element.length / size));
  return Array.from({ length: count }, (_, number) => get(view, number * size, element.isLittle));
}

/** The values of a text element, without padding. */
export function strings(element) {
  const bytes = element.bytes.subarray(element.at, element.at + Math.min(element.length, DECODED_BYTES));
  const whole = IN_CHARSET.has(element.vr) ? decoded(bytes, element.scope.charsets) : latin1(bytes, 0, bytes.length);
  return ["LT", "ST", "UT"].includes(element.vr) ? [trimmed(whole)] : whole.split("\\").map(trimmed);
}

function decoded(bytes, charsets) {
  const wanted = charsets.filter(one => one !== "").map(one => ENCODINGS.get(one) ?? ENCODINGS.get(one.replace("ISO 2022 IR", "ISO_IR")));
  const label = wanted.find(one => one !== undefined && one !== "latin1") ?? "latin1";
  // TextDecoder takes the Korean and Chinese designations of ISO 2022 for text.
  return new TextDecoder(label).decode(bytes).replaceAll(/\x1b\$\)[AC]/g, "");
}

/** Bytes of unknown meaning: as text where they are printable, else in hexadecimal. */
function unknown(element) {
  const bytes = element.bytes.subarray(element.at, element.at + Math.min(element.length, SHOWN));
  const printable = bytes.every(one => one === 0 || (one >= 0x20 && one < 0x7f));
  const readable = printable ? trimmed(latin1(bytes, 0, bytes.length)) : "";
  if (readable) return shortened(readable, element.length > SHOWN ? ` … ${element.length} bytes` : "");
  const shown = Array.from(bytes.subarray(0, SHOWN_NUMBERS), one => one.toString(16).padStart(2, "0").toUpperCase()).join(" ");
  return element.length > SHOWN_NUMBERS ? `${shown} … ${element.length} bytes` : shown;
}

function shortened(value, more = "") {
  const whole = Array.isArray(value) ? value.join(" \\ ") : value;
  return (whole.length > SHOWN ? `${whole.slice(0, SHOWN)} …` : whole) + more;
}

/** Single precision has seven digits; the rest is noise of its conversion. */
const said = (number, vr) => String(vr === "FL" || vr === "OF" ? Number(number.toPrecision(7)) : number);
const word = (view, at, little) => view.getUint16(at, little).toString(16).toUpperCase().padStart(4, "0");
