// The two plugins: the launcher tile that opens the dashboards, and the viewer that a double click on a DICOM file opens.

import { HOME_LABEL, openHome } from "./home.js";
import { Viewer } from "./viewer.js";

const FILE_TYPE = "dicom";
const FACTORY = "DICOM viewer";
const MODEL = "dicom-reference";
const OPEN_HOME = "ocular-proton-workbench:open-home";

/** An eye, and the beam that enters it. */
const EYE = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24" fill="none">
  <circle cx="14" cy="12" r="8.5" stroke="#0072B2" stroke-width="2"/>
  <path d="M7 7.5 A6 6 0 0 0 7 16.5" stroke="#56B4E9" stroke-width="2"/>
  <path d="M17.5 6 A8.5 8.5 0 0 1 22 14 A5 5 0 0 1 17.5 6 Z" fill="#D55E00"/>
  <path class="jp-icon3" d="M0 12 H10 M7.5 9.5 L10 12 L7.5 14.5" stroke="#616161" stroke-width="1.6"/>
</svg>`;

/**
 * The plugins, made of JupyterLab's own modules.
 *
 * @param borrowed name of a module of JupyterLab → promise of it
 */
export async function plugins(borrowed) {
  const [launcher, apputils, filebrowser, docregistry, services, widgets, icons] = await Promise.all(
    [
      "@jupyterlab/launcher",
      "@jupyterlab/apputils",
      "@jupyterlab/filebrowser",
      "@jupyterlab/docregistry",
      "@jupyterlab/services",
      "@lumino/widgets",
      "@jupyterlab/ui-components",
    ].map(borrowed),
  );
  const icon = new icons.LabIcon({ name: "ocular-proton-workbench:eye", svgstr: EYE });

  return [
    {
      id: "ocular-proton-workbench:home",
      description: "A launcher tile that opens the dashboards of the Ocular Proton Workbench.",
      autoStart: true,
      optional: [launcher.ILauncher, apputils.ICommandPalette, filebrowser.IDefaultFileBrowser],
      activate: (app, tiles, palette, browser) => {
        app.commands.addCommand(OPEN_HOME, {
          label: HOME_LABEL,
          caption: "Plan, treat and look at an eye: all dashboards on one data folder",
          icon,
          execute: ({ cwd }) => openHome(app, cwd ?? browser?.model.path ?? ""),
        });
        tiles?.add({ command: OPEN_HOME, category: "Other", rank: 0 });
        palette?.addItem({ command: OPEN_HOME, category: HOME_LABEL });
      },
    },
    {
      id: "ocular-proton-workbench:viewer",
      description: "Shows DICOM files: every element, the picture, and what the workbench finds wrong.",
      autoStart: true,
      activate: app => addViewer(app, { docregistry, services, widgets, icon }),
    },
  ];
}

function addViewer(app, { docregistry, services, widgets, icon }) {
  /** Opens a file without fetching it: the viewer refuses what is too large before it is read. */
  class ReferenceModelFactory extends docregistry.Base64ModelFactory {
    get name() {
      return MODEL;
    }
    get fileFormat() {
      return null;
    }
    /** JupyterLab saves no model that others edit as well, and keeps no checkpoint of it: a copy of a patient's file beside it. */
    createNew(options = {}) {
      return super.createNew({ ...options, collaborationEnabled: true });
    }
  }

  class Panel extends widgets.Widget {
    constructor(context) {
      super();
      this.addClass("opw-viewer");
      this.viewer = new Viewer(this.node, { app, services, path: context.path });
      context.ready.then(() => this.viewer.load());
      context.fileChanged.connect(() => this.viewer.load());
    }
    dispose() {
      this.viewer.close();
      super.dispose();
    }
  }

  class Factory extends docregistry.ABCWidgetFactory {
    createNewWidget(context) {
      const shown = new docregistry.DocumentWidget({ content: new Panel(context), context });
      shown.title.icon = icon;
      return shown;
    }
  }

  app.docRegistry.addModelFactory(new ReferenceModelFactory());
  app.docRegistry.addFileType({
    name: FILE_TYPE,
    displayName: "DICOM file",
    extensions: [".dcm", ".dicom"],
    mimeTypes: ["application/dicom"],
    fileFormat: "base64",
    contentType: "file",
    icon,
  });
  app.docRegistry.addWidgetFactory(
    new Factory({ name: FACTORY, modelName: MODEL, fileTypes: [FILE_TYPE], defaultFor: [FILE_TYPE], readOnly: true }),
  );
}
