// Whether the page is dark. JupyterLab, Notebook and Voila write on its body whether their theme is light; a page that does not say is light.
export default {
    initialize({ model }) {
        const tell = () => {
            const is_dark = document.body.dataset.jpThemeLight === "false";
            if (is_dark === model.get("is_dark")) return;
            model.set("is_dark", is_dark);
            model.save_changes();
        };
        const watch = new MutationObserver(tell);
        watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
        tell();
        return () => watch.disconnect();
    },
};
