// What the interactive views share: elements, a sheet of millimetres that is zoomed and moved, pixels under window and level.
// A widget is one module; Python puts this part before the view that needs it (modules.py), so nothing is imported or exported here.

const LEFT = 52, RIGHT = 10, TOP = 10, BOTTOM = 38, FIRST_SIZE = 480, LEAST_SIZE = 160;
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50], TICK_ROOM = 44;
const CLICK = 4, ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const RULERS = [5, 2, 1, 0.5, 0.2, 0.1];
const MARKS = { pass: "\u2713", warn: "!", fail: "\u2716" };
const MINUS = "\u2212";

const number = (value, digits = 1) => (Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits).replace("-", MINUS);

function element(made, attributes, parent, text) {
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text) made.textContent = text;
    if (parent) parent.append(made);
    return made;
}

const svg = (name, attributes = {}, parent = null, text = "") =>
    element(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, parent, text);
// Each widget has a copy of this module, so that only the page can count its sheets; a name that two had would clip one by the other.
const fresh = () => `wb-sheet-${(window.wbSheets = (window.wbSheets ?? 0) + 1)}`;
const html = (name, attributes = {}, parent = null, text = "") => element(document.createElement(name), attributes, parent, text);

// ---------------------------------------------------------------------------------------------------------------- sheet

// A square plane of millimetres, x to the right and y up; one unit of the drawing is one pixel of the page, so that text keeps its size.
class Sheet {
    constructor(kind, { title, label, draw, scaled = () => {} }) {
        this.id = fresh();
        this.root = html("div", { class: `wb-sheet ${kind}`, "data-lm-suppress-shortcuts": "true", "data-moves": 0, "data-saves": 0 });
        this.bar = html("div", { class: "wb-sheet-bar", role: "toolbar", "aria-label": title }, this.root);
        this.picture = svg("svg", { tabindex: 0, role: "group", "aria-label": label }, this.root);
        this.inside = svg("rect", { x: LEFT, y: TOP }, svg("clipPath", { id: `${this.id}-frame` }, svg("defs", {}, this.picture)));
        this.paper = svg("rect", { x: LEFT, y: TOP, class: "wb-sheet-paper" }, this.picture);
        this.clipped = svg("g", { "clip-path": `url(#${this.id}-frame)` }, this.picture);
        this.under = svg("g", { class: "wb-sheet-under" }, this.clipped);
        this.scales = svg("g", { class: "wb-sheet-scale" }, this.picture);
        this.words = svg("g", { class: "wb-sheet-words" }, this.picture);
        const line = html("div", { class: "wb-sheet-line" }, this.root);
        this.where = html("span", { class: "wb-sheet-where" }, line, "hover to read places");
        this.state = html("span", { class: "wb-sheet-state", role: "status" }, line);
        [this.draw, this.scaled, this.scale, this.centre, this.size] = [draw, scaled, 10, [0, 0], 0];
        this.fit(FIRST_SIZE);
    }

    get wide() { return this.size - LEFT - RIGHT; }
    get high() { return this.size - TOP - BOTTOM; }

    // The drawing takes the size that the page gives it, and shows the same millimetres as before.
    fit(size) {
        const before = this.wide;
        this.size = Math.max(LEAST_SIZE, size);
        if (before > 0) this.scale *= this.wide / before;
        this.picture.setAttribute("viewBox", `0 0 ${this.size} ${this.size}`);
        for (const one of [this.inside, this.paper]) { one.setAttribute("width", this.wide); one.setAttribute("height", this.high); }
    }

    follow() {
        const watch = new ResizeObserver(() => {
            const size = Math.round(this.picture.getBoundingClientRect().width);
            if (size && size !== this.size) { this.fit(size); this.draw(); }
        });
        watch.observe(this.picture);
        return () => watch.disconnect();
    }

    show(half, centre = [0, 0]) {
        this.centre = centre;
        this.scale = Math.min(this.wide, this.high) / (2 * half);
        this.scaled();
    }

    toPage([x, y]) { return [LEFT + this.wide / 2 + (x - this.centre[0]) * this.scale, TOP + this.high / 2 - (y - this.centre[1]) * this.scale]; }
    toWorld([x, y]) { return [this.centre[0] + (x - LEFT - this.wide / 2) / this.scale, this.centre[1] - (y - TOP - this.high / 2) / this.scale]; }
    path(points) { return "M" + points.map((one) => this.toPage(one).map((value) => value.toFixed(2)).join(",")).join("L") + "Z"; }

