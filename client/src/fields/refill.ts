// From the entries of a submitted form back to the values of its fields.

import { call } from '../dom/native';
import { type Field, kindOf, optionsValue } from './kinds';

/**
 * The value that each field had when the form gave these entries, names and values in turn. Several fields of one name take theirs in their order. A box
 * without an entry wasn't ticked.
 */
export function refilled(fields: Field[], entries: string[]): [Field, string][] {
  const left = new Map<string, string[]>();
  for (let i = 0; i < entries.length; i += 2) left.set(entries[i]!, [...(left.get(entries[i]!) ?? []), entries[i + 1]!]);
  const found: [Field, string][] = [];
  for (const field of fields) {
    const name = call(field, 'getAttribute', 'name');
    if (!name || call(field, 'matches', ':disabled,[type=file]') || kindOf(field)!.isRich) continue;
    const values = left.get(name) ?? [];
    const { multiple } = field as HTMLSelectElement;
    if (call(field, 'matches', '[type=checkbox]')) {
      const at = values.indexOf((field as HTMLInputElement).value);
      if (at >= 0) values.splice(at, 1);
      found.push([field, at < 0 ? '' : '1']);
    } else if (field instanceof HTMLSelectElement) {
      const own = new Set(Array.from(field.options, ({ value }) => value));
      const chosen = multiple ? values.filter((value) => own.has(value)) : values.slice(0, 1);
      left.set(name, multiple ? values.filter((value) => !own.has(value)) : values.slice(1));
      found.push([field, optionsValue(chosen)]);
    } else if (values.length) {
      found.push([field, values.shift()!]);
    }
  }
  return found;
}
