// What the server changed of an element's attributes.
import { call, getAttribute, namesOf, read } from '../dom/native';

/** The names of attributes whose value is another, with the value before. */
export type Changed = Map<string, string | null>;

/** Which attributes `to` has otherwise than `from`. */
export function changedAttributes(from: Element, to: Element): Changed {
  const changed: Changed = new Map();
  for (const name of [...namesOf(from), ...namesOf(to)]) {
    const before = getAttribute(from, name);
    if (before !== getAttribute(to, name)) changed.set(name, before);
  }
  return changed;
}

/** Gives `live` the values that `now` has. */
export function writeAttributes(live: Element, now: Element, changed: Changed): void {
  // The browser may write the value that a field of another type had.
  if (changed.has('type')) changed.delete('value'), changed.set('value', null);
  for (const [name, before] of changed) {
    const value = getAttribute(now, name);
    const shown = getAttribute(live, name);
    // The browser hides a nonce once the element is on the page.
    if (shown === value || name == 'nonce') continue;
    try {
      if (value == null) {
        // Without its attribute alone a modal dialog would stay in the top layer.
        if (name == 'open' && live instanceof HTMLDialogElement) live.close();
        call(live, 'removeAttribute', name);
      } else if (name == 'class' && shown != null && shown != before) {
        writeClass(read(live, 'classList'), before ?? '', value);
      } else {
        // As a node, for the parser accepts names that setAttribute refuses.
        call(live, 'setAttributeNode', call(now, 'getAttributeNode', name)!.cloneNode() as Attr);
      }
    } catch (error) {
      // Trusted Types guard it: it stays.
      reportError(error);
    }
  }
}

/** Adds and takes away what the server did: other classes are others'. */
function writeClass(list: DOMTokenList, before: string, now: string): void {
  const split = (text: string) => text.split(/\s+/).filter(Boolean);
  const news = split(now);
  list.remove(...split(before).filter((name) => !news.includes(name)));
  list.add(...news.filter((name) => !split(before).includes(name)));
}
