// What the server changed of an element's attributes.
import { getAttribute, namesOf, read } from '../dom/native';
import type { View } from './view';

/** The attributes whose server value is another now, with the one before. */
export function changedAttributes(live: Element, now: Element, view: View): [string, string | null][] {
  const changed: [string, string | null][] = [];
  for (const name of view.names_(live)) {
    const before = view.attribute_(live, name);
    if (before !== getAttribute(now, name)) changed.push([name, before]);
  }
  for (const name of namesOf(now)) if (view.attribute_(live, name) == null) changed.push([name, null]);
  return changed;
}

/** Gives `live` the values that `now` has. */
export function writeAttributes(live: Element, now: Element, changed: [string, string | null][]): void {
  for (const [name, before] of changed) {
    const value = getAttribute(now, name);
    const shown = getAttribute(live, name);
    // The browser hides a nonce once the element is on the page.
    if (shown === value || name == 'nonce') continue;
    try {
      if (name == 'class' && value != null && shown != null) writeClass(live, before ?? '', value, shown);
      else if (value != null) setFrom(live, now, name);
      else remove(live, name);
    } catch (error) {
      // Trusted Types guard it: it stays.
      reportError(error);
    }
  }
  // The browser may have written the value as that of the type before.
  if (changed.some(([name]) => name == 'type') && getAttribute(live, 'value') !== getAttribute(now, 'value')) {
    if (getAttribute(now, 'value') == null) remove(live, 'value');
    else setFrom(live, now, 'value');
  }
}

const call = <A extends unknown[]>(own: (...values: A) => unknown, element: Element, ...values: A) => own.apply(element, values);

/** As a node, for the parser accepts names that setAttribute refuses. */
function setFrom(live: Element, now: Element, name: string): void {
  const attribute = Element.prototype.getAttributeNode.call(now, name)!.cloneNode() as Attr;
  call(Element.prototype.setAttributeNode, live, attribute);
}

function remove(live: Element, name: string): void {
  // Without its attribute alone a modal dialog would stay in the top layer.
  if (name == 'open' && live instanceof HTMLDialogElement) live.close();
  call(Element.prototype.removeAttribute, live, name);
}

/** Adds and takes away what the server did: other classes are others'. */
function writeClass(live: Element, before: string, now: string, shown: string): void {
  const split = (text: string) => text.split(/\s+/);
  const olds = split(before);
  const news = split(now);
  if (shown == before) return call(Element.prototype.setAttribute, live, 'class', now) as void;
  const list = read(live, 'classList');
  for (const name of olds) if (name && !news.includes(name)) list.remove(name);
  for (const name of news) if (name && !olds.includes(name)) list.add(name);
}
