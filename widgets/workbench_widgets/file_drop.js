// A place to drop files on, or to choose them with a dialog. A file goes to the kernel in parts, each sent when the one before has
// arrived: a server's limit for one message is no limit for a file, and nothing piles up on the way.

const PART_BYTES = 1 << 20;

function render({ model, el }) {
    const root = document.createElement("div");
    root.className = "wb-drop";
    const zone = document.createElement("button");
    zone.type = "button";
    zone.className = "wb-drop-zone";
    const words = document.createElement("span");
    const told = document.createElement("small");
    told.setAttribute("role", "status");
    zone.append(words, told);
    const input = document.createElement("input");
    input.type = "file";
    input.hidden = true;
    input.tabIndex = -1;
    root.append(zone, input);
    el.append(root);

    let sending = null;       // the file on its way: { number, file, at }
    const page = Math.random().toString(36).slice(2);       // two pages may send to one kernel
    let numbers = 0;
    const waiting = [];

    const draw = () => {
        words.textContent = model.get("prompt");
        zone.setAttribute("aria-label", `${model.get("prompt")}. ${model.get("told")}`);
        zone.title = model.get("explained");
        told.textContent = model.get("told");
        input.multiple = model.get("multiple");
        root.dataset.told = model.get("told");
    };

    const take = (files) => {
        const chosen = model.get("multiple") ? [...files] : [...files].slice(0, 1);
        for (const file of chosen) {
            if (file.size > model.get("maximum_bytes")) model.send({ kind: "too large", name: file.name, size: file.size });
            else waiting.push(file);
        }
        next();
    };

    const next = () => {
        if (sending || !waiting.length) return;
        sending = { number: `${page}-${++numbers}`, file: waiting.shift(), at: 0 };
        root.setAttribute("aria-busy", "true");
        part();
    };

    const done = () => {
        sending = null;
        root.removeAttribute("aria-busy");
        next();
    };

    const part = async () => {
        const { number, file, at } = sending;
        try {
            const bytes = await file.slice(at, at + PART_BYTES).arrayBuffer();
            if (!sending || sending.number !== number) return;
            told.textContent = `${file.name}: ${Math.floor(100 * at / Math.max(1, file.size))} %`;
            model.send({ kind: "part", number, name: file.name, size: file.size, at }, undefined, [bytes]);
            sending.at = at + bytes.byteLength;
        } catch {
            // A folder, or a file that went away meanwhile.
            model.send({ kind: "unreadable", name: file.name });
            done();
        }
    };

    const heard = (message) => {
        if (!sending || message.number !== sending.number) return;
        if (message.kind === "next") part();
        else done();
    };

    const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
    const over = (event) => { stop(event); root.classList.add("wb-drop-over"); event.dataTransfer.dropEffect = "copy"; };
    const leave = (event) => { stop(event); if (!root.contains(event.relatedTarget)) root.classList.remove("wb-drop-over"); };
    const drop = (event) => { stop(event); root.classList.remove("wb-drop-over"); take(event.dataTransfer.files); };
    root.addEventListener("dragenter", over);
    root.addEventListener("dragover", over);
    root.addEventListener("dragleave", leave);
    root.addEventListener("drop", drop);
    zone.addEventListener("click", () => input.click());
    input.addEventListener("change", () => { take(input.files); input.value = ""; });

    model.on("msg:custom", heard);
    model.on("change:prompt change:told change:multiple change:explained", draw);
    draw();
    return () => {
        model.off("msg:custom", heard);
        model.off("change:prompt change:told change:multiple change:explained", draw);
        sending = null;
        waiting.length = 0;
    };
}

export default { render };
