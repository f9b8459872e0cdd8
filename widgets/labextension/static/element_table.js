// The elements of a file as a table that opens like a tree, with a search over all of it.

import { named } from "./dicom.js";
import { calmly, element as h, replace } from "./page.js";
import { MOST_ROWS, containers, rows } from "./tree.js";
import { text } from "./values.js";

export class ElementTable {
  constructor() {
    this.elements = [];
    this.dictionary = null;
    this.open = new Set();
    this.search = h("input", {
      type: "search",
      className: "opw-search",
      placeholder: "tag, name, VR or value",
      "aria-label": "Search elements by tag, name, VR or value",
      oninput: calmly(() => this.refresh()),
    });
    this.odd = h("input", { type: "checkbox", className: "opw-odd", onchange: () => this.refresh() });
    this.count = h("span", { className: "opw-count", role: "status" });
    this.body = h("tbody", { onclick: event => this.toggle(event) });
    const head = ["tag", "VR", "name", "value"].map(name => h("th", { scope: "col" }, name));
    const table = h("table", { className: "opw-table" }, h("thead", {}, h("tr", {}, ...head)), this.body);
    this.node = h(
      "section",
      { className: "opw-elements", "aria-label": "Elements" },
      h("div", { className: "opw-bar" }, h("label", {}, "find ", this.search), h("label", {}, this.odd, " private or unknown only"), this.count),
      h("div", { className: "opw-scroll" }, table),
    );
  }

  show(elements, dictionary) {
    this.elements = elements;
    this.dictionary = dictionary;
    this.refresh();
  }

  /** Open all that holds this element, and show it. */
  reveal(path) {
    for (const one of containers(path)) this.open.add(one);
    this.search.value = "";
    this.odd.checked = false;
    this.refresh();
    // A missing element is not there to be shown; what should hold it is.
    const place = [path, ...containers(path).reverse()].find(one => this.row(one));
    const row = place && this.row(place);
    for (const old of this.body.querySelectorAll(".opw-found")) old.classList.remove("opw-found");
    row?.classList.add("opw-found");
    row?.scrollIntoView({ block: "center" });
  }

  row(path) {
    return this.body.querySelector(`[data-path="${path}"]`);
  }

  refresh() {
    if (this.dictionary === null) return;
    const wanted = { search: this.search.value, isOdd: this.odd.checked, open: this.open };
    const found = rows(this.elements, wanted, this.dictionary);
    const isCut = found.rows.length === MOST_ROWS;
    const all = found.total === 1 ? "1 element" : `${found.total} elements`;
    const told = found.matches === null ? all : `${found.matches} of ${all}`;
    this.count.textContent = isCut ? `${told}, the first ${MOST_ROWS} rows` : told;
    replace(this.body, ...found.rows.map(one => this.line(one, found.matches !== null)));
  }

  line({ path, depth, element, item, size }, isSearching) {
    const holds = item === null ? element.items?.length > 0 : size > 0;
    const isOpen = isSearching || this.open.has(path);
    const label = item === null ? named(element.tag) : `item ${item + 1}`;
    const tag = holds
      ? h("button", { type: "button", className: "opw-toggle", "aria-expanded": String(isOpen), disabled: isSearching, dataset: { path } }, label)
      : h("span", {}, label);
    const cells =
      item === null
        ? [element.vr, h("span", { title: element.name }, element.name), text(element, this.dictionary)]
        : ["", "", size === 1 ? "1 element" : `${size} elements`];
    const kind = item !== null ? "opw-item" : element.isPrivate ? "opw-private" : element.isKnown ? "" : "opw-unknown";
    const first = h("td", { className: "opw-tag" }, tag);
    first.style.paddingLeft = `${6 + depth * 10}px`;
    return h("tr", { className: kind, dataset: { path } }, first, ...cells.map((one, number) => h("td", { className: ["opw-vr", "opw-name", "opw-value"][number] }, one)));
  }

  toggle(event) {
    const path = event.target.closest(".opw-toggle")?.dataset.path;
    if (path === undefined) return;
    const isOpen = this.open.delete(path);
    if (!isOpen) {
      this.open.add(path);
      // A single item has nothing to choose from: it opens with its sequence.
      if (!path.endsWith("]")) this.open.add(`${path}[0]`);
    }
    this.refresh();
    this.row(path)?.querySelector("button").focus();
  }
}
