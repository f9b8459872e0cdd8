// What JupyterLab loads of a prebuilt extension: a container of modules as module federation has it, written by hand, so that
// nothing has to be bundled. The modules themselves are plain ES modules beside this file.
(() => {
  const NAME = "ocular-proton-workbench";
  const here = document.currentScript.src;
  let shared = {};

  /** A module of JupyterLab itself, out of the scope that all extensions share: JupyterLab's own copy where there are several. */
  const borrowed = async name => {
    const versions = Object.values(shared[name] ?? {});
    const own = versions.find(one => one.from === "@jupyterlab/application-top") ?? versions[0];
    if (own === undefined) throw new Error(`${NAME}: found no module ${name} in JupyterLab, expected one of JupyterLab 4`);
    return (await own.get())();
  };

  const style = () => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL("viewer.css", here).href;
    document.head.append(link);
    return {};
  };

  const extension = async () => {
    // Voila loads JupyterLab's extensions too, for their widgets; it has neither a launcher nor files to open.
    if (!("@jupyterlab/launcher" in shared)) return { __esModule: true, default: [] };
    const { plugins } = await import(new URL("extension.js", here).href);
    return { __esModule: true, default: await plugins(borrowed) };
  };

  const modules = { "./extension": extension, "./style": style };

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB[NAME] = {
    init: scope => {
      shared = scope;
    },
    get: async name => {
      if (!(name in modules)) throw new Error(`${NAME}: found the request for ${name}, expected ${Object.keys(modules).join(" or ")}`);
      const found = await modules[name]();
      return () => found;
    },
  };
})();
