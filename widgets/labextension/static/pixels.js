// The picture of an object: uncompressed grey or RGB pixels, with the window that the object proposes. Values only; it draws on what it is given.

import { numbers, strings } from "./values.js";

/** Small pictures are drawn so large that curves and their names stay sharp on them. */
const SHARP_PIXELS = 1024;
/** More pixels of a frame are too much for a page's memory. */
const MOST_PIXELS = 2 ** 26;
const AS_STORED = Object.freeze({ slope: 1, intercept: 0, unit: "stored value" });
const COMPRESSED = "compressed as the transfer syntax says; this viewer shows uncompressed pixels only";

/**
 * The pixels of a data set, and how to read them.
 *
 * @returns null without pixel data, else `{trouble}`, one sentence, or
 *   `{rows, columns, frames, values(frame), window: {centre, width}, range, unit, isRgb, isInverted}`
 */
export function picture(elements) {
  const found = new Map(elements.map(one => [one.tag, one]));
  const data = found.get("7FE00010");
  if (data === undefined) {
    const isFloating = found.has("7FE00008") || found.has("7FE00009");
    return isFloating ? { trouble: "Pixel data: found floating point numbers, expected integers." } : null;
  }
  if (data.fragments > 0) return { trouble: `Pixel data: found ${COMPRESSED}.` };
  const number = (tag, otherwise) => first(found.get(tag)) ?? otherwise;
  const shape = {
    rows: number("00280010", 0),
    columns: number("00280011", 0),
    frames: number("00280008", 1),
    samples: number("00280002", 1),
    bits: number("00280100", 16),
    stored: number("00280101", number("00280100", 16)),
    isSigned: number("00280103", 0) === 1,
    isPlanar: number("00280006", 0) === 1,
    photometric: word(found.get("00280004")),
    isLittle: data.isLittle,
  };
  const trouble = unfit(shape, data);
  if (trouble) return { trouble };
  const { slope, intercept, unit } = shape.samples === 3 ? AS_STORED : scale(found, number);
  const frameValues = shape.rows * shape.columns * shape.samples;
  const values = frame => scaled(data, shape, { from: frame * frameValues, count: frameValues }, slope, intercept);
  const range = extent(values(0));
  return {
    ...shape,
    unit,
    range,
    values,
    isRgb: shape.samples === 3,
    isInverted: shape.photometric === "MONOCHROME1",
    window: proposed(found, range),
  };
}

/** How many times larger than its pixels a picture is drawn. */
export const enlargement = ({ rows, columns }) => Math.max(1, Math.ceil(SHARP_PIXELS / Math.max(rows, columns)));

function unfit(shape, data) {
  const { rows, columns, frames, samples, bits, photometric } = shape;
  if (!(rows > 0 && columns > 0 && frames > 0)) {
    return `Pixel data: found ${rows} rows, ${columns} columns and ${frames} frames, expected at least one of each.`;
  }
  if (![8, 16, 32].includes(bits)) return `Pixel data: found Bits Allocated ${bits}, expected 8, 16 or 32.`;
  const known = samples === 1 ? ["MONOCHROME1", "MONOCHROME2"] : ["RGB"];
  if (!known.includes(photometric) || (samples === 3 && bits !== 8)) {
    const found = photometric || "no photometric interpretation";
    return `Pixel data: found ${found} of ${samples} × ${bits} bits, expected MONOCHROME1, MONOCHROME2 or RGB of 3 × 8 bits.`;
  }
  if (rows * columns > MOST_PIXELS) {
    return `Pixel data: found ${rows} × ${columns} pixels, expected at most ${MOST_PIXELS} of a frame; read it in Python.`;
  }
  const expected = rows * columns * frames * samples * (bits / 8);
  if (data.length < expected) return `Pixel data: found ${data.length} bytes, expected ${expected} for ${frames} × ${rows} × ${columns}.`;
  return null;
}

/** Stored value → what is shown: Hounsfield units of a CT, dose of a dose grid, else the stored value. */
function scale(found, number) {
  const modality = word(found.get("00080060"));
  const grid = found.get("3004000E");
  if (modality === "RTDOSE" && grid) return { slope: first(grid), intercept: 0, unit: word(found.get("30040002")) === "GY" ? "Gy" : "relative" };
  const named = word(found.get("00281054"));
  const unit = modality === "CT" ? "HU" : named && named !== "US" ? named : "stored value";
  return { slope: number("00281053", 1), intercept: number("00281052", 0), unit };
}

function scaled(data, { bits, stored, isSigned, isLittle }, { from, count }, slope, intercept) {
  const size = bits / 8;
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset + data.at + from * size, count * size);
  // Bits above those stored may hold anything (PS3.5 8.1.1).
  const shift = 32 - stored;
  const values = new Float32Array(count);
  for (let at = 0; at < count; at += 1) {
    const raw = size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(2 * at, isLittle) : view.getUint32(4 * at, isLittle);
    values[at] = (isSigned ? (raw << shift) >> shift : (raw << shift) >>> shift) * slope + intercept;
  }
  return values;
}

function proposed(found, { low, high }) {
  const centre = first(found.get("00281050"));
  const width = first(found.get("00281051"));
  if (Number.isFinite(centre) && width >= 1) return { centre, width };
  // A blank film is black, as it would be with any pixel brighter than it.
  return high > low ? { centre: (low + high) / 2, width: high - low } : { centre: low + 0.5, width: 1 };
}

function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const one of values) {
    if (one < low) low = one;
    if (one > high) high = one;
  }
  return { low, high };
}

/**
 * Fill RGBA bytes with a frame as the window shows it (PS3.3 C.11.2.1.2, linear exact).
 *
 * @param target Uint8ClampedArray of 4 × rows × columns
 */
export function paint(target, values, shown, { centre, width }) {
  const low = centre - width / 2;
  const count = shown.rows * shown.columns;
  for (let at = 0; at < count; at += 1) {
    if (shown.isRgb) {
      for (let sample = 0; sample < 3; sample += 1) target[4 * at + sample] = values[shown.isPlanar ? sample * count + at : 3 * at + sample];
    } else {
      const grey = (255 * (values[at] - low)) / width;
      target.fill(shown.isInverted ? 255 - grey : grey, 4 * at, 4 * at + 3);
    }
    target[4 * at + 3] = 255;
  }
}

function first(element) {
  if (element === undefined || element.length === 0 || element.items !== null) return undefined;
  const value = ["IS", "DS"].includes(element.vr) ? Number.parseFloat(strings(element)[0]) : Number(numbers(element)[0]);
  return Number.isNaN(value) ? undefined : value;
}

const word = element => (element === undefined ? "" : strings(element)[0]);
