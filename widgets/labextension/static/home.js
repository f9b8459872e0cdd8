// The launcher tile: a notebook with the Home dashboard, made once in the folder at hand, opened and run.

export const HOME_LABEL = "Ocular Proton Workbench";

const FILE = "ocular-proton-workbench.ipynb";
const SOURCE = `# All dashboards on one data folder. Another folder: wb.Workbench("my-data"). Not a medical device.
import workbench as wb
from workbench_widgets import HomeDashboard

bench = wb.Workbench("workbench-data")
home = HomeDashboard(bench)
home`;

/** A notebook document of one cell. */
export function notebook(source) {
  const cell = { cell_type: "code", id: "home", metadata: {}, execution_count: null, outputs: [], source };
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    cells: [cell],
  };
}

/**
 * Show the Home dashboard: the notebook that is open already, else the one in this folder, else a new one, run.
 *
 * @param app JupyterLab's application
 * @param folder where the notebook is kept, as the file browser names it
 */
export async function openHome(app, folder) {
  const { contents } = app.serviceManager;
  const path = folder && !folder.endsWith(":") ? `${folder}/${FILE}` : `${folder}${FILE}`;
  const open = [...app.shell.widgets("main")].find(widget => widget.context?.path === path);
  if (open !== undefined) {
    app.shell.activateById(open.id);
    return open;
  }
  // The folder is asked for, not the file: what is not there would be an error of the browser's console.
  const { content } = await contents.get(folder, { content: true });
  const isThere = content.some(one => one.name === FILE);
  if (!isThere) await contents.save(path, { type: "notebook", format: "json", content: notebook(SOURCE) });
  const panel = await app.commands.execute("docmanager:open", { path, factory: "Notebook", kernelPreference: { name: "python3" } });
  await panel.context.ready;
  await panel.context.sessionContext.ready;
  await app.commands.execute("notebook:run-all-cells");
  return panel;
}
