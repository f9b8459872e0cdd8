// Elements of the page. Text from a file is always text, never markup.

/**
 * An element with properties, attributes and children.
 *
 * @param properties `className`, `dataset`, `on…` handlers and other properties; names with a dash and `role` are attributes
 * @param children nodes or text; null is left out
 */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "dataset") Object.assign(node.dataset, value);
    else if (key.includes("-") || ["role", "for", "colspan"].includes(key)) node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children.filter(one => one !== null));
  return node;
}

/** Show these and nothing else. */
export function replace(node, ...children) {
  node.replaceChildren(...children.filter(one => one !== null));
}

/** Call it once for a burst of events. */
export function calmly(action, delay_ms = 120) {
  let due;
  return () => {
    clearTimeout(due);
    due = setTimeout(action, delay_ms);
  };
}
