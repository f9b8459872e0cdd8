// What the workbench finds wrong with a file: asked of a kernel that is started for the question and shut down after it.

const ANSWER_MS = 120_000;
const MARK = "workbench-findings:";

/**
 * Hold a file against the rows of its object.
 *
 * @param manager JupyterLab's service manager
 * @param path the file, as the file browser names it
 * @param direction one of `created`, `received`, `export` and `import`, as `workbench check --as` has them
 * @returns promise of the findings, each `{path, tag, severity, code, message, place}`
 */
export async function findings(manager, path, direction) {
  const local = manager.contents.localPath(path);
  const folder = local.slice(0, local.lastIndexOf("/") + 1);
  const name = local.slice(folder.length);
  await manager.kernelspecs.ready;
  // The path gives the kernel its folder; the name is of no file, so that no notebook's session is taken.
  const session = await manager.sessions.startNew({
    name: "DICOM check",
    path: `${folder}check-${unusedName()}`,
    type: "file",
    kernel: { name: pythonKernel(manager.kernelspecs.specs) },
  });
  let late;
  try {
    const limit = new Promise((_, reject) => {
      late = setTimeout(() => reject(new Error(`the kernel gave no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
    });
    return await Promise.race([asked(session.kernel, name, direction), limit]);
  } finally {
    clearTimeout(late);
    await session.shutdown();
    session.dispose();
  }
}

/** Browsers give crypto.randomUUID only to pages of https and of this machine. */
const unusedName = () => Date.now().toString(36) + Math.random().toString(36).slice(2);

function pythonKernel(specs) {
  const all = Object.values(specs?.kernelspecs ?? {});
  const found = all.find(one => one.name === specs.default && one.language === "python") ?? all.find(one => one.language === "python");
  if (found === undefined) throw new Error("found no Python kernel, expected one that has the workbench installed");
  return found.name;
}

async function asked(kernel, name, direction) {
  const code = `from workbench_widgets.file_check import findings_as_json
print(${JSON.stringify(MARK)} + findings_as_json(${JSON.stringify(name)}, ${JSON.stringify(direction)}))`;
  let said = "";
  const future = kernel.requestExecute({ code, store_history: false, stop_on_error: true });
  let problem = null;
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === "stream" && content.name === "stdout") said += content.text;
    if (header.msg_type === "error") problem = new Error(content.evalue || content.ename);
  };
  await future.done;
  if (problem) throw problem;
  const at = said.indexOf(MARK);
  if (at < 0) throw new Error("the kernel ended without an answer");
  return JSON.parse(said.slice(at + MARK.length));
}
