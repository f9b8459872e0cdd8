// Beam's-eye view with an aperture that is edited in the browser; it follows sheet.js in one module.
// The world is millimetres in the isocentric plane, +x to the patient's left and +y up; vertices are kept at the block, as milled.

const FINE_MM = 0.1, COARSE_MM = 1, ROOM = 1.16, LEAST_AREA = 1e-6, LEAST_VERTICES = 3, STEP_MM = 0.05;

// ------------------------------------------------------------------------------------------------------------- geometry

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
    if (n < LEAST_VERTICES) return `${n} vertices, expected at least ${LEAST_VERTICES}`;
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

const edges = (points) => points.map((one, i) => [one, points[(i + 1) % points.length]]);

// From a place to the nearest one of a closed line.
function away(points, [x, y]) {
    return Math.min(...edges(points).map(([[a, b], [c, d]]) => {
        const [u, v] = [c - a, d - b], along = Math.min(1, Math.max(0, ((x - a) * u + (y - b) * v) / (u * u + v * v || 1)));
        return Math.hypot(x - a - along * u, y - b - along * v);
    }));
}

function places(points) {
    return edges(points).flatMap(([[a, b], [c, d]]) => {
        const parts = Math.max(1, Math.ceil(Math.hypot(c - a, d - b) / STEP_MM));
        return Array.from({ length: parts }, (_, i) => [a + ((c - a) * i) / parts, b + ((d - b) * i) / parts]);
    });
}

// By how much an outline lies inside an opening, negative by how much it is cut off; as workbench.ocular.aperture_cover has it.
function cover(outline, opening) {
    const isCut = !holds(opening, outline[0]) || edges(outline).some(([a, b]) => edges(opening).some(([c, d]) => touch(a, b, c, d)));
    if (!isCut) return Math.min(...outline.map((one) => away(opening, one)), ...opening.map((one) => away(outline, one)));
    const reachesOut = places(outline).filter((one) => !holds(opening, one)).map((one) => away(opening, one));
    const reachesIn = places(opening).filter((one) => holds(outline, one)).map((one) => away(outline, one));
    return -Math.max(0, ...reachesOut, ...reachesIn);
}

const coverWords = (covered) => covered >= 0
    ? ["pass", `tumour inside by at least ${number(covered)} mm`] : ["warn", `tumour is cut off by ${number(-covered)} mm`];

