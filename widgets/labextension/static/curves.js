// Curves of a setup image (PS3.3-2004 C.10.2, retired): polygons in millimetres of the image plane, drawn over its pixels.

import { numbers, strings } from "./values.js";

const DOUBLES = 3;

/**
 * The curves of an RT Image in pixels.
 *
 * @returns array of `{label, points}`, points `[column, row]` from the outer corner of the first pixel; empty where the image does not
 *   say where its plane lies, or the curves are of another kind
 */
export function curves(elements) {
  const found = new Map(elements.map(one => [one.tag, one]));
  const [down, across] = decimals(found.get("30020011"));
  const [left, top] = decimals(found.get("30020012"));
  if (!(down > 0 && across > 0) || !Number.isFinite(left) || !Number.isFinite(top)) return [];
  // A position is that of the first pixel's centre, y upwards.
  const pixel = (x, y) => [(x - left) / across + 0.5, (top - y) / down + 0.5];
  return elements.filter(one => /^50..3000$/.test(one.tag)).flatMap(data => curve(found, data, pixel));
}

function curve(found, data, pixel) {
  const beside = element => found.get(`${data.tag.slice(0, 4)}${element}`);
  const isOurs = number(beside("0005")) === 2 && number(beside("0103")) === DOUBLES;
  if (!isOurs) return [];
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset + data.at, data.length);
  const points = Array.from({ length: Math.floor(data.length / 16) }, (_, at) =>
    pixel(view.getFloat64(16 * at, data.isLittle), view.getFloat64(16 * at + 8, data.isLittle)),
  );
  const label = beside("2500");
  return [{ label: label === undefined ? "" : strings(label)[0], points }];
}

/**
 * Draw the curves over a picture.
 *
 * @param scale pixels that make a line's unit: 1 where 512 fill the picture
 */
export function stroke(context, shown, scale) {
  context.lineWidth = 2 * scale;
  context.strokeStyle = "#E69F00";
  context.fillStyle = "#E69F00";
  context.font = `${16 * scale}px sans-serif`;
  for (const { label, points } of shown) {
    context.beginPath();
    for (const [column, row] of points) context.lineTo(column, row);
    context.stroke();
    if (points.length > 0) context.fillText(label, Math.max(...points.map(one => one[0])) + 3 * scale, points[0][1]);
  }
}

const number = element => (element === undefined ? undefined : numbers(element)[0]);
const decimals = element => (element === undefined ? [] : strings(element).map(Number));
