// Reads a DICOM file into a tree of elements (PS3.5, PS3.10): three uncompressed transfer syntaxes, deflated, and the header of all
// others. It keeps what it has read when a file breaks off, and says where. It knows no page and no server.

import { isCreator, isPrivate } from "./dictionary.js";

export const LIMITS = Object.freeze({
  /** Larger files are not fetched. */
  fileBytes: 128 * 2 ** 20,
  inflatedBytes: 256 * 2 ** 20,
  /** Of elements and items together. */
  elements: 500_000,
  depth: 32,
});

const IMPLICIT = "1.2.840.10008.1.2";
const EXPLICIT = "1.2.840.10008.1.2.1";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const BIG_ENDIAN = "1.2.840.10008.1.2.2";
const PREAMBLE = 128;
const UNDEFINED = 0xffffffff;
const LONG_VRS = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
const ITEM = "FFFEE000";
const ITEM_END = "FFFEE00D";
const SEQUENCE_END = "FFFEE0DD";
/** A character set and a private creator are said in no more. */
const SAID_BYTES = 1024;

/** What is wrong with the bytes, in one sentence. */
export class Unreadable extends Error {}

/**
 * Read a file.
 *
 * @param bytes Uint8Array, the whole file
 * @param dictionary Dictionary
 * @returns `{transferSyntax, meta, elements, trouble}`; trouble is the sentence of what broke off the reading, else null
 */
export async function read(bytes, dictionary) {
  const found = { transferSyntax: "", meta: [], elements: [], trouble: null };
  try {
    await readInto(found, bytes, dictionary);
  } catch (problem) {
    if (!(problem instanceof Unreadable)) throw problem;
    found.trouble = problem.message;
  }
  return found;
}

async function readInto(found, bytes, dictionary) {
  let at = 0;
  const hasPreamble = latin1(bytes, PREAMBLE, PREAMBLE + 4) === "DICM";
  if (hasPreamble) at = PREAMBLE + 4;
  if (groupAt(bytes, at) === 2) {
    const meta = new Reader(bytes, { isExplicit: true, isLittle: true }, dictionary);
    at = meta.readGroup(found.meta, at, 2);
    const named = found.meta.find(one => one.tag === "00020010");
    found.transferSyntax = named ? trimmed(latin1(bytes, named.at, named.at + named.length)) : "";
  }
  if (!found.transferSyntax) {
    if (!hasPreamble && ![2, 8].includes(groupAt(bytes, at))) {
      throw new Unreadable(
        `found neither DICM at byte ${PREAMBLE} nor an element of group 0002 or 0008 at its beginning, expected a DICOM file`,
      );
    }
    found.transferSyntax = /^[A-Z]{2}$/.test(latin1(bytes, at + 4, at + 6)) ? EXPLICIT : IMPLICIT;
  }
  if (found.transferSyntax === DEFLATED) {
    bytes = await inflated(bytes.subarray(at));
    at = 0;
  }
  const coding = { isExplicit: found.transferSyntax !== IMPLICIT, isLittle: found.transferSyntax !== BIG_ENDIAN };
  new Reader(bytes, coding, dictionary).readAll(found.elements, at);
}

