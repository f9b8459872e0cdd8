// Names and value representations: PS3.6, the workbench's own private block, and UIDs, from `dictionary.json` beside this file.

/** The VR of a repeating group or element is found by a mask: 50xx3000. */
const MASKED = "x";

export class Dictionary {
  /** @param tables the parsed `dictionary.json` */
  constructor(tables) {
    this.elements = tables.elements;
    this.privates = tables.private;
    this.uids = new Map(Object.entries(tables.uids));
    this.masks = Object.entries(tables.repeaters).map(([mask, entry]) => [new RegExp(`^${mask.replaceAll(MASKED, "[0-9A-F]")}$`), entry]);
  }

  static async load() {
    const answer = await fetch(new URL("dictionary.json", import.meta.url));
    if (!answer.ok) throw new Error(`dictionary.json: found status ${answer.status}, expected 200`);
    return new Dictionary(await answer.json());
  }

  /**
   * What is known of an element: `{vr, name}`, undefined when nothing is.
   *
   * @param tag eight hexadecimal digits
   * @param creator the private creator of the element's block, where it has one
   */
  find(tag, creator) {
    if (isPrivate(tag)) {
      if (isCreator(tag)) return { vr: "LO", name: "Private Creator" };
      return entry(this.privates[creator]?.[`${tag.slice(0, 4)}${tag.slice(6)}`]);
    }
    if (tag.slice(4) === "0000") return { vr: "UL", name: "Group Length" };
    return entry(this.elements[tag] ?? this.masks.find(([mask]) => mask.test(tag))?.[1]);
  }

  /** The name of a UID that the standard gives one. */
  uidName(uid) {
    return this.uids.get(uid);
  }
}

const entry = found => (found === undefined ? undefined : { vr: found[0], name: found[1] });

/** Odd groups are private (PS3.5 7.8). */
export const isPrivate = tag => parseInt(tag[3], 16) % 2 === 1;

/** (gggg,0010-00FF) of a private group reserves a block. */
export const isCreator = tag => tag.slice(4, 6) === "00" && parseInt(tag.slice(6), 16) >= 0x10;
