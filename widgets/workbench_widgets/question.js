// A question as the browser's own modal dialog: it holds the focus, takes Escape for the safe answer, and gives the focus back.

function element(name, attributes, parent) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent.append(made);
    return made;
}

function render({ model, el }) {
    const dialog = element("dialog", { class: "wb-question", role: "alertdialog", "data-lm-suppress-shortcuts": "true" }, el);
    const [title, sentence] = [element("strong", {}, dialog), element("p", {}, dialog)];
    const answers = element("div", { class: "wb-question-answers" }, dialog);
    const [no, yes] = ["no", "yes"].map((one) => element("button", { type: "button", class: `jupyter-button wb-question-${one}` }, answers));
    let isAnswered = false;

    const answer = (word) => {
        isAnswered = true;
        dialog.close();
        model.send({ answer: word });
    };

    // A modal dialog makes all else of the page inert: where it cannot be seen, on a page behind another, it waits until it can.
    const draw = () => {
        [title.textContent, sentence.textContent] = [model.get("title"), model.get("sentence")];
        [no.textContent, yes.textContent] = [model.get("no"), model.get("yes")];
        dialog.setAttribute("aria-label", `${model.get("title")}. ${model.get("sentence")}`);
        const isDue = model.get("is_asked") && !isAnswered && el.getClientRects().length > 0;
        if (isDue && !dialog.open) { dialog.showModal(); no.focus(); }
        if (!model.get("is_asked") && dialog.open) dialog.close();
    };

    no.addEventListener("click", () => answer("no"));
    yes.addEventListener("click", () => answer("yes"));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); answer("no"); });
    const asked = () => { isAnswered = false; draw(); };
    model.on("change:is_asked", asked);
    model.on("change:sentence", draw);
    const watch = new ResizeObserver(draw);
    watch.observe(el);
    draw();
    return () => {
        watch.disconnect();
        model.off("change:is_asked", asked);
        model.off("change:sentence", draw);
        dialog.close();
    };
}

export default { render };
