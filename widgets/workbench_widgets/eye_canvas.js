// Beam's-eye view with an aperture that is edited in the browser. Plain SVG: no build step, nothing fetched.
// The world is millimetres in the isocentric plane, +x to the patient's left and +y up; vertices are kept at the block, as milled.

const SIZE = 560, LEFT = 44, RIGHT = 10, TOP = 10, BOTTOM = 38;
const WIDE = SIZE - LEFT - RIGHT, HIGH = SIZE - TOP - BOTTOM;
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];
const FINE_MM = 0.1, COARSE_MM = 1, ROOM = 1.16, LEAST_AREA = 1e-6;
const MINUS = "\u2212";

// ------------------------------------------------------------------------------------------------------------- geometry

const number = (value, digits = 1) => (Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits).replace("-", MINUS);

function area(points) {
    let twice = 0;
    points.forEach(([x, y], i) => { const [u, v] = points[(i + 1) % points.length]; twice += x * v - u * y; });
    return Math.abs(twice) / 2;
}

const side = (a, b, c) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
const between = (a, b, c) => Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0])
    && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);

function touch(a, b, c, d) {
    const [p, q, r, s] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
    if (p !== q && r !== s) return true;
    return (p === 0 && between(a, b, c)) || (q === 0 && between(a, b, d)) || (r === 0 && between(c, d, a)) || (s === 0 && between(c, d, b));
}

// Why these points are no aperture for this snout; blank when they are one.
function fault(points, radius) {
    const n = points.length;
    if (n < 3) return `${n} vertices, expected at least 3`;
    for (let i = 0; i < n; i++) {
        for (let j = i + 1; j < n; j++) {
            if (points[i][0] === points[j][0] && points[i][1] === points[j][1]) return `vertices ${i + 1} and ${j + 1} are one point`;
        }
    }
    for (let i = 0; i < n; i++) {
        for (let j = i + 2; j < n; j++) {
            if (i === 0 && j === n - 1) continue;
            if (touch(points[i], points[i + 1], points[j], points[(j + 1) % n])) return `the edges after vertices ${i + 1} and ${j + 1} cross`;
        }
        // An edge that runs back over the one before it.
        const [a, b, c] = [points[i], points[(i + 1) % n], points[(i + 2) % n]];
        const back = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0;
        if (side(a, b, c) === 0 && back) return `the edges at vertex ${(i + 1) % n + 1} lie on each other`;
    }
    if (area(points) < LEAST_AREA) return "the opening has no area";
    const far = points.map(([x, y]) => Math.hypot(x, y));
    const worst = far.indexOf(Math.max(...far));
    return far[worst] > radius
        ? `vertex ${worst + 1} lies ${number(far[worst], 2)} mm from the beam axis, the snout ends at ${number(radius, 2)} mm` : "";
}

function holds(points, [x, y]) {
    let inside = false;
    points.forEach(([a, b], i) => {
        const [c, d] = points[(i + points.length - 1) % points.length];
        if ((b > y) !== (d > y) && x < ((c - a) * (y - b)) / (d - b) + a) inside = !inside;
    });
    return inside;
}

// ------------------------------------------------------------------------------------------------------------- elements

function svg(name, attributes = {}, parent = null, text = "") {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text) made.textContent = text;
    if (parent) parent.append(made);
    return made;
}

function html(name, attributes = {}, parent = null, text = "") {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text) made.textContent = text;
    if (parent) parent.append(made);
    return made;
}