function hatch(parent, id, colour, turn, gap, opacity) {
    const pattern = svg("pattern", { id, width: gap, height: gap, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` }, parent);
    svg("line", { x1: 0, y1: 0, x2: 0, y2: gap, stroke: colour, "stroke-width": 1.6, "stroke-opacity": opacity }, pattern);
}

// A line on a halo, which is seen where pixels lie underneath.
function haloed(name, attributes, parent) {
    for (const kind of ["wb-bev-halo", ""]) svg(name, { ...attributes, class: `${attributes.class} ${kind}` }, parent);
}

function render({ model, el }) {
    const sheet = new Sheet("wb-bev", {
        title: "beam's-eye view",
        label: "Beam's-eye view in mm. Plus and minus zoom, 0 shows all, arrows move; Tab goes to the vertices of the aperture.",
        draw: () => drawAll(),
    });
    const { root, id, words } = sheet;
    root.dataset.scenes = 0;
    el.append(root);
    const [eye, block, marks, handles] = ["eye", "block", "marks", "handles"].map((one) => svg("g", { class: `wb-bev-${one}` }, sheet.clipped));
    sheet.zoomTools(() => all(), "Show the whole snout (0)");
    sheet.tool("add vertex", "Add a vertex after the chosen one (Insert)", () => add(), "wb-bev-add");
    const less = sheet.tool("remove vertex", "Remove the chosen vertex (Delete)", () => remove(), "wb-bev-remove");
    const back = sheet.tool("undo", "Take the last change of the aperture back (Ctrl+Z)", () => undo(), "wb-bev-undo");
    const levels = new Levels(sheet, model);

    const copied = (vertices) => vertices.map((one) => [...one]);
    // What is drawn, and what the kernel has of it; the two differ while a vertex is held.
    let scene = model.get("scene"), points = copied(model.get("block_mm")), kept = copied(points), chosen = 0, held = null;
    // What somebody edited can be had back; an aperture that the kernel made, it makes again.
    const before = [];
    let isEdited = false;
    const ready = () => scene && scene.scale;
    const seen = ([x, y]) => [x * scene.scale[0], y * scene.scale[1]];
    const atBlock = ([x, y]) => [x / scene.scale[0], y / scene.scale[1]];
    const snout = () => ({ rx: scene.snout.radius * scene.scale[0], ry: scene.snout.radius * scene.scale[1] });
    const whole = () => { if (ready()) sheet.show(ROOM * Math.max(...Object.values(snout()))); };
    const all = () => { whole(); drawAll(); };

    // ------------------------------------------------------------------------------------------------------ drawing

    function drawAll() {
        if (!ready()) return;
        levels.draw(); drawEye(); drawWords(); drawAperture();
        sheet.drawScales("x (mm), to the patient's left \u2192", "y (mm), up \u2192");
        root.dataset.zoom = sheet.scale.toFixed(3);
    }

    function drawEye() {
        eye.replaceChildren(); marks.replaceChildren();
        for (const one of scene.outlines) {
            svg("path", {
                d: sheet.path(one.points), fill: one.fill ? one.colour : "none", "fill-opacity": one.fill, stroke: one.colour,
                "stroke-width": one.width, "stroke-dasharray": one.dash, "data-structure": one.name,
            }, eye);
        }
        const cross = (at, reach, colour, parent, width = 1.6) => {
            const [x, y] = sheet.toPage(at);
            svg("path", { d: `M${x - reach},${y}h${2 * reach}M${x},${y - reach}v${2 * reach}`, stroke: colour, "stroke-width": width }, parent);
        };
        if (scene.disc) cross(scene.disc, 4, scene.colours.disc, marks);
        if (scene.macula) { const [cx, cy] = sheet.toPage(scene.macula); svg("circle", { cx, cy, r: 2.4, fill: scene.colours.macula }, marks); }
        scene.clips.forEach((one, i) => {
            const [x, y] = sheet.toPage(one);
            const group = svg("g", { class: "wb-bev-clip", "data-clip": i + 1, "data-x": one[0], "data-y": one[1] }, marks);
            haloed("path", { d: `M${x - 4},${y - 4}l8,8M${x - 4},${y + 4}l8,-8`, class: "wb-bev-cross" }, group);
            svg("text", { x: x + 6, y: y - 4 }, group, String(i + 1));
        });
        const [x, y] = sheet.toPage([0, 0]);
        haloed("path", { d: `M${x - 8},${y}h16M${x},${y - 8}v16`, class: "wb-bev-axis" }, marks);
    }

    function drawWords() {
        words.replaceChildren();
        const right = LEFT + sheet.wide, middle = TOP + sheet.high / 2;
        [[LEFT + 16, scene.sides[0]], [right - 8, scene.sides[1]]].forEach(([x, text]) => svg("text", {
            x, y: middle, "text-anchor": "middle", transform: `rotate(-90 ${x} ${middle})`, class: "wb-bev-side",
        }, words, text));
        svg("text", { x: LEFT + 10, y: TOP + 18, class: "wb-bev-eye-name" }, words, scene.eye);
        scene.wedges.forEach((one, i) => svg("text", { x: LEFT + 10, y: TOP + 36 + 16 * i }, words,
            `wedge ${one.id} ${number(one.angle, 0)}\u00b0, ${one.towards === null ? "direction not known" : "arrow to thin edge"}`));
        const r = sheet.wide < 360 ? 26 : 36, [cx, cy] = [right - r - 10, TOP + r + 10];
        [r / 3, (2 * r) / 3, r].forEach((one) => svg("circle", { cx, cy, r: one, class: one === r ? "wb-bev-dial wb-bev-rim" : "wb-bev-dial" }, words));
        const at = ([polar, azimuth]) => {
            const [far, turn] = [(Math.min(polar, 45) / 45) * r, (azimuth * Math.PI) / 180];
            return [cx + far * Math.cos(turn), cy - far * Math.sin(turn)];
        };
        const lamp = at(scene.lamp), gaze = at(scene.gaze);
        if (Math.hypot(lamp[0] - gaze[0], lamp[1] - gaze[1]) > 0.5) svg("circle", { cx: gaze[0], cy: gaze[1], r: 3.4, class: "wb-bev-gaze" }, words);
        svg("path", { d: `M${cx},${cy}L${lamp[0]},${lamp[1]}`, class: "wb-bev-lamp" }, words);
        svg("circle", { cx: lamp[0], cy: lamp[1], r: 3.4, class: "wb-bev-lamp" }, words);
        const light = `light ${number(scene.lamp[0])}\u00b0 at ${number(scene.lamp[1])}\u00b0`;
        svg("text", { x: right - 8, y: cy + r + 15, "text-anchor": "end", class: "wb-sheet-over" }, words, light);
    }

    function drawAperture() {
        const { scale } = sheet, opening = points.map(seen), shape = sheet.path(opening);
        const why = fault(points, scene.snout.radius);
        const { rx, ry } = snout();
        const [x, y] = sheet.toPage([0, 0]);
        const [a, b] = [rx * scale, ry * scale];
        const rim = `M${x - a},${y}a${a},${b} 0 1,0 ${2 * a},0a${a},${b} 0 1,0 ${-2 * a},0Z`;
        const reach = Math.max(0, ...opening.map(([u, v]) => Math.hypot(u, v)));
        block.replaceChildren();
        svg("path", { d: shape }, svg("clipPath", { id: `${id}-opening` }, block));
        hatch(block, `${id}-block`, scene.colours.block, 45, 8, 0.55);
        hatch(block, `${id}-wedge`, scene.colours.wedge, -45, 9, 0.8);
        svg("path", { d: rim + shape, "fill-rule": "evenodd", fill: scene.colours.block, "fill-opacity": 0.15 }, block);
        svg("path", { d: rim + shape, "fill-rule": "evenodd", fill: `url(#${id}-block)` }, block);
        haloed("path", { d: rim, class: "wb-bev-snout", "data-structure": `snout ${scene.snout.id}` }, block);
        haloed("circle", { cx: x, cy: y, r: reach * scale, class: "wb-bev-field" }, block);
        scene.wedges.filter((one) => one.towards !== null).forEach((one) => drawWedge(one, x, y));
        const colour = why ? scene.colours.wrong : scene.colours.aperture;
        svg("path", { d: shape, fill: "none", stroke: colour, "stroke-width": 2.6, "stroke-linejoin": "round", "stroke-dasharray": why ? "7 4" : "", class: "wb-bev-aperture" }, block);
        placeHandles(opening);
        tell(why, reach);
    }

    function drawWedge(one, x, y) {
        const { scale } = sheet, far = 4 * snout().rx * scale, edge = one.edge === null ? far : one.edge * scale, high = snout().rx * scale;
        svg("rect", {
            x: x - far, y: y - far, width: far + edge, height: 2 * far, fill: `url(#${id}-wedge)`,
            transform: `rotate(${-one.towards} ${x} ${y})`, "clip-path": "none",
        }, svg("g", { "clip-path": `url(#${id}-opening)` }, block));
        const arrow = svg("g", { transform: `rotate(${-one.towards} ${x} ${y})`, class: "wb-bev-thin" }, block);
        haloed("path", { d: `M${x + 0.66 * high},${y}H${x + high - 3}m-8,-5l8,5l-8,5`, class: "wb-bev-arrow" }, arrow);
    }

    function placeHandles(opening) {
        while (handles.childElementCount > opening.length) handles.lastElementChild.remove();
        while (handles.childElementCount < opening.length) handles.append(newHandle(handles.childElementCount));
        chosen = Math.min(chosen, opening.length - 1);
        [...handles.children].forEach((one, i) => {
            const [cx, cy] = sheet.toPage(opening[i]);
            one.setAttribute("cx", cx); one.setAttribute("cy", cy);
            one.setAttribute("tabindex", i === chosen ? 0 : -1);
            one.classList.toggle("wb-bev-chosen", i === chosen);
            one.setAttribute("aria-label", `vertex ${i + 1} of ${opening.length}, x ${number(opening[i][0], 2)} mm, y ${number(opening[i][1], 2)} mm; `
                + "arrows move it by 0.1 mm, with Shift by 1 mm; Page Down is the next, Insert adds one, Delete removes it");
        });
    }

    function tell(why, reach) {
        const opening = points.map(seen), size = area(points), tumour = scene.outlines.find((one) => one.name === "tumour");
        const covered = why || !tumour ? null : cover(tumour.points, opening);
        Object.assign(root.dataset, {
            points: points.length, valid: String(!why), why, area: size.toFixed(3), reach: reach.toFixed(3),
            diameter: (2 * reach / 10).toFixed(3), cover: covered === null ? "" : covered.toFixed(3),
        });
        [less.disabled, back.disabled] = [points.length <= LEAST_VERTICES, before.length === 0];
        const valid = `${points.length} vertices, inside the snout \u00b7 ${number(size)} mm\u00b2 at the block, `
            + `${number(area(opening))} mm\u00b2 at the isocentre`;
        sheet.tell(why ? ["fail", `No aperture: ${why}`] : ["pass", valid], ...(covered === null ? [] : [coverWords(covered)]));
    }

    // ------------------------------------------------------------------------------------------------------ editing

    const round = (value) => Math.round(value * 1000) / 1000 + 0;
    const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

    function put(index, at) {
        points[index] = at.map(round);
        drawAperture();
    }

    function save() {
        if (isSame(kept, points)) return;
        before.push(kept);
        send();
    }

    function send() {
        kept = copied(points);
        isEdited = true;
        root.dataset.saves = Number(root.dataset.saves) + 1;
        model.set("block_mm", copied(points));
        model.save_changes();
        drawAperture();
    }

    function undo() {
        if (held || !before.length) return;
        points = copied(before.pop());
        send();
    }

    // The kernel has another aperture: whoever holds a vertex of the old one lets go of it.
    function take() {
        const now = model.get("block_mm");
        if (isSame(now, kept)) return;
        if (held) handles.children[held.index].releasePointerCapture(held.pointer);
        held = null;
        if (isEdited) before.push(kept);
        isEdited = false;
        [points, kept] = [copied(now), copied(now)];
        if (ready()) drawAperture();
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
        if (points.length <= LEAST_VERTICES) return;
        points.splice(chosen, 1);
        drawAperture(); choose(Math.max(0, chosen - 1)); save();
    }

    function newHandle(index) {
        let isNudged = false;
        const handle = svg("circle", { r: 4.2, class: "wb-bev-vertex", role: "button", "data-vertex": index });
        handle.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            event.preventDefault(); event.stopPropagation();
            choose(index);
            handle.setPointerCapture(event.pointerId);
            held = { index, pointer: event.pointerId };
        });
        handle.addEventListener("pointermove", (event) => {
            if (held?.pointer !== event.pointerId) return;
            root.dataset.moves = Number(root.dataset.moves) + 1;
            put(index, atBlock(sheet.toWorld(sheet.pointer(event))));
        });
        for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, () => { held = null; save(); });
        handle.addEventListener("focus", () => { if (chosen !== index) { chosen = index; placeHandles(points.map(seen)); } });
        handle.addEventListener("keydown", (event) => {
            const step = event.shiftKey ? COARSE_MM : FINE_MM, by = ARROWS[event.key];
            const act = { PageDown: () => choose(index + 1), PageUp: () => choose(index - 1), Insert: add, Delete: remove, Backspace: remove }[event.key];
            if (!by && !act) return;
            event.preventDefault(); event.stopPropagation();
            isNudged = Boolean(by);
            if (by) put(index, [points[index][0] + step * by[0], points[index][1] + step * by[1]]); else act();
        });
        // A key that is let go of after the focus has gone elsewhere is heard there.
        for (const end of ["keyup", "blur"]) handle.addEventListener(end, () => { if (isNudged) { isNudged = false; save(); } });
        return handle;
    }

    function read(event) {
        if (!ready()) return;
        const at = sheet.toWorld(sheet.pointer(event)), milled = atBlock(at), grey = levels.at(at);
        const over = [...scene.outlines].reverse().find((one) => holds(one.points, at));
        let text = `x ${number(at[0])}, y ${number(at[1])} mm at the isocentre \u00b7 ${number(milled[0])}, ${number(milled[1])} mm at the block`;
        if (grey !== null) text += ` \u00b7 pixel ${number(grey, levels.digits)}`;
        sheet.where.textContent = over ? `${text} \u00b7 ${over.name}` : text;
        Object.assign(root.dataset, { x: at[0].toFixed(3), y: at[1].toFixed(3), over: over ? over.name : "" });
    }

    // -------------------------------------------------------------------------------------------------- the kernel

    const heard = {
        "change:scene": () => {
            const first = !ready();
            scene = model.get("scene");
            root.dataset.scenes = Number(root.dataset.scenes) + 1;
            if (first) whole();
            drawAll();
        },
        "change:block_mm": take,
        "change:underlay": () => levels.take(),
        "change:pixels": () => levels.take(),
    };
    for (const [event, act] of Object.entries(heard)) model.on(event, act);
    sheet.steer(levels, { read, all });
    sheet.onUndo(undo);
    whole();
    levels.take();
    drawAll();
    const leave = sheet.follow();
    return () => { leave(); for (const [event, act] of Object.entries(heard)) model.off(event, act); };
}

export default { render };
