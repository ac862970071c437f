// The fields of a form, as an event carries them: names and values in turn.

import { getAttribute, matches, read } from '../dom/native';
import { groupOf, kindOf } from '../fields/kinds';

/** All that the form would send; a file stands as its name. */
export const formEntries = (form: HTMLFormElement, submitter?: HTMLElement | null): string[] =>
  [...new FormData(form, submitter)].flatMap(([name, value]) => [name, typeof value == 'string' ? value : value.name]);

/** What a field holds, as a form would send it. */
export function fieldValues(field: HTMLElement): string[] {
  if (field instanceof HTMLSelectElement) return Array.from(field.selectedOptions, ({ value }) => value);
  if (matches(field, '[type=checkbox],[type=radio]')) return groupOf(field).flatMap(({ checked, value }) => (checked ? value : []));
  return [kindOf(field)!.isRich ? read(field, 'innerText') : '' + ((field as HTMLInputElement).value ?? '')];
}

/** What a field without a form sends. Without a name it is called `value`. */
export const fieldEntries = (field: HTMLElement): string[] =>
  fieldValues(field).flatMap((value) => [getAttribute(field, 'name') || 'value', value]);

/** The `data-lv-value-…` attributes of an element. */
export const valuesOf = (element: Element): string[] =>
  [...read(element, 'attributes')].flatMap(({ name, value }) => (name.startsWith(VALUE) ? [name.slice(VALUE.length), value] : []));

const VALUE = 'data-lv-value-';
