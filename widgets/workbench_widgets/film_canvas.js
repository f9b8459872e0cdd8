// One setup X-ray on which clips are marked; it follows sheet.js in one module.
// The world is millimetres on the film, x to the right and y up; marks are kept there, as they were seen.

const NUDGE_MM = 0.1, NUDGE_FAR_MM = 1, ARM = 6, GRIP = 11;

function render({ model, el }) {
    let film = model.get("film"), marks = taken();
    const sheet = new Sheet("wb-film", {
        title: `${film.view ?? "setup"} film`,
        label: `${film.view ?? "Setup"} film in mm. Click or Enter marks the chosen clip, digits choose one, plus and minus zoom, 0 shows the clips, arrows move; `
            + "Tab goes to the marks.",
        draw: () => drawAll(),
        scaled: () => share(),
    });
    const { root } = sheet;
    el.append(root);
    const [curves, off, crosses] = ["curves", "off", "marks"].map((one) => svg("g", { class: `wb-film-${one}` }, sheet.clipped));
    sheet.zoomTools(() => wholeFilm(), "Show the whole film");
    sheet.tool("clips", "Show where the clips are planned (0)", () => nearClips(), "wb-film-near");
    const chips = html("span", { class: "wb-film-chips", role: "radiogroup", "aria-label": "clip to mark next" }, sheet.bar);
    const back = sheet.tool("undo", "Take the last change back (Ctrl+Z)", () => undo(), "wb-film-undo");
    const levels = new Levels(sheet, model);
    const erase = sheet.tool("delete", "Delete the mark of the chosen clip (Delete)", () => remove(chosen), "wb-film-delete");
    const before = [];
    // The chosen clip is the one that is told of; the next one is where a click goes.
    let chosen = null, armed = next();

    function taken() { return new Map(model.get("marks").map(([clip, x, y]) => [clip, [x, y]])); }
    function next() { return film.planned?.map(([clip]) => clip).find((clip) => !marks.has(clip)) ?? null; }
    const planned = (clip) => film.planned.find(([one]) => one === clip)?.[1] ?? null;
    const ready = () => Boolean(film && film.view);
    const round = (value) => Math.round(value * 100) / 100 + 0;
    const atIsocentre = ([x, y]) => film.magnification ? [x / film.magnification, y / film.magnification] : null;
    const nearClips = () => { if (ready()) sheet.show(film.half); drawAll(); };
    const wholeFilm = () => { if (ready()) sheet.show(film.whole.half, film.whole.centre); drawAll(); };

    // Films side by side have one scale: what one is zoomed to, its neighbour is, about its own middle.
    function share() {
        const beside = root.closest(".wb-setup-grid")?.querySelectorAll(".wb-film") ?? [];
        for (const one of beside) if (one !== root) one.dispatchEvent(new CustomEvent("wb-scale", { detail: sheet.scale / sheet.wide }));
    }

    root.addEventListener("wb-scale", ({ detail }) => {
        sheet.scale = detail * sheet.wide;
        drawAll();
    });

    // ------------------------------------------------------------------------------------------------------ drawing

    function drawAll() {
        if (!ready()) return;
        levels.draw(); drawCurves(); drawMarks(); drawChips();
        const bar = film.magnification ? { per: film.magnification, plane: " at the isocentre" } : { plane: " on film" };
        sheet.drawScales(`${film.across} (mm on film) \u2192`, "y, up (mm on film) \u2192", bar);
        root.dataset.zoom = sheet.scale.toFixed(3);
    }

    function drawCurves() {
        curves.replaceChildren();
        const [x, y] = sheet.toPage([0, 0]), reach = sheet.size;
        svg("path", { d: `M${x - reach},${y}h${2 * reach}M${x},${y - reach}v${2 * reach}`, class: "wb-film-axes" }, curves);
        for (const one of film.outlines) {
            for (const kind of ["wb-film-halo", "wb-film-curve"]) svg("path", { d: sheet.path(one.points), class: kind, "data-curve": one.label }, curves);
        }
        for (const [clip, at] of film.planned) {
            const [u, v] = sheet.toPage(at), group = svg("g", { class: "wb-film-expected", "data-planned": clip, "data-x": at[0], "data-y": at[1] }, curves);
            svg("path", { d: `M${u - 4},${v}h8M${u},${v - 4}v8` }, group);
            svg("text", { x: u - 8, y: v - 8, "text-anchor": "end" }, group, String(clip));
        }
    }

    function drawMarks() {
        const kept = new Map([...crosses.children].map((one) => [Number(one.dataset.mark), one]));
        off.replaceChildren();
        for (const [clip, one] of kept) if (!marks.has(clip)) one.remove();
        for (const [clip, at] of [...marks].sort(([a], [b]) => a - b)) {
            const mark = kept.get(clip) ?? newMark(clip), [x, y] = sheet.toPage(at), from = planned(clip);
            mark.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
            mark.setAttribute("aria-label", `clip ${clip}, ${film.letter} ${number(at[0])} mm, y ${number(at[1])} mm on film; `
                + "arrows move it by 0.1 mm, with Shift by 1 mm, Delete removes it");
            mark.classList.toggle("wb-film-chosen", clip === chosen);
            Object.assign(mark.dataset, { x: at[0], y: at[1] });
            if (from) {
                const [u, v] = sheet.toPage(from);
                svg("path", { d: `M${u},${v}L${x},${y}` }, off);
            }
        }
        tell();
    }

    function drawChips() {
        chips.replaceChildren();
        for (const [clip] of film.planned) {
            const isNext = clip === armed, done = marks.has(clip);
            const chip = html("button", {
                type: "button", role: "radio", "aria-checked": isNext, "aria-pressed": isNext, class: done ? "wb-film-done" : "", "data-chip": clip,
                title: done ? `Clip ${clip} is marked; a click on the film moves its mark` : `Mark clip ${clip} next`,
            }, chips, done ? `${clip}\u2009\u2713` : String(clip));
            chip.addEventListener("click", () => { choose(clip); chips.querySelector(`[data-chip="${clip}"]`).focus(); });
        }
        [erase.disabled, back.disabled] = [!marks.has(chosen), before.length === 0];
        Object.assign(root.dataset, { marked: marks.size, next: armed ?? "" });
    }

    function tell() {
        const at = marks.get(chosen), from = at && planned(chosen), all = film.planned.length;
        const done = film.planned.filter(([clip]) => marks.has(clip)).length;
        const left = armed === null ? "drag a mark to correct it" : `click on clip ${armed}`;
        sheet.state.className = "wb-sheet-state";
        if (from) {
            const by = [at[0] - from[0], at[1] - from[1]], here = atIsocentre(by), [x, y] = here ?? by;
            sheet.state.textContent = `clip ${chosen} off by ${signed(x)}, ${signed(y)} mm ${here ? "at the isocentre" : "on film"}`
                + (armed === null ? "" : ` \u00b7 next ${armed}`);
        } else { sheet.state.textContent = all ? `${done} of ${all} clips marked \u00b7 ${left}` : "no clip is planned on this film"; }
    }

    const signed = (value) => (Math.abs(value) < 0.05 ? "" : value > 0 ? "+" : "") + number(value);

    // ------------------------------------------------------------------------------------------------------ marking

    function change(act) {
        before.push([...marks].map(([clip, at]) => [clip, [...at]]));
        act();
        save();
    }

    function save() {
        root.dataset.saves = Number(root.dataset.saves) + 1;
        model.set("marks", [...marks].sort(([a], [b]) => a - b).map(([clip, at]) => [clip, ...at]));
        model.save_changes();
        drawMarks(); drawChips();
    }

    function choose(clip) {
        if (!film.planned.some(([one]) => one === clip)) return;
        armed = clip;
        chosen = marks.has(clip) ? clip : null;
        drawMarks(); drawChips();
    }

    function place(at) {
        if (!ready() || armed === null) return null;
        chosen = armed;
        change(() => { marks.set(chosen, at.map(round)); armed = next(); });
        return chosen;
    }

    function remove(clip) {
        if (clip === null || !marks.has(clip)) return;
        change(() => { marks.delete(clip); [chosen, armed] = [null, clip]; });
        sheet.picture.focus();
    }

    function undo() {
        if (!before.length) return;
        marks = new Map(before.pop());
        [chosen, armed] = [null, next()];
        save();
    }

    function newMark(clip) {
        const mark = svg("g", { class: "wb-film-mark", role: "button", tabindex: 0, "data-mark": clip }, crosses);
        svg("circle", { r: GRIP, class: "wb-film-grip" }, mark);
        for (const kind of ["wb-film-halo", "wb-film-cross"]) svg("path", { d: `M${-ARM},${-ARM}L${ARM},${ARM}M${-ARM},${ARM}L${ARM},${-ARM}`, class: kind }, mark);
        svg("text", { x: ARM + 4, y: ARM + 8 }, mark, String(clip));
        let was = null, isNudged = false;
        mark.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            event.preventDefault(); event.stopPropagation();
            was = [...marks.get(clip)];
            chosen = clip;
            mark.focus();
            mark.setPointerCapture(event.pointerId);
            drawMarks(); drawChips();
        });
        mark.addEventListener("pointermove", (event) => {
            if (!mark.hasPointerCapture(event.pointerId)) return;
            root.dataset.moves = Number(root.dataset.moves) + 1;
            marks.set(clip, sheet.toWorld(sheet.pointer(event)).map(round));
            drawMarks();
        });
        for (const end of ["pointerup", "pointercancel"]) mark.addEventListener(end, () => settle());
        mark.addEventListener("focus", () => { if (chosen !== clip) { chosen = clip; drawMarks(); drawChips(); } });
        mark.addEventListener("keydown", (event) => {
            const by = ARROWS[event.key], step = event.shiftKey ? NUDGE_FAR_MM : NUDGE_MM;
            if (!by && event.key !== "Delete" && event.key !== "Backspace") return;
            event.preventDefault(); event.stopPropagation();
            isNudged = Boolean(by);
            if (!by) { remove(clip); return; }
            was ??= [...marks.get(clip)];
            const [x, y] = marks.get(clip);
            marks.set(clip, [x + step * by[0], y + step * by[1]].map(round));
            drawMarks();
        });
        // A key that is let go of after the focus has gone elsewhere is heard there.
        for (const end of ["keyup", "blur"]) mark.addEventListener(end, () => { if (isNudged) { isNudged = false; settle(); } });
        function settle() {
            const from = was, to = marks.get(clip);
            was = null;
            if (!from || !to || (from[0] === to[0] && from[1] === to[1])) return;
            marks.set(clip, from);
            change(() => marks.set(clip, to));
        }
        return mark;
    }

    function read(event) {
        if (!ready()) return;
        const at = sheet.toWorld(sheet.pointer(event)), here = atIsocentre(at), grey = levels.at(at);
        let text = `film ${film.letter} ${number(at[0])}, y ${number(at[1])} mm`;
        text += here ? ` \u00b7 isocentre ${number(here[0])}, ${number(here[1])} mm` : " \u00b7 magnification not known";
        if (grey !== null) text += ` \u00b7 pixel ${number(grey, levels.digits)}`;
        sheet.where.textContent = text;
        Object.assign(root.dataset, { x: at[0].toFixed(3), y: at[1].toFixed(3) });
    }

    // -------------------------------------------------------------------------------------------------- the kernel

    function lay() {
        levels.take();
        levels.dragging(Boolean(levels.values));
    }

    const heard = {
        "change:film": () => {
            const was = film;
            film = model.get("film");
            if (was.key === film.key) { drawAll(); return; }
            [chosen, armed, before.length] = [null, next(), 0];
            nearClips();
        },
        "change:marks": () => {
            const now = taken();
            if (JSON.stringify([...now]) === JSON.stringify([...marks].sort(([a], [b]) => a - b))) return;
            [marks, chosen, before.length] = [now, null, 0];
            armed = next();
            if (ready()) { drawMarks(); drawChips(); }
        },
        "change:underlay": lay,
        "change:pixels": lay,
    };
    for (const [event, act] of Object.entries(heard)) model.on(event, act);
    const digits = Object.fromEntries([..."123456789"].map((digit) => [digit, () => choose(Number(digit))]));
    const enter = () => {
        const clip = place(planned(armed) ?? sheet.centre);
        if (clip !== null) crosses.querySelector(`[data-mark="${clip}"]`).focus();
    };
    sheet.steer(levels, { read, all: nearClips, click: place, keys: { ...digits, Enter: enter } });
    sheet.onUndo(undo);
    lay();
    nearClips();
    const leave = sheet.follow();
    return () => { leave(); for (const [event, act] of Object.entries(heard)) model.off(event, act); };
}

export default { render };
