// JupyterLab takes arrows and letters for itself while a list to choose from has the focus; in a dashboard they are the list's.
export default {
    initialize() {
        const keep = ({ target }) => {
            if (target instanceof HTMLSelectElement && target.closest(".wb-dashboard")) target.dataset.lmSuppressShortcuts = "true";
        };
        document.addEventListener("focusin", keep);
        return () => document.removeEventListener("focusin", keep);
    },
};
