// The tab of a DICOM file: what it is, its elements as a searchable tree, its picture, and what the workbench finds wrong with it.

import { LIMITS, read } from "./dicom.js";
import { Dictionary } from "./dictionary.js";
import { element as h, replace } from "./page.js";
import { ElementTable } from "./element_table.js";
import { FindingsPanel } from "./findings_panel.js";
import { PicturePanel } from "./picture_panel.js";
import { picture } from "./pixels.js";
import { walk } from "./tree.js";
import { strings } from "./values.js";

const MEGA = 2 ** 20;
let dictionary = null;

/** One file in one node of the page. */
export class Viewer {
  /**
   * @param node where to show it
   * @param app JupyterLab's application
   * @param services the module `@jupyterlab/services`
   * @param path the file, as the file browser names it
   */
  constructor(node, { app, services, path }) {
    this.manager = app.serviceManager;
    this.services = services;
    this.path = path;
    this.isClosed = false;
    this.loads = 0;
    this.node = node;
    node.tabIndex = -1;
    this.table = new ElementTable();
    this.findings = new FindingsPanel(this.manager, path, place => this.table.reveal(place));
    this.say(`Reading ${path} …`);
  }

  /** Read and show the file as it is now; asked again meanwhile, only what was asked for last is shown. */
  async load() {
    if (this.isClosed) return;
    const turn = ++this.loads;
    const isWanted = () => !this.isClosed && turn === this.loads;
    const name = this.path.slice(this.path.lastIndexOf("/") + 1);
    try {
      // A document's own model does not tell the size.
      const { size } = await this.manager.contents.get(this.path, { content: false });
      if (size > LIMITS.fileBytes) {
        throw new Error(`found ${inWords(size)}, expected at most ${inWords(LIMITS.fileBytes)}; read it in Python: pydicom.dcmread(…, defer_size=1024)`);
      }
      dictionary ??= await Dictionary.load();
      const bytes = await this.fetch();
      const file = await read(bytes, dictionary);
      if (isWanted()) this.show(file, { size: bytes.length, name });
    } catch (problem) {
      if (isWanted()) this.say(`${name}: ${problem.message}.`, "fail");
    }
  }

  close() {
    this.isClosed = true;
  }

  async fetch() {
    const { makeRequest } = this.services.ServerConnection;
    const { serverSettings } = this.manager;
    const address = await this.manager.contents.getDownloadUrl(this.path);
    const answer = await makeRequest(address, { cache: "no-store" }, serverSettings);
    if (!answer.ok) throw new Error(`found status ${answer.status} from the server, expected the file`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  show(file, { size, name }) {
    if (file.elements.length + file.meta.length === 0) return void this.say(`${name}: ${file.trouble ?? "found no element, expected some"}.`, "fail");
    this.table.show([...file.meta, ...file.elements], dictionary);
    const shown = picture(file.elements);
    const side = [shown === null ? null : new PicturePanel(shown, file.elements).node, this.findings.node];
    replace(
      this.node,
      header(file, { size, name }),
      file.trouble === null ? null : notice(`${name} cannot be read to its end. ${sentence(file.trouble)}`, "fail"),
      h("div", { className: "opw-columns" }, this.table.node, h("div", { className: "opw-side" }, ...side)),
    );
    this.node.dataset.elements = [...walk(file.elements)].filter(one => one.item === null).length;
  }

  say(words, tone = "info") {
    replace(this.node, notice(words, tone));
  }
}

/** What the file is, in one line. */
function header(file, { size, name }) {
  const value = tag => {
    const found = [...file.elements, ...file.meta].find(one => one.tag === tag);
    return found === undefined ? "" : strings(found).join(" ");
  };
  const kind = dictionary.uidName(value("00080016")) ?? (value("00080016") || "no SOP class");
  const patient = value("00100020");
  const facts = [
    patient ? `patient ${patient}` : "no Patient ID",
    value("300A0002") || value("30020002") || value("0008103E"),
    dictionary.uidName(file.transferSyntax) ?? file.transferSyntax,
    inWords(size),
  ];
  return h("div", { className: "opw-header" }, h("h2", {}, kind), h("span", {}, [name, ...facts].filter(Boolean).join(" · ")));
}

const notice = (words, tone) => {
  const mark = { info: "·", fail: "✕" }[tone];
  return h("div", { className: `opw-notice opw-${tone}`, role: "status" }, h("i", { "aria-hidden": "true" }, mark), h("span", {}, words));
};

const sentence = words => `${words[0].toUpperCase()}${words.slice(1)}.`;
const inWords = bytes => (bytes >= MEGA ? `${(bytes / MEGA).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} kB`);