    pointer(event) {
        const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.picture.getScreenCTM().inverse());
        return [at.x, at.y];
    }

    zoom(by, at = [LEFT + this.wide / 2, TOP + this.high / 2]) {
        const fixed = this.toWorld(at);
        this.scale = Math.min(400, Math.max(1, this.scale * by));
        const now = this.toWorld(at);
        this.centre = [this.centre[0] + fixed[0] - now[0], this.centre[1] + fixed[1] - now[1]];
        this.scaled();
        this.draw();
    }

    move(dx, dy) {
        this.centre = [this.centre[0] + dx / this.scale, this.centre[1] + dy / this.scale];
        this.draw();
    }

    // Ticks in mm along left and bottom, and a bar of 5 mm, or of less where 5 mm do not fit; `per` is how many mm of this sheet are one of
    // the bar's, and `plane` says where those are measured.
    drawScales(across, up, { per = 1, plane = "" } = {}) {
        const { scales, scale, wide, high } = this;
        scales.replaceChildren();
        const step = STEPS.find((one) => one * scale >= TICK_ROOM) ?? 100, digits = step < 1 ? 1 : 0;
        const [low, most] = [this.toWorld([LEFT, TOP + high]), this.toWorld([LEFT + wide, TOP])];
        for (let at = Math.ceil(low[0] / step); at * step <= most[0]; at++) {
            const [x] = this.toPage([at * step, 0]);
            svg("path", { d: `M${x},${TOP + high}v5` }, scales);
            svg("text", { x, y: TOP + high + 17, "text-anchor": "middle" }, scales, number(at * step, digits));
        }
        for (let at = Math.ceil(low[1] / step); at * step <= most[1]; at++) {
            const [, y] = this.toPage([0, at * step]);
            svg("path", { d: `M${LEFT},${y}h-5` }, scales);
            svg("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, scales, number(at * step, digits));
        }
        svg("path", { d: `M${LEFT},${TOP}v${high}h${wide}` }, scales);
        svg("text", { x: LEFT + wide / 2, y: this.size - 5, "text-anchor": "middle" }, scales, across);
        svg("text", { x: 12, y: TOP + high / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${TOP + high / 2})` }, scales, up);
        const y = TOP + high - 14, bar = RULERS.find((one) => one * per * scale <= wide - 28) ?? RULERS.at(-1);
        for (const kind of ["wb-sheet-ruler-halo", "wb-sheet-ruler"]) svg("path", { d: `M${LEFT + 14},${y}h${bar * per * scale}`, class: kind }, scales);
        svg("text", { x: LEFT + 14, y: y - 6, class: "wb-sheet-over" }, scales, `${bar} mm${plane}`);
    }

    tool(text, title, action, hook) {
        const button = html("button", { type: "button", title, "aria-label": title, class: hook }, this.bar, text);
        button.addEventListener("click", action);
        return button;
    }

    zoomTools(all, title) {
        this.tool("+", "Zoom in (plus, or the wheel)", () => this.zoom(1.25), "wb-sheet-in");
        this.tool(MINUS, "Zoom out (minus, or the wheel)", () => this.zoom(0.8), "wb-sheet-out");
        this.tool("all", title, all, "wb-sheet-all");
    }

    onUndo(undo) {
        this.root.addEventListener("keydown", (event) => {
            if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
            event.preventDefault(); event.stopPropagation();
            undo();
        });
    }

    // One line for each word: its tone, pass, warn or fail, and its text.
    tell(...lines) {
        this.state.replaceChildren(...lines.map(([tone, text]) => {
            const line = html("span", { class: `wb-sheet-word wb-${tone}` });
            html("i", { "aria-hidden": "true" }, line, MARKS[tone]);
            html("span", {}, line, text);
            return line;
        }));
    }

    // Drag moves the sheet or sets the levels, wheel and keys zoom and move; a press that does not move is a click.
    steer(levels, { read, all, click = null, keys = {} }) {
        const { picture } = this;
        let held = null;
        picture.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            const at = this.pointer(event);
            held = { at, last: at, moves: false, window_: levels.window_, level: levels.level };
            picture.setPointerCapture(event.pointerId);
        });
        picture.addEventListener("pointermove", (event) => {
            read(event);
            if (!held) return;
            const at = this.pointer(event), [dx, dy] = [at[0] - held.at[0], at[1] - held.at[1]];
            held.moves ||= Math.hypot(dx, dy) > CLICK;
            if (!held.moves && click) return;
            if (levels.isDragged) levels.drag(held, dx, dy);
            else this.move(held.last[0] - at[0], at[1] - held.last[1]);
            held.last = at;
        });
        picture.addEventListener("pointerup", (event) => {
            const isClick = held && !held.moves;
            held = null;
            if (isClick && click) click(this.toWorld(this.pointer(event)));
        });
        picture.addEventListener("pointercancel", () => { held = null; });
        picture.addEventListener("wheel", (event) => {
            event.preventDefault();
            this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, this.pointer(event));
        }, { passive: false });
        const own = { "+": () => this.zoom(1.25), "=": () => this.zoom(1.25), "-": () => this.zoom(0.8), 0: all, ...keys };
        picture.addEventListener("keydown", (event) => {
            const by = ARROWS[event.key], act = by ? () => this.move(20 * by[0], 20 * by[1]) : own[event.key];
            if (!act || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            act();
        });
    }
}

// --------------------------------------------------------------------------------------------------------------- levels

// Pixels of a sheet, 16 bit each, shown under a window and a level that are dragged or entered.
class Levels {
    constructor(sheet, model) {
        [this.sheet, this.model, this.values, this.window_, this.level, this.isDragged] = [sheet, model, null, 1, 0, false];
        [this.canvas, this.href, this.isDue] = [document.createElement("canvas"), "", false];
        this.group = html("span", { class: "wb-sheet-levels" }, sheet.bar);
        this.wide = this.entry("window", "wb-sheet-window", (value) => { this.window_ = Math.max(1e-6, value); });
        this.mid = this.entry("level", "wb-sheet-level", (value) => { this.level = value; });
        this.modes = html("button", { type: "button", class: "wb-sheet-mode" }, this.group, "by drag");
        this.modes.title = "Window and level by drag: to the side for the window, up and down for the level; off, a drag moves the sheet";
        this.modes.addEventListener("click", () => this.dragging(!this.isDragged));
    }

    entry(text, hook, take) {
        const input = html("input", { type: "number", class: hook }, html("label", {}, this.group, text));
        input.addEventListener("change", () => {
            const value = Number(input.value);
            if (Number.isFinite(value)) take(value);
            this.paint();
        });
        return input;
    }

    get info() { return this.model.get("underlay"); }

    // Decimals that tell the greys of these pixels apart: none for stored numbers, more where a rescale has made them small.
    get digits() {
        const { window: span } = this.info;
        return span >= 20 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(span)));
    }

    dragging(isOn) {
        this.isDragged = isOn;
        this.modes.setAttribute("aria-pressed", String(isOn));
        this.sheet.picture.classList.toggle("wb-sheet-levelling", isOn);
    }

    take() {
        const bytes = this.model.get("pixels"), { info } = this;
        this.values = null;
        if (info && info.rows && bytes && bytes.byteLength === 2 * info.rows * info.columns) {
            this.values = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
            [this.window_, this.level] = [info.window, info.level];
            [this.canvas.width, this.canvas.height] = [info.columns, info.rows];
        } else { this.dragging(false); }
        this.group.hidden = !this.values;
        this.paint();
    }

    drag(held, dx, dy) {
        const span = this.info.window / 200;
        this.window_ = Math.max(span, held.window_ + dx * span);
        this.level = held.level + dy * span;
        if (this.isDue) return;
        this.isDue = true;
        requestAnimationFrame(() => { this.isDue = false; this.paint(); });
    }

    paint() {
        const { values, info, canvas, sheet } = this;
        if (!values) { delete sheet.root.dataset.window; delete sheet.root.dataset.level; this.draw(); return; }
        const greys = new Uint8ClampedArray(65536), low = this.level - this.window_ / 2;
        for (let value = 0; value < 65536; value++) {
            const grey = (255 * (value * info.slope + info.intercept - low)) / this.window_;
            greys[value] = info.negative ? 255 - grey : grey;
        }
        const context = canvas.getContext("2d"), image = context.createImageData(info.columns, info.rows), { data } = image;
        for (let i = 0; i < values.length; i++) {
            data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = greys[values[i]];
            data[4 * i + 3] = 255;
        }
        context.putImageData(image, 0, 0);
        this.href = canvas.toDataURL();
        const digits = this.digits;
        [this.wide.value, this.mid.value] = [this.window_.toFixed(digits), this.level.toFixed(digits)];
        [this.wide.step, this.mid.step] = [10 ** -digits, 10 ** -digits];
        Object.assign(sheet.root.dataset, { window: this.window_.toFixed(digits + 1), level: this.level.toFixed(digits + 1) });
        this.draw();
    }

    draw() {
        const { sheet, info, values } = this;
        sheet.under.replaceChildren();
        sheet.root.classList.toggle("wb-sheet-over-image", Boolean(values));
        if (!values) return;
        const [x, y] = sheet.toPage([info.left, info.top]);
        svg("image", {
            href: this.href, x, y, width: info.width * sheet.scale, height: info.height * sheet.scale, preserveAspectRatio: "none",
        }, sheet.under);
    }

    // What a place of the sheet holds; null beside the pixels.
    at([x, y]) {
        if (!this.values) return null;
        const { info } = this;
        const [u, v] = [Math.floor(((x - info.left) / info.width) * info.columns), Math.floor(((info.top - y) / info.height) * info.rows)];
        const isInside = u >= 0 && v >= 0 && u < info.columns && v < info.rows;
        return isInside ? this.values[v * info.columns + u] * info.slope + info.intercept : null;
    }
}
