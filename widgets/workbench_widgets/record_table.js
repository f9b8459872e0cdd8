// A table whose rows stay in the kernel: the browser asks for a page and draws it. Plain DOM: no build step, nothing fetched.
//
// Every question has a number (`asked`), and every page says which question it answers (`shown.number`). A page of an older question is
// not drawn: the one that was asked last is on its way. So typing fast never shows what was typed before.

const PAUSE_MS = 150;      // a word is asked for when its typist pauses, or at once with Enter
const ENDS = [8, 5];       // characters kept of a UID at its beginning and at its end
const NAME_ENDS = [16, 12]; // of the name of a file
const SHOWN_FILE = 44;     // longest path of a file that is shown whole
const UID = /^[0-2](\.(0|[1-9]\d*)){2,}$/;
const MOST_UIDS = 2;       // of several in one cell
const ARROW = { ascending: "\u25b2", descending: "\u25bc", none: "" };

function make(name, attributes = {}, parent = null, text = "") {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
    if (text) made.textContent = text;
    if (parent) parent.append(made);
    return made;
}

const grouped = (count) => count.toLocaleString("en-US");
const short = (text, [first, last] = ENDS) => (text.length <= first + last + 1 ? text : `${text.slice(0, first)}\u2026${text.slice(-last)}`);
const shortFile = (file) => {
    if (file.length <= SHOWN_FILE) return file;
    const parts = file.split("/"), name = short(parts.pop(), NAME_ENDS), folder = parts.pop();
    return folder === undefined ? name : `${parts.length ? "\u2026/" : ""}${folder}/${name}`;
};

