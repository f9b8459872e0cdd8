// Elements as rows to show: a tree that is flattened as far as it is opened, and searched as a whole. It knows no page.

import { named } from "./dicom.js";
import { text } from "./values.js";

/** Rows shown at once; a search that finds more asks to be narrowed. */
export const MOST_ROWS = 2000;

/**
 * Every element and item of a tree, outer before inner.
 *
 * @yields `{path, depth, element, item}`: path like `300A03A2[0].300A00C2`; item is the number of an item's own row, else null
 */
export function* walk(elements, prefix = "", depth = 0) {
  for (const element of elements) {
    const path = prefix + element.tag;
    yield { path, depth, element, item: null };
    for (const [item, inside] of (element.items ?? []).entries()) {
      yield { path: `${path}[${item}]`, depth: depth + 1, element, item, size: inside.length };
      yield* walk(inside, `${path}[${item}].`, depth + 2);
    }
  }
}

/** The paths of all that contains a path, outermost first. */
export function containers(path) {
  const found = [];
  for (let at = 0; at < path.length; at += 1) {
    if (path[at] === "[") found.push(path.slice(0, at));
    if (path[at] === "]") found.push(path.slice(0, at + 1));
  }
  return found.filter(one => one !== path);
}

/**
 * The rows to show.
 *
 * @param search words that must all occur in tag, VR, name or value; empty for none
 * @param isOdd show only what is private or unknown
 * @param open Set of paths whose content is shown
 * @returns `{rows, matches, total}`; rows are cut at MOST_ROWS, matches is null when nothing was searched for
 */
export function rows(elements, { search = "", isOdd = false, open }, dictionary) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const isSearching = words.length > 0 || isOdd;
  const shown = [];
  const wanted = new Map();
  let matches = 0;
  let total = 0;
  for (const row of walk(elements)) {
    if (row.item === null) total += 1;
    if (!isSearching) {
      if (containers(row.path).every(one => open.has(one)) && shown.length < MOST_ROWS) shown.push(row);
    } else {
      wanted.set(row.path, row);
      if (row.item === null && fits(row.element, words, isOdd, dictionary)) {
        matches += 1;
        collect(shown, row, wanted);
      }
    }
  }
  return { rows: shown.slice(0, MOST_ROWS), matches: isSearching ? matches : null, total };
}

/** A match, with what it lies in where that is not shown yet. */
function collect(shown, row, seen) {
  if (shown.length >= MOST_ROWS) return;
  for (const path of [...containers(row.path), row.path]) {
    const one = seen.get(path);
    if (!one.isShown) shown.push(Object.assign(one, { isShown: true }));
  }
}

function fits(element, words, isOdd, dictionary) {
  if (isOdd && element.isKnown && !element.isPrivate) return false;
  if (words.length === 0) return true;
  const tag = element.tag.toLowerCase();
  const all = `${named(element.tag)} ${tag} ${element.vr} ${element.name} ${element.items === null ? text(element, dictionary) : ""}`.toLowerCase();
  return words.every(word => all.includes(word));
}