function hatch(parent, id, colour, turn, gap, opacity) {
    const pattern = svg("pattern", { id, width: gap, height: gap, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` }, parent);
    svg("line", { x1: 0, y1: 0, x2: 0, y2: gap, stroke: colour, "stroke-width": 1.6, "stroke-opacity": opacity }, pattern);
}

let made = 0;

function render({ model, el }) {
    const id = `wb-bev-${++made}`;
    const root = html("div", { class: "wb-bev", "data-lm-suppress-shortcuts": "true", "data-moves": 0, "data-scenes": 0, "data-saves": 0 }, el);
    const bar = html("div", { class: "wb-bev-bar", role: "toolbar", "aria-label": "beam's-eye view" }, root);
    const picture = svg("svg", {
        viewBox: `0 0 ${SIZE} ${SIZE}`, tabindex: 0, role: "group",
        "aria-label": "Beam's-eye view in mm. Plus and minus zoom, 0 shows all, arrows move; Tab goes to the vertices of the aperture.",
    }, root);
    const defs = svg("defs", {}, picture);
    svg("rect", { x: LEFT, y: TOP, width: WIDE, height: HIGH }, svg("clipPath", { id: `${id}-frame` }, defs));
    const layer = (name) => svg("g", { class: `wb-bev-${name}` }, picture);
    svg("rect", { x: LEFT, y: TOP, width: WIDE, height: HIGH, class: "wb-bev-paper" }, picture);
    const clipped = svg("g", { "clip-path": `url(#${id}-frame)` }, picture);
    const [under, eye, block, marks, handles] = ["under", "eye", "block", "marks", "handles"].map((one) => svg("g", { class: `wb-bev-${one}` }, clipped));
    const frame = layer("scale");
    const words = layer("words");
    const line = html("div", { class: "wb-bev-line" }, root);
    const where = html("span", { class: "wb-bev-where" }, line, "hover to read places");
    const state = html("span", { class: "wb-bev-state", role: "status" }, line);

    let scene = model.get("scene"), points = model.get("block_mm").map((one) => [...one]);
    let scale = 1, centre = [0, 0], chosen = 0, mode = "pan", window_ = 1, level = 0, fresh = null;
    const ready = () => scene && scene.scale;

    // ------------------------------------------------------------------------------------------------------- places

    const toPage = ([x, y]) => [LEFT + WIDE / 2 + (x - centre[0]) * scale, TOP + HIGH / 2 - (y - centre[1]) * scale];
    const toWorld = ([x, y]) => [centre[0] + (x - LEFT - WIDE / 2) / scale, centre[1] - (y - TOP - HIGH / 2) / scale];
    const seen = ([x, y]) => [x * scene.scale[0], y * scene.scale[1]];
    const atBlock = ([x, y]) => [x / scene.scale[0], y / scene.scale[1]];
    const path = (list) => "M" + list.map((one) => toPage(one).map((value) => value.toFixed(2)).join(",")).join("L") + "Z";
    const pointer = (event) => {
        const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
        return [at.x, at.y];
    };
    const snout = () => ({ rx: scene.snout.radius * scene.scale[0], ry: scene.snout.radius * scene.scale[1] });

    function whole() {
        centre = [0, 0];
        scale = ready() ? Math.min(WIDE, HIGH) / (2 * ROOM * Math.max(...Object.values(snout()))) : 10;
    }

    // ------------------------------------------------------------------------------------------------------ drawing

    function drawAll() {
        if (!ready()) return;
        drawUnder(); drawEye(); drawFrame(); drawWords(); drawAperture();
        root.dataset.zoom = scale.toFixed(3);
    }

    function drawEye() {
        eye.replaceChildren(); marks.replaceChildren();
        for (const one of scene.outlines) {
            svg("path", {
                d: path(one.points), fill: one.fill ? one.colour : "none", "fill-opacity": one.fill, stroke: one.colour,
                "stroke-width": one.width, "stroke-dasharray": one.dash, "data-structure": one.name,
            }, eye);
        }
        const cross = (at, reach, colour, parent, width = 1.6) => {
            const [x, y] = toPage(at);
            svg("path", { d: `M${x - reach},${y}h${2 * reach}M${x},${y - reach}v${2 * reach}`, stroke: colour, "stroke-width": width }, parent);
        };
        if (scene.disc) cross(scene.disc, 4, scene.colours.disc, marks);
        if (scene.macula) { const [cx, cy] = toPage(scene.macula); svg("circle", { cx, cy, r: 2.4, fill: scene.colours.macula }, marks); }
        scene.clips.forEach((one, i) => {
            const [x, y] = toPage(one);
            const group = svg("g", { class: "wb-bev-clip", "data-clip": i + 1, "data-x": one[0], "data-y": one[1] }, marks);
            svg("path", { d: `M${x - 4},${y - 4}l8,8M${x - 4},${y + 4}l8,-8` }, group);
            svg("text", { x: x + 6, y: y - 4 }, group, String(i + 1));
        });
        const [x, y] = toPage([0, 0]);
        svg("path", { d: `M${x - 8},${y}h16M${x},${y - 8}v16`, class: "wb-bev-axis" }, marks);
    }

    function drawFrame() {
        frame.replaceChildren();
        const step = STEPS.find((one) => one * scale >= 44) ?? 100;
        const [low, high] = [toWorld([LEFT, TOP + HIGH]), toWorld([LEFT + WIDE, TOP])];
        const digits = step < 1 ? 1 : 0;
        for (let at = Math.ceil(low[0] / step); at * step <= high[0]; at++) {
            const [x] = toPage([at * step, 0]);
            svg("path", { d: `M${x},${TOP + HIGH}v5` }, frame);
            svg("text", { x, y: TOP + HIGH + 17, "text-anchor": "middle" }, frame, number(at * step, digits));
        }
        for (let at = Math.ceil(low[1] / step); at * step <= high[1]; at++) {
            const [, y] = toPage([0, at * step]);
            svg("path", { d: `M${LEFT},${y}h-5` }, frame);
            svg("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, frame, number(at * step, digits));
        }
        svg("path", { d: `M${LEFT},${TOP}v${HIGH}h${WIDE}` }, frame);
        svg("text", { x: LEFT + WIDE / 2, y: SIZE - 5, "text-anchor": "middle" }, frame, "x (mm), to the patient's left \u2192");
        svg("text", { x: 12, y: TOP + HIGH / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${TOP + HIGH / 2})` }, frame, "y (mm), up \u2192");
        const bar_ = 5 * scale, y = TOP + HIGH - 14;
        svg("path", { d: `M${LEFT + 14},${y}h${bar_}`, class: "wb-bev-ruler" }, frame);
        svg("text", { x: LEFT + 14, y: y - 6 }, frame, "5 mm");
    }

    function drawWords() {
        words.replaceChildren();
        const middle = TOP + HIGH / 2;
        [[LEFT + 16, scene.sides[0]], [LEFT + WIDE - 8, scene.sides[1]]].forEach(([x, text]) => svg("text", {
            x, y: middle, "text-anchor": "middle", transform: `rotate(-90 ${x} ${middle})`, class: "wb-bev-side",
        }, words, text));
        svg("text", { x: LEFT + 10, y: TOP + 18, class: "wb-bev-eye-name" }, words, scene.eye);
        scene.wedges.forEach((one, i) => svg("text", { x: LEFT + 10, y: TOP + 36 + 16 * i }, words,
            `wedge ${one.id} ${number(one.angle, 0)}\u00b0, ${one.towards === null ? "direction not known" : "arrow to thin edge"}`));
        const [cx, cy, r] = [LEFT + WIDE - 46, TOP + 46, 36];
        [r / 3, (2 * r) / 3, r].forEach((one) => svg("circle", { cx, cy, r: one, class: one === r ? "wb-bev-dial wb-bev-rim" : "wb-bev-dial" }, words));
        const at = ([polar, azimuth]) => {
            const [far, turn] = [(Math.min(polar, 45) / 45) * r, (azimuth * Math.PI) / 180];
            return [cx + far * Math.cos(turn), cy - far * Math.sin(turn)];
        };
        const lamp = at(scene.lamp), gaze = at(scene.gaze);
        if (Math.hypot(lamp[0] - gaze[0], lamp[1] - gaze[1]) > 0.5) svg("circle", { cx: gaze[0], cy: gaze[1], r: 3.4, class: "wb-bev-gaze" }, words);
        svg("path", { d: `M${cx},${cy}L${lamp[0]},${lamp[1]}`, class: "wb-bev-lamp" }, words);
        svg("circle", { cx: lamp[0], cy: lamp[1], r: 3.4, class: "wb-bev-lamp" }, words);
        svg("text", { x: LEFT + WIDE - 8, y: cy + r + 15, "text-anchor": "end" }, words, `light ${number(scene.lamp[0])}\u00b0 at ${number(scene.lamp[1])}\u00b0`);
    }

    function drawAperture() {
        const opening = points.map(seen), shape = path(opening);
        const why = fault(points, scene.snout.radius);
        const { rx, ry } = snout();
        const [x, y] = toPage([0, 0]);
        const [a, b] = [rx * scale, ry * scale];
        const rim = `M${x - a},${y}a${a},${b} 0 1,0 ${2 * a},0a${a},${b} 0 1,0 ${-2 * a},0Z`;
        const reach = Math.max(0, ...opening.map(([u, v]) => Math.hypot(u, v)));
        block.replaceChildren();
        const clip = svg("clipPath", { id: `${id}-opening` }, block);
        svg("path", { d: shape }, clip);
        hatch(block, `${id}-block`, scene.colours.block, 45, 8, 0.55);
        hatch(block, `${id}-wedge`, scene.colours.wedge, -45, 9, 0.8);
        svg("path", { d: rim + shape, "fill-rule": "evenodd", fill: scene.colours.block, "fill-opacity": 0.15 }, block);
        svg("path", { d: rim + shape, "fill-rule": "evenodd", fill: `url(#${id}-block)` }, block);
        svg("path", { d: rim, class: "wb-bev-snout", "data-structure": `snout ${scene.snout.id}` }, block);
        svg("circle", { cx: x, cy: y, r: reach * scale, class: "wb-bev-field" }, block);
        scene.wedges.filter((one) => one.towards !== null).forEach((one) => drawWedge(one, x, y));
        const colour = why ? scene.colours.wrong : scene.colours.aperture;
        svg("path", { d: shape, fill: "none", stroke: colour, "stroke-width": 2.6, "stroke-linejoin": "round", "stroke-dasharray": why ? "7 4" : "", class: "wb-bev-aperture" }, block);
        placeHandles(opening);
        tell(why, reach);
    }

    function drawWedge(one, x, y) {
        const far = 4 * snout().rx * scale, edge = one.edge === null ? far : one.edge * scale, high = snout().rx * scale;
        svg("rect", {
            x: x - far, y: y - far, width: far + edge, height: 2 * far, fill: `url(#${id}-wedge)`,
            transform: `rotate(${-one.towards} ${x} ${y})`, "clip-path": "none",
        }, svg("g", { "clip-path": `url(#${id}-opening)` }, block));
        const arrow = svg("g", { transform: `rotate(${-one.towards} ${x} ${y})`, class: "wb-bev-thin" }, block);
        svg("path", { d: `M${x + 0.66 * high},${y}H${x + high - 3}m-8,-5l8,5l-8,5` }, arrow);
    }

    function placeHandles(opening) {
        while (handles.childElementCount > opening.length) handles.lastElementChild.remove();
        while (handles.childElementCount < opening.length) handles.append(newHandle(handles.childElementCount));
        chosen = Math.min(chosen, opening.length - 1);
        [...handles.children].forEach((one, i) => {
            const [cx, cy] = toPage(opening[i]);
            one.setAttribute("cx", cx); one.setAttribute("cy", cy);
            one.setAttribute("tabindex", i === chosen ? 0 : -1);
            one.classList.toggle("wb-bev-chosen", i === chosen);
            one.setAttribute("aria-label", `vertex ${i + 1} of ${opening.length}, x ${number(opening[i][0], 2)} mm, y ${number(opening[i][1], 2)} mm; `
                + "arrows move it by 0.1 mm, with Shift by 1 mm; Page Down is the next, Insert adds one, Delete removes it");
        });
    }

    function tell(why, reach) {
        const size = area(points);
        Object.assign(root.dataset, {
            points: points.length, valid: String(!why), why, area: size.toFixed(3), reach: reach.toFixed(3),
            diameter: (2 * reach / 10).toFixed(3),
        });
        state.className = `wb-bev-state ${why ? "wb-fail" : "wb-pass"}`;
        const opening = area(points.map(seen));
        state.replaceChildren();
        html("i", { "aria-hidden": "true" }, state, why ? "\u2716" : "\u2713");
        html("span", {}, state, why ? `No aperture: ${why}`
            : `${points.length} vertices, inside the snout \u00b7 ${number(size)} mm\u00b2 at the block, ${number(opening)} mm\u00b2 at the isocentre`);
    }

    // -------------------------------------------------------------------------------------------------------- image

    const canvas = document.createElement("canvas");
    const levels = html("span", { class: "wb-bev-levels" });
    let values = null;

    function takeImage() {
        const info = model.get("underlay"), bytes = model.get("pixels");
        values = null;
        levels.hidden = true;
        if (info && info.rows && bytes && bytes.byteLength === 2 * info.rows * info.columns) {
            values = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
            [window_, level] = [info.window, info.level];
            [canvas.width, canvas.height] = [info.columns, info.rows];
            levels.hidden = false;
        } else { setMode("pan"); }
        paint();
    }

    function paint() {
        if (values) {
            const info = model.get("underlay"), context = canvas.getContext("2d");
            const data = context.createImageData(info.columns, info.rows), low = level - window_ / 2;
            for (let i = 0; i < values.length; i++) {
                const grey = (255 * (values[i] * info.slope + info.intercept - low)) / window_;
                data.data[4 * i] = data.data[4 * i + 1] = data.data[4 * i + 2] = info.negative ? 255 - grey : grey;
                data.data[4 * i + 3] = 255;
            }
            context.putImageData(data, 0, 0);
            fresh = canvas.toDataURL();
            [wide.value, mid.value] = [window_.toFixed(0), level.toFixed(0)];
            Object.assign(root.dataset, { window: window_.toFixed(1), level: level.toFixed(1) });
        } else { delete root.dataset.window; delete root.dataset.level; }
        if (ready()) drawUnder();
    }

    function drawUnder() {
        under.replaceChildren();
        root.classList.toggle("wb-bev-over-image", Boolean(values));
        if (!values) return;
        const info = model.get("underlay"), [x, y] = toPage([info.left, info.top]);
        svg("image", { href: fresh, x, y, width: info.width * scale, height: info.height * scale, preserveAspectRatio: "none" }, under);
    }

    // ------------------------------------------------------------------------------------------------------ editing

    const round = (value) => Math.round(value * 1000) / 1000 + 0;

    function put(index, at) {
        points[index] = at.map(round);
        drawAperture();
    }

    function save() {
        const kept = model.get("block_mm");
        if (JSON.stringify(kept) === JSON.stringify(points)) return;
        root.dataset.saves = Number(root.dataset.saves) + 1;
        model.set("block_mm", points.map((one) => [...one]));
        model.save_changes();
    }

    function choose(index) {
        chosen = (index + points.length) % points.length;
        placeHandles(points.map(seen));
        handles.children[chosen].focus();
    }

    function add() {
        const [a, b] = [points[chosen], points[(chosen + 1) % points.length]];
        points.splice(chosen + 1, 0, [round((a[0] + b[0]) / 2), round((a[1] + b[1]) / 2)]);
        drawAperture(); choose(chosen + 1); save();
    }

    function remove() {
        if (points.length <= 3) return;
        points.splice(chosen, 1);
        drawAperture(); choose(Math.max(0, chosen - 1)); save();
    }

    function newHandle(index) {
        const handle = svg("circle", { r: 4.2, class: "wb-bev-vertex", role: "button", "data-vertex": index });
        handle.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            event.preventDefault(); event.stopPropagation();
            choose(index);
            handle.setPointerCapture(event.pointerId);
        });
        handle.addEventListener("pointermove", (event) => {
            if (!handle.hasPointerCapture(event.pointerId)) return;
            root.dataset.moves = Number(root.dataset.moves) + 1;
            put(index, atBlock(toWorld(pointer(event))));
        });
        for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, save);
        handle.addEventListener("focus", () => { if (chosen !== index) { chosen = index; placeHandles(points.map(seen)); } });
        handle.addEventListener("keydown", (event) => {
            const step = event.shiftKey ? COARSE_MM : FINE_MM;
            const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
            const act = { PageDown: () => choose(index + 1), PageUp: () => choose(index - 1), Insert: add, Delete: remove }[event.key];
            if (!by && !act) return;
            event.preventDefault(); event.stopPropagation();
            if (by) put(index, [points[index][0] + by[0], points[index][1] + by[1]]); else act();
        });
        handle.addEventListener("keyup", (event) => { if (event.key.startsWith("Arrow")) save(); });
        return handle;
    }

    // ------------------------------------------------------------------------------------------- zoom, pan and read

    function zoom(by, at = [LEFT + WIDE / 2, TOP + HIGH / 2]) {
        const fixed = toWorld(at);
        scale = Math.min(400, Math.max(2, scale * by));
        const now = toWorld(at);
        centre = [centre[0] + fixed[0] - now[0], centre[1] + fixed[1] - now[1]];
        drawAll();
    }

    function read(event) {
        if (!ready()) return;
        const at = toWorld(pointer(event)), milled = atBlock(at);
        const over = [...scene.outlines].reverse().find((one) => holds(one.points, at));
        let text = `x ${number(at[0])}, y ${number(at[1])} mm at the isocentre \u00b7 ${number(milled[0])}, ${number(milled[1])} mm at the block`;
        if (values) {
            const info = model.get("underlay");
            const [u, v] = [Math.floor(((at[0] - info.left) / info.width) * info.columns), Math.floor(((info.top - at[1]) / info.height) * info.rows)];
            if (u >= 0 && v >= 0 && u < info.columns && v < info.rows) text += ` \u00b7 pixel ${number(values[v * info.columns + u] * info.slope + info.intercept, 0)}`;
        }
        where.textContent = over ? `${text} \u00b7 ${over.name}` : text;
        Object.assign(root.dataset, { x: at[0].toFixed(3), y: at[1].toFixed(3), over: over ? over.name : "" });
    }

    let held = null;
    picture.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        held = { at: pointer(event), centre, window_, level };
        picture.setPointerCapture(event.pointerId);
    });
    picture.addEventListener("pointermove", (event) => {
        read(event);
        if (!held) return;
        const [x, y] = pointer(event), [dx, dy] = [x - held.at[0], y - held.at[1]];
        if (mode === "levels") {
            const span = model.get("underlay").window / 200;
            window_ = Math.max(span, held.window_ + dx * span); level = held.level + dy * span;
            paint();
        } else { centre = [held.centre[0] - dx / scale, held.centre[1] + dy / scale]; drawAll(); }
    });
    for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => { held = null; });
    picture.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, pointer(event)); }, { passive: false });
    picture.addEventListener("keydown", (event) => {
        const step = 20 / scale;
        const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
        if (by) { centre = [centre[0] + by[0], centre[1] + by[1]]; drawAll(); }
        else if (event.key === "+" || event.key === "=") zoom(1.25);
        else if (event.key === "-") zoom(0.8);
        else if (event.key === "0") { whole(); drawAll(); }
        else return;
        event.preventDefault();
    });

    // ------------------------------------------------------------------------------------------------------ toolbar

    function tool(text, title, action, hook) {
        const button = html("button", { type: "button", title, "aria-label": title, class: hook }, bar, text);
        button.addEventListener("click", action);
        return button;
    }
    tool("+", "Zoom in (plus, or the wheel)", () => zoom(1.25), "wb-bev-in");
    tool(MINUS, "Zoom out (minus, or the wheel)", () => zoom(0.8), "wb-bev-out");
    tool("all", "Show the whole snout (0)", () => { whole(); drawAll(); }, "wb-bev-all");
    tool("add vertex", "Add a vertex after the chosen one (Insert)", add, "wb-bev-add");
    tool("remove vertex", "Remove the chosen vertex (Delete)", remove, "wb-bev-remove");
    bar.append(levels);
    const modes = tool("window/level by drag", "Drag to the side for the window, up and down for the level", () => setMode(mode === "pan" ? "levels" : "pan"), "wb-bev-mode");
    levels.append(modes);
    const entry = (text, hook, take) => {
        const label = html("label", {}, levels, text);
        const input = html("input", { type: "number", class: hook, step: 1 }, label);
        input.addEventListener("change", () => { const value = Number(input.value); if (Number.isFinite(value)) take(value); paint(); });
        return input;
    };
    const wide = entry("window", "wb-bev-window", (value) => { window_ = Math.max(1e-6, value); });
    const mid = entry("level", "wb-bev-level", (value) => { level = value; });
    function setMode(to) { mode = to; modes.setAttribute("aria-pressed", String(mode === "levels")); picture.classList.toggle("wb-bev-levelling", mode === "levels"); }

    // -------------------------------------------------------------------------------------------------- the kernel

    const heard = {
        "change:scene": () => {
            const first = !ready();
            scene = model.get("scene");
            root.dataset.scenes = Number(root.dataset.scenes) + 1;
            if (first) whole();
            drawAll();
        },
        "change:block_mm": () => {
            points = model.get("block_mm").map((one) => [...one]);
            if (ready()) drawAperture();
        },
        "change:pixels": takeImage,
    };
    for (const [event, act] of Object.entries(heard)) model.on(event, act);
    whole();
    takeImage();
    drawAll();
    return () => { for (const [event, act] of Object.entries(heard)) model.off(event, act); };
}

export default { render };
