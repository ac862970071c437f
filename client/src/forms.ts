// Form fields: as an event carries them, and as they were while a patch or a reset goes over them.

export type Field = HTMLInputElement & HTMLSelectElement;

/** The form's fields as a flat list of names and values; a file stands as its name. */
export function formFields(form: HTMLFormElement, submitter?: HTMLElement | null): string[] {
  const flat: string[] = [];
  new FormData(form, submitter).forEach((value, name) => flat.push(name, typeof value == 'string' ? value : value.name));
  return flat;
}

/** What a field would add to its form: several values where it is a multiple select, none where it isn't checked. */
export function fieldValues(field: Field): string[] {
  if (field.selectedOptions) return Array.from(field.selectedOptions, (option) => option.value);
  return /^(checkbox|radio)$/.test(field.type) && !field.checked ? [] : [field.value];
}

/** What the user saw in a field at some time. */
export interface Snapshot {
  field_: Field;
  state_: string;
}

export const snapshots = (form: HTMLFormElement): Snapshot[] =>
  Array.from(form.elements as HTMLCollectionOf<Field>, (field_) => ({ field_, state_: state(field_) }));

const state = (field: Field): string => field.checked + fieldValues(field).join();

/** Those of the form's fields that weren't edited since `submitted` take the server's values. */
export function giveBack(form: HTMLFormElement, submitted: Snapshot[]): void {
  // A reset passes over fields that are, for the moment, of no form.
  const apart = submitted
    .filter(({ field_, state_ }) => state(field_) != state_)
    .map(({ field_ }) => {
      const owner = field_.getAttribute('form');
      field_.setAttribute('form', '');
      return () => (owner == null ? field_.removeAttribute('form') : field_.setAttribute('form', owner));
    });
  // A field named "reset" would hide the method.
  HTMLFormElement.prototype.reset.call(form);
  apart.forEach((back) => back());
}

/** Runs `step`, a patch, during which these fields keep what the user put in (see morph.ts). */
export function keeping(fields: Iterable<Field>, step: () => void): void {
  const kept = [...fields];
  for (const field of kept) field.setAttribute('data-lvc-keep', '');
  step();
  for (const field of kept) field.removeAttribute('data-lvc-keep');
}
