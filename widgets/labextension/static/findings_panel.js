// What the workbench says of the file, row by row of the conformance statements; asked for by a button, since it takes a kernel.

import { findings } from "./checking.js";
import { element as h, replace } from "./page.js";

const TABLES = [
  ["received", "received over the network"],
  ["created", "created for the network"],
  ["import", "read from a file"],
  ["export", "written to a file"],
];
const MARKS = { error: ["✕", "fail"], warning: ["!", "warn"], info: ["·", "info"] };

export class FindingsPanel {
  /**
   * @param manager JupyterLab's service manager
   * @param path the file, as the file browser names it
   * @param reveal called with the place of a finding that was clicked
   */
  constructor(manager, path, reveal) {
    this.manager = manager;
    this.path = path;
    this.reveal = reveal;
    this.table = h("select", { className: "opw-direction" }, ...TABLES.map(([value, words]) => h("option", { value }, words)));
    this.button = h("button", { type: "button", className: "opw-check", onclick: () => this.check() }, "Check");
    this.result = h("div", { className: "opw-result", role: "status" }, "Held against the rows of the conformance statements, in a kernel of its own.");
    this.node = h(
      "section",
      { className: "opw-findings", "aria-label": "Findings" },
      h("h3", {}, "Findings"),
      h("div", { className: "opw-bar" }, h("label", {}, "as ", this.table), this.button),
      this.result,
    );
  }

  async check() {
    this.button.disabled = true;
    replace(this.result, "Checking …");
    try {
      this.show(await findings(this.manager, this.path, this.table.value));
    } catch (problem) {
      replace(this.result, h("p", { className: "opw-fail" }, `Not checked: ${problem.message}`));
    } finally {
      this.button.disabled = false;
    }
  }

  show(found) {
    const count = severity => found.filter(one => one.severity === severity).length;
    const [errors, warnings] = [count("error"), count("warning")];
    const words = found.length === 0 ? "✓ Nothing found." : `${errors} ${errors === 1 ? "error" : "errors"}, ${warnings} ${warnings === 1 ? "warning" : "warnings"}.`;
    const lines = found.map(one => {
      const [mark, tone] = MARKS[one.severity] ?? MARKS.info;
      const words = [h("b", {}, one.path.split(".").at(-1)), `: ${one.message}`];
      const button = h("button", { type: "button", title: one.path, onclick: () => this.reveal(one.place) }, ...words);
      return h("li", { className: `opw-${tone}`, dataset: { code: one.code, path: one.path } }, h("i", { "aria-label": one.severity }, mark), button);
    });
    replace(this.result, h("p", { className: found.length === 0 ? "opw-pass" : "" }, words), h("ul", {}, ...lines));
  }
}