async function inflated(bytes) {
  const parts = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      size += part.value.length;
      if (size > LIMITS.inflatedBytes) break;
    }
  } catch (problem) {
    throw new Unreadable(`found a deflated data set that cannot be inflated (${problem.message}), expected deflate (RFC 1951)`);
  }
  if (size > LIMITS.inflatedBytes) {
    await reader.cancel();
    throw new Unreadable(`found a deflated data set of more than ${LIMITS.inflatedBytes} bytes, expected at most that`);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Reads elements one after the other; what it has read stays in the lists that it was given. */
class Reader {
  constructor(bytes, { isExplicit, isLittle }, dictionary) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isExplicit = isExplicit;
    this.isLittle = isLittle;
    this.dictionary = dictionary;
    this.count = 0;
  }

  readAll(into, at) {
    this.readElements(into, { at, end: this.bytes.length, depth: 0, isExplicit: this.isExplicit }, new Scope());
  }

  /** The elements of one group; where the next group begins. */
  readGroup(into, at, group) {
    const scope = new Scope();
    while (at < this.bytes.length && groupAt(this.bytes, at) === group) {
      at = this.readElement(into, { at, end: this.bytes.length, depth: 0, isExplicit: true }, scope);
    }
    return at;
  }

  /** Elements up to `end`, or up to an item's delimiter; where reading went on to. */
  readElements(into, { at, end, depth, isExplicit }, scope) {
    if (depth > LIMITS.depth) throw new Unreadable(`byte ${at}: found items nested deeper than ${LIMITS.depth}, expected fewer`);
    while (at < end) {
      if (this.tagAt(at, end) === ITEM_END) return at + 8;
      at = this.readElement(into, { at, end, depth, isExplicit }, scope);
    }
    return at;
  }

  readElement(into, { at, end, depth, isExplicit }, scope) {
    const tag = this.tagAt(at, end);
    if (tag.startsWith("FFFE")) throw new Unreadable(`byte ${at}: found (${tag.slice(0, 4)},${tag.slice(4)}) outside a sequence, expected an element`);
    this.countOne(at);
    const creator = scope.creators.get(tag.slice(0, 6));
    const known = this.dictionary.find(tag, isPrivate(tag) && !isCreator(tag) ? scope.creators.get(tag.slice(0, 4) + tag.slice(4, 6)) : undefined);
    const head = isExplicit ? this.explicitHead(at, end) : this.implicitHead(at, end, known, scope);
    const element = {
      tag,
      vr: head.vr,
      name: known?.name ?? (isPrivate(tag) ? (creator ? `Private, ${creator}` : "Private") : "Unknown"),
      isPrivate: isPrivate(tag),
      isKnown: known !== undefined,
      at: head.at,
      length: head.length,
      items: null,
      fragments: 0,
      isLittle: this.isLittle,
      scope,
      bytes: this.bytes,
    };
    into.push(element);
    if (head.vr === "SQ" || (head.vr === "UN" && head.length === UNDEFINED)) return this.readSequence(element, { end, depth, isExplicit });
    if (head.length === UNDEFINED) return this.readFragments(element, end);
    if (head.at + head.length > end) {
      const rest = end - head.at;
      element.length = rest;
      throw new Unreadable(`${named(tag)} at byte ${at}: found ${rest} bytes of value, expected ${head.length}; the file breaks off here`);
    }
    scope.learn(element);
    return head.at + head.length;
  }

  countOne(at) {
    if (++this.count > LIMITS.elements) throw new Unreadable(`byte ${at}: found more than ${LIMITS.elements} elements and items, expected at most that`);
  }

  explicitHead(at, end) {
    this.need(at, 8, end);
    const vr = latin1(this.bytes, at + 4, at + 6);
    if (!/^[A-Z]{2}$/.test(vr)) throw new Unreadable(`${named(this.tagAt(at, end))} at byte ${at}: found no VR, expected two capital letters`);
    if (!LONG_VRS.has(vr)) return { vr, at: at + 8, length: this.view.getUint16(at + 6, this.isLittle) };
    this.need(at, 12, end);
    return { vr, at: at + 12, length: this.view.getUint32(at + 8, this.isLittle) };
  }

  implicitHead(at, end, known, scope) {
    this.need(at, 8, end);
    const length = this.view.getUint32(at + 4, this.isLittle);
    return { vr: decided(known?.vr ?? (length === UNDEFINED ? "SQ" : "UN"), scope), at: at + 8, length };
  }

  readSequence(element, { end, depth, isExplicit }) {
    element.items = [];
    // PS3.5 6.2.2: what is of unknown VR and undefined length is encoded as Implicit VR Little Endian.
    const inside = element.vr === "UN" ? false : isExplicit;
    const isOpen = element.length === UNDEFINED;
    const stop = isOpen ? end : element.at + element.length;
    if (stop > end) throw new Unreadable(`${named(element.tag)}: found a sequence of ${element.length} bytes, expected at most ${end - element.at}`);
    let at = element.at;
    while (at < stop) {
      const tag = this.tagAt(at, stop);
      this.need(at, 8, stop);
      const length = this.view.getUint32(at + 4, this.isLittle);
      if (tag === SEQUENCE_END) return this.closed(element, at + 8);
      if (tag !== ITEM) throw new Unreadable(`${named(element.tag)} at byte ${at}: found ${named(tag)}, expected an item or the sequence's end`);
      this.countOne(at);
      const elements = [];
      element.items.push(elements);
      const last = length === UNDEFINED ? stop : at + 8 + length;
      if (last > stop) throw new Unreadable(`${named(element.tag)} at byte ${at}: found an item of ${length} bytes, expected at most ${stop - at - 8}`);
      at = this.readElements(elements, { at: at + 8, end: last, depth: depth + 1, isExplicit: inside }, new Scope(element.scope));
    }
    if (isOpen) throw new Unreadable(`${named(element.tag)}: found the end of the data, expected the sequence's end`);
    return this.closed(element, stop);
  }

  closed(element, at) {
    element.length = at - element.at;
    return at;
  }

  /** Encapsulated pixel data (PS3.5 A.4): counted, not decoded. */
  readFragments(element, end) {
    let at = element.at;
    for (;;) {
      const tag = this.tagAt(at, end);
      this.need(at, 8, end);
      const length = this.view.getUint32(at + 4, this.isLittle);
      if (tag === SEQUENCE_END) return this.closed(element, at + 8);
      if (tag !== ITEM || at + 8 + length > end) {
        throw new Unreadable(`${named(element.tag)} at byte ${at}: found no whole fragment, expected one or the end of the pixel data`);
      }
      element.fragments += 1;
      at += 8 + length;
    }
  }

  tagAt(at, end) {
    this.need(at, 4, end);
    return hex(this.view.getUint16(at, this.isLittle)) + hex(this.view.getUint16(at + 2, this.isLittle));
  }

  need(at, count, end) {
    if (at + count > end) throw new Unreadable(`byte ${at}: found ${Math.max(0, end - at)} bytes, expected the ${count} of an element's head`);
  }
}

