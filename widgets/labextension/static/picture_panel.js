// The picture of a file: window and level by dragging or by number, frames, and the value under the pointer.

import { curves, stroke } from "./curves.js";
import { element as h } from "./page.js";
import { enlargement, paint } from "./pixels.js";

export class PicturePanel {
  constructor(shown, elements) {
    this.shown = shown;
    this.node = h("section", { className: "opw-picture", "aria-label": "Picture" });
    if (shown.trouble) {
      this.node.append(h("p", { className: "opw-empty" }, shown.trouble));
      return;
    }
    this.window = { ...shown.window };
    this.frame = 0;
    this.values = shown.values(0);
    this.curves = curves(elements);
    this.scale = enlargement(shown);
    this.pixels = h("canvas", { width: shown.columns, height: shown.rows });
    const size = { width: shown.columns * this.scale, height: shown.rows * this.scale };
    const told = shown.isRgb ? "Picture in colour" : "Picture; drag to change window and level";
    this.canvas = h("canvas", { ...size, className: shown.isRgb ? "opw-colour" : "", tabIndex: 0, "aria-label": told });
    const { low, high } = shown.range;
    const grey = low === high ? `every pixel is ${low}` : "drag right for a wider window, down for a darker picture";
    const words = shown.isRgb ? "colours as they are stored" : grey;
    this.where = h("output", { className: "opw-where" }, words);
    const controls = [this.number("centre", "centre"), this.number("width", "width"), this.reset()];
    if (shown.frames > 1) controls.push(this.frames());
    this.node.append(h("div", { className: "opw-bar" }, ...(shown.isRgb ? controls.slice(3) : controls)), this.canvas, this.where);
    this.fit(elements);
    this.listen();
    this.draw();
  }

  number(name, words) {
    const step = this.shown.window.width > 20 ? 1 : this.shown.window.width / 100;
    const input = h("input", { type: "number", step, className: `opw-${name}`, onchange: () => this.set({ [name]: Number(input.value) }) });
    this[`${name}Input`] = input;
    return h("label", {}, `${words} (${this.shown.unit}) `, input);
  }

  reset() {
    return h("button", { type: "button", onclick: () => this.set(this.shown.window) }, "reset");
  }

  frames() {
    const input = h("input", { type: "range", min: 1, max: this.shown.frames, value: 1, className: "opw-frame" });
    const label = h("label", {}, `frame 1 of ${this.shown.frames} `, input);
    input.oninput = () => {
      this.frame = Number(input.value) - 1;
      label.firstChild.textContent = `frame ${input.value} of ${this.shown.frames} `;
      this.values = this.shown.values(this.frame);
      this.draw();
    };
    return label;
  }

  /** Pixels that are not square are shown as the object says they are. */
  fit(elements) {
    const aspect = elements.find(one => ["00280030", "30020011", "00181164"].includes(one.tag));
    if (aspect === undefined || aspect.length === 0) return;
    const [down, across] = new TextDecoder().decode(aspect.bytes.subarray(aspect.at, aspect.at + aspect.length)).split("\\").map(Number);
    if (down > 0 && across > 0) {
      this.spacing = { down, across };
      this.canvas.style.aspectRatio = `${this.shown.columns * across} / ${this.shown.rows * down}`;
    }
  }

  listen() {
    let from = null;
    this.canvas.onpointerdown = event => {
      from = { x: event.clientX, y: event.clientY, ...this.window };
      this.canvas.setPointerCapture(event.pointerId);
    };
    this.canvas.onpointerup = () => {
      from = null;
    };
    this.canvas.onpointermove = event => {
      if (from === null || this.shown.isRgb) return this.tell(event);
      const step = Math.max(this.shown.range.high - this.shown.range.low, 1e-6) / 400;
      return this.set({ centre: from.centre + (event.clientY - from.y) * step, width: from.width + (event.clientX - from.x) * step });
    };
    this.canvas.onkeydown = event => {
      const step = this.window.width / 20;
      const change = { ArrowUp: { centre: step }, ArrowDown: { centre: -step }, ArrowRight: { width: step }, ArrowLeft: { width: -step } }[event.key];
      if (change === undefined || this.shown.isRgb) return;
      event.preventDefault();
      this.set({ centre: this.window.centre + (change.centre ?? 0), width: this.window.width + (change.width ?? 0) });
    };
  }

  set(changes) {
    const next = { ...this.window, ...changes };
    if (Number.isFinite(next.centre) && Number.isFinite(next.width)) this.window = { centre: next.centre, width: Math.max(next.width, 1e-6) };
    this.draw();
  }

  draw() {
    const { columns, rows } = this.shown;
    const image = new ImageData(columns, rows);
    paint(image.data, this.values, this.shown, this.window);
    this.pixels.getContext("2d").putImageData(image, 0, 0);
    const context = this.canvas.getContext("2d");
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.pixels, 0, 0);
    stroke(context, this.curves, Math.max(columns, rows) / 512);
    for (const name of ["centre", "width"]) this[`${name}Input`].value = Number(this.window[name].toPrecision(5));
    this.canvas.dataset.curves = this.curves.length;
    this.canvas.dataset.centre = this.window.centre;
    this.canvas.dataset.width = this.window.width;
  }

  tell(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.shown.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.shown.rows);
    if (column < 0 || row < 0 || column >= this.shown.columns || row >= this.shown.rows) return;
    const value = this.shown.isRgb ? "" : `: ${Number(this.values[row * this.shown.columns + column].toPrecision(6))} ${this.shown.unit}`;
    this.where.textContent = `row ${row + 1}, column ${column + 1}${value}`;
  }
}
