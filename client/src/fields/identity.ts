// Which field a field is: the user's text for record 6 must never end up in record 7.

import { attr } from '../dom/markup';
import { call, closest, getAttribute, read } from '../dom/native';
import { formOf } from './kinds';

/** Elements with a key. Beside a handler of keys the attribute names those. */
const KEYED = '[data-lv-key]:not([data-lv-keydown],[data-lv-keyup])';

const INDEX = /\[\d+\]/g;

/** The same id, else the same name, within the same form id (else event) and the nearest `data-lv-key`. Another identity is another field. */
export function identityOf(element: Element): string {
  const form = formOf(element);
  const own = (name: string) => getAttribute(element, name) ?? '';
  const key = attr(closest(element, KEYED), 'key');
  // The ids of radio buttons tell the buttons of one field apart.
  const id = own('type') == 'radio' ? '' : own('id');
  return JSON.stringify([own('form') || (form && (getAttribute(form, 'id') ?? attr(form, 'submit'))), key, id || nameIn(element, own('name'))]);
}

/** A field's name. In a row with an id or a key of its own the index doesn't count, since it changes when a row above goes. */
function nameIn(element: Element, name: string): string {
  const plain = unindexed(name);
  if (plain == name) return name;
  const row = closest(read(element, 'parentElement') ?? element, '[id]:not(form),' + KEYED);
  if (!row) return name;
  let alike = 0;
  for (const each of call(row, 'getElementsByTagName', '*')) if (unindexed(getAttribute(each, 'name') ?? '') == plain && ++alike > 1) return name;
  return getAttribute(row, 'id') + ' ' + plain;
}

/** `items[][name]` of `items[1][name]`. */
const unindexed = (name: string): string => name.replace(INDEX, '[]');