/** What elements of one data set or item tell about those beside and inside it. */
class Scope {
  constructor(outer = null) {
    this.charsets = outer?.charsets ?? [];
    this.isSigned = outer?.isSigned ?? false;
    this.creators = new Map();
  }

  learn(element) {
    const end = element.at + Math.min(element.length, SAID_BYTES);
    if (element.tag === "00080005") {
      this.charsets = latin1(element.bytes, element.at, end).split("\\").map(trimmed);
    } else if (element.tag === "00280103" && element.length >= 2) {
      this.isSigned = element.bytes[element.at + (element.isLittle ? 0 : 1)] === 1;
    } else if (isPrivate(element.tag) && isCreator(element.tag)) {
      const creator = trimmed(latin1(element.bytes, element.at, end));
      this.creators.set(element.tag.slice(0, 4) + element.tag.slice(6), creator);
    }
  }
}

/** The VR that an element of several has here (PS3.6 lists "US or SS" and the like). */
function decided(vr, scope) {
  if (vr.startsWith("US or SS")) return scope.isSigned ? "SS" : "US";
  if (vr.includes("OW")) return "OW";
  return vr;
}

export const latin1 = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));
export const trimmed = text => text.replace(/[\0 ]+$/, "").trimStart();
export const named = tag => `(${tag.slice(0, 4)},${tag.slice(4)})`;
const hex = number => number.toString(16).toUpperCase().padStart(4, "0");
const groupAt = (bytes, at) => (at + 2 > bytes.length ? -1 : bytes[at] + 256 * bytes[at + 1]);