function render({ model, el }) {
    const root = make("div", { class: "wb-rt", "data-lm-suppress-shortcuts": "true" }, el);
    const bar = make("div", { class: "wb-rt-bar", role: "toolbar", "aria-label": "table" }, root);
    const trouble = make("div", { class: "wb-rt-trouble", role: "alert" }, root);
    const scroll = make("div", { class: "wb-rt-scroll", tabindex: -1 }, root);
    const table = make("table", { class: "wb-rt-table", role: "grid", "aria-label": "records" }, scroll);
    const head = make("thead", {}, table), body = make("tbody", {}, table);
    const nothing = make("p", { class: "wb-rt-empty" }, scroll);
    const foot = make("div", { class: "wb-rt-bar" }, root);
    let inputs = new Map(), headers = new Map();

    const columns = () => model.get("columns");
    const visible = () => {
        const names = new Set(model.get("visible"));
        return columns().filter((one) => names.has(one.name));
    };

    // ------------------------------------------------------------------------------------------------------- asking

    function ask(changes, { keepPage = false } = {}) {
        for (const [key, value] of Object.entries(changes)) model.set(key, value);
        if (!keepPage) model.set("page", 1);
        model.set("asked", model.get("asked") + 1);
        model.save_changes();
        root.setAttribute("aria-busy", "true");
        root.dataset.asked = model.get("asked");
    }

    function whenPaused(input, act) {
        let timer = null;
        const now = () => { clearTimeout(timer); timer = null; act(input.value); };
        input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(now, PAUSE_MS); });
        input.addEventListener("change", () => { if (timer !== null) now(); });
        return () => clearTimeout(timer);
    }

    const sort = (name) => {
        const [by, down] = [model.get("sort_by"), model.get("is_descending")];
        if (by !== name) ask({ sort_by: name, is_descending: false });
        else if (!down) ask({ is_descending: true });
        else ask({ sort_by: "", is_descending: false });
    };
    const filter = (name, text) => {
        const filters = { ...model.get("filters") };
        if (text.trim()) filters[name] = text; else delete filters[name];
        ask({ filters });
    };
    const turn = (page) => {
        const to = Math.min(Math.max(1, page), model.get("shown").pages ?? 1);
        if (to !== model.get("page")) ask({ page: to }, { keepPage: true });
    };
    const select = (place) => {
        if (place === model.get("selected")) return;
        model.set("selected", place);
        model.save_changes();
    };

    // ------------------------------------------------------------------------------------------------------ toolbar

    const stop = [];
    const find = make("input", { type: "search", class: "wb-rt-quick", placeholder: "any column",
        title: "Each word has to be found somewhere in a row: part of a text, a number as shown, or a day like 2024-06-03." },
    make("label", {}, bar, "find"));
    stop.push(whenPaused(find, (text) => ask({ quick: text })));
    const count = make("span", { class: "wb-rt-tally", role: "status", "aria-live": "polite" }, bar);
    const clear = button(bar, "wb-rt-clear", "clear filters", "Show all rows again", () => {
        for (const input of inputs.values()) input.value = "";
        find.value = "";
        ask({ filters: {}, quick: "" });
    });
    const chooser = make("details", { class: "wb-rt-columns" }, bar);
    const chosen = make("summary", { title: "Which columns are shown" }, chooser);
    const choices = make("div", { class: "wb-rt-choices" }, chooser);
    chooser.addEventListener("keydown", (event) => { if (event.key === "Escape") { chooser.open = false; chosen.focus(); } });

    function button(parent, hook, text, title, act) {
        const made = make("button", { type: "button", class: hook, title, "aria-label": title }, parent, text);
        made.addEventListener("click", act);
        return made;
    }

    const first = button(foot, "wb-rt-first", "|\u25c0", "First page (Ctrl Home)", () => turn(1));
    const back = button(foot, "wb-rt-back", "\u25c0", "Page before (Page Up)", () => turn(model.get("page") - 1));
    const jump = make("input", { type: "number", class: "wb-rt-page", min: 1, step: 1, title: "Go to this page" }, make("label", {}, foot, "page"));
    const pages = make("span", { class: "wb-rt-pages" }, foot);
    const next = button(foot, "wb-rt-next", "\u25b6", "Next page (Page Down)", () => turn(model.get("page") + 1));
    const last = button(foot, "wb-rt-last", "\u25b6|", "Last page (Ctrl End)", () => turn(model.get("shown").pages));
    const size = make("select", { class: "wb-rt-size", title: "Rows of a page" }, make("label", {}, foot, "rows a page"));
    const told = make("span", { class: "wb-rt-told", role: "status" }, foot);
    const go = () => { turn(Math.round(Number(jump.value)) || 1); jump.value = model.get("page"); };
    jump.addEventListener("change", go);
    jump.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
    size.addEventListener("change", () => ask({ page_size: Number(size.value) }));

    function drawSizes() {
        const sizes = [...new Set([25, 50, 100, 200, model.get("page_size")])].sort((a, b) => a - b);
        size.replaceChildren(...sizes.map((one) => make("option", { value: one }, null, String(one))));
        size.value = model.get("page_size");
    }

    function drawChoices() {
        const names = new Set(model.get("visible"));
        const blank = columns().filter((one) => one.is_blank).length;
        chosen.textContent = `columns: ${names.size} of ${columns().length}`;
        choices.replaceChildren();
        const set = (wanted) => { ask({ visible: columns().map((one) => one.name).filter(wanted) }, { keepPage: true }); };
        const tools = make("div", { class: "wb-rt-bar" }, choices);
        button(tools, "wb-rt-all", "all", "Show all columns", () => set(() => true));
        button(tools, "wb-rt-filled", blank ? `without ${blank} blank` : "all that hold something", "Show the columns that hold something",
            () => set((name) => !columns().find((one) => one.name === name).is_blank));
        const list = make("div", { class: "wb-rt-list" }, choices);
        for (const one of columns()) {
            const label = make("label", { title: one.meaning, class: one.is_blank ? "wb-rt-blank" : "" }, list);
            const box = make("input", { type: "checkbox", "data-column": one.name }, label);
            box.checked = names.has(one.name);
            label.append(` ${one.label}${one.unit ? ` (${one.unit})` : ""}`);
            box.addEventListener("change", () => {
                const now = new Set(model.get("visible"));
                if (box.checked) now.add(one.name); else now.delete(one.name);
                if (now.size) set((name) => now.has(name)); else box.checked = true;
            });
        }
    }

    // ------------------------------------------------------------------------------------------------------- header

    // Built anew only when the columns change, so that a filter keeps its focus while pages come and go.
    function drawHead() {
        head.replaceChildren();
        [inputs, headers] = [new Map(), new Map()];
        const names = make("tr", {}, head), filters = make("tr", { class: "wb-rt-filters" }, head);
        const typed = model.get("filters");
        for (const one of visible()) {
            const kind = `wb-rt-${one.kind}`;
            const cell = make("th", { scope: "col", class: kind, "data-column": one.name }, names);
            const act = make("button", { type: "button", title: `${one.name}: ${one.meaning || one.label}. Click sorts.` }, cell);
            make("span", {}, act, one.label);
            if (one.unit) make("small", {}, act, ` (${one.unit})`);
            make("i", { "aria-hidden": "true" }, act);
            act.addEventListener("click", () => sort(one.name));
            headers.set(one.name, cell);
            const input = make("input", { type: "text", spellcheck: "false", title: one.help, "aria-label": `filter ${one.label}`, "data-column": one.name },
                make("td", { class: kind }, filters));
            input.value = typed[one.name] ?? "";
            stop.push(whenPaused(input, (text) => filter(one.name, text)));
            input.addEventListener("keydown", (event) => { if (event.key === "Escape" && input.value) { input.value = ""; filter(one.name, ""); } });
            if (one.terms.length) {
                const id = `${root.dataset.id}-${one.name}`;
                make("datalist", { id }, input.parentElement).append(...one.terms.map((term) => make("option", { value: `=${term}` })));
                input.setAttribute("list", id);
            }
            inputs.set(one.name, input);
        }
        drawSort();
    }

    function drawSort() {
        for (const [name, cell] of headers) {
            const order = name !== model.get("sort_by") ? "none" : model.get("is_descending") ? "descending" : "ascending";
            cell.setAttribute("aria-sort", order);
            cell.querySelector("i").textContent = ARROW[order];
        }
    }

    // --------------------------------------------------------------------------------------------------------- rows

    function fill(cell, one, value) {
        if (value === null || value === undefined) {
            make("span", { class: "wb-rt-unknown", title: "blank: not known" }, cell, "\u2013");
            return;
        }
        const [words, whole] = Array.isArray(value) ? value : [value, ""];
        if (whole) cell.title = whole;
        if (one.kind === "uid") return fillUids(cell, words.split(", "));
        // A value of an object may be a UID as well; a number of a section is none.
        if (one.kind === "text" && UID.test(words) && short(words) !== words) return fillUids(cell, [words]);
        if (one.kind === "file") return fillFile(cell, words);
        if (one.kind === "path") return fillPath(cell, words);
        const mark = one.kind === "term" ? model.get("marks")[words] : undefined;
        if (!mark) { cell.textContent = words; if (one.kind === "text" && words.length > 60) cell.title = words; return; }
        const span = make("span", { class: `wb-rt-${mark[1]}` }, cell);
        make("i", { "aria-hidden": "true" }, span, mark[0]);
        span.append(words);
    }

    function fillUids(cell, uids) {
        for (const uid of uids.slice(0, MOST_UIDS)) fillShort(cell, uid, short(uid), { "data-uid": uid });
        if (uids.length > MOST_UIDS) make("span", { title: uids.join("\n") }, cell, `+${uids.length - MOST_UIDS}`);
    }

    function fillFile(cell, file) {
        fillShort(cell, file, shortFile(file), { "data-file": file });
    }

    function fillShort(cell, whole, shown, data) {
        const made = make("button", { type: "button", class: "wb-rt-copy", tabindex: -1, title: `${whole} (click to copy)`, ...data }, cell, shown);
        made.addEventListener("click", (event) => { event.stopPropagation(); copy(whole, shown); });
    }

    // A place in an object goes on in the next line behind a dot; a keyword that is wider than its column, before a capital.
    function fillPath(cell, path) {
        for (const step of path.match(/[^.]+\.?/g) ?? []) {
            const piece = make("span", { class: "wb-rt-step" }, cell);
            for (const word of step.split(/(?<=[a-z])(?=[A-Z])/)) piece.append(...(piece.hasChildNodes() ? [document.createElement("wbr")] : []), word);
        }
    }

    async function copy(text, shown) {
        try {
            await navigator.clipboard.writeText(text);
            told.textContent = `copied ${shown}`;
        } catch {
            // A browser gives its clipboard to pages of this machine and of https alone.
            told.textContent = `the browser does not allow copying: ${text}`;
        }
    }

    function drawRows() {
        const page = model.get("shown");
        if (!("number" in page)) return;
        if (page.number < model.get("asked")) { root.dataset.late = Number(root.dataset.late ?? 0) + 1; return; }
        const shown = visible();
        if (page.columns.join() !== shown.map((one) => one.name).join()) return;
        const rows = page.cells.map((cells, i) => {
            const row = make("tr", { "data-place": page.places[i], tabindex: -1 });
            cells.forEach((value, j) => fill(make("td", { class: `wb-rt-${shown[j].kind}`, "data-column": shown[j].name }, row), shown[j], value));
            row.addEventListener("click", () => { hold(row); select(page.places[i]); });
            return row;
        });
        const focused = body.contains(document.activeElement);
        body.replaceChildren(...rows);
        table.setAttribute("aria-rowcount", page.matches);
        tell(page);
        drawSelected();
        if (rows.length) hold(rows[0], focused);
        drawSort();
        scroll.scrollTop = 0;
        root.removeAttribute("aria-busy");
        Object.assign(root.dataset, { number: page.number, matches: page.matches, total: page.total, page: page.page });
    }

    function tell(page) {
        const isWhole = page.matches === page.total;
        const range = page.matches ? `${grouped(page.first)}\u2013${grouped(page.first + page.places.length - 1)} of ${grouped(page.total)}` : `none of ${grouped(page.total)}`;
        count.textContent = page.total ? range + (isWhole || !page.matches ? "" : ` (${grouped(page.matches)} match)`) : "";
        nothing.textContent = page.total ? (page.matches ? "" : "No row matches: clear a filter, or look for less.") : model.get("empty");
        table.hidden = !page.total;
        clear.hidden = !(model.get("quick") || Object.keys(model.get("filters")).length);
        trouble.replaceChildren(...Object.values(page.problems).map((one) => make("div", {}, null, `${one}; the rows are shown without it`)));
        for (const [name, input] of inputs) {
            if (name in page.problems) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
        }
        [jump.value, jump.max] = [page.page, page.pages];
        pages.textContent = `of ${grouped(page.pages)}`;
        [first.disabled, back.disabled] = [page.page <= 1, page.page <= 1];
        [next.disabled, last.disabled] = [page.page >= page.pages, page.page >= page.pages];
        foot.hidden = page.total === 0;
        told.textContent = "";
    }

    function drawSelected() {
        const selected = model.get("selected");
        for (const row of body.children) row.setAttribute("aria-selected", String(Number(row.dataset.place) === selected));
    }

    // One row is in the order of Tab; arrows move among the rows.
    function hold(row, isFocused = false) {
        for (const one of body.children) one.tabIndex = -1;
        row.tabIndex = 0;
        if (isFocused) row.focus();
    }

    table.addEventListener("keydown", (event) => {
        const row = event.target.closest("tbody tr");
        if (!row) return;
        const rows = [...body.children], at = rows.indexOf(row);
        const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
        if (event.ctrlKey && event.key === "Home") turn(1);
        else if (event.ctrlKey && event.key === "End") turn(model.get("shown").pages);
        else if (to !== undefined) { if (rows[to]) { hold(rows[to], true); rows[to].scrollIntoView({ block: "nearest" }); } }
        else if (event.key === "PageDown") turn(model.get("page") + 1);
        else if (event.key === "PageUp") turn(model.get("page") - 1);
        else if (event.target === row && (event.key === "Enter" || event.key === " ")) select(Number(row.dataset.place));
        else if (event.key === "Escape") select(null);
        else return;
        event.preventDefault();
    });

    // -------------------------------------------------------------------------------------------------- the kernel

    const drawEntries = () => {
        if (document.activeElement !== find) find.value = model.get("quick");
        for (const [name, input] of inputs) if (document.activeElement !== input) input.value = model.get("filters")[name] ?? "";
    };
    const drawAll = () => { drawChoices(); drawHead(); drawSizes(); drawEntries(); drawRows(); };
    const heard = {
        "change:columns": () => { drawChoices(); drawHead(); drawRows(); },
        "change:visible": () => { drawChoices(); drawHead(); drawRows(); },
        "change:shown": drawRows,
        "change:selected": drawSelected,
        "change:filters": drawEntries,
        "change:quick": drawEntries,
        "change:page_size": drawSizes,
    };
    for (const [event, act] of Object.entries(heard)) model.on(event, act);
    root.dataset.id = `wb-rt-${Math.random().toString(36).slice(2)}`;
    drawAll();
    return () => {
        for (const [event, act] of Object.entries(heard)) model.off(event, act);
        for (const one of stop) one();
    };
}

export default { render };
