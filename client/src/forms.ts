// Form fields, as an event carries them and as they are handed back to the server.

import { mark, unmark } from './marks';

export type Field = HTMLInputElement & HTMLSelectElement;

/** The form's fields as a flat list of names and values; a file stands as its name. */
export const formFields = (form: HTMLFormElement, submitter?: HTMLElement): string[] =>
  [...new FormData(form, submitter)].flatMap(([name, value]) => [name, (value as File).name ?? value]);

/** All that the user may have changed in a form, as one text a field. */
export const contents = (form: HTMLFormElement): [Field, string][] =>
  Array.from(form.elements as HTMLCollectionOf<Field>, (field) => [field, content(field)]);

const content = (field: Field): string =>
  field.value + field.checked + Array.from(field.selectedOptions ?? [], ({ index }) => index);

/** The form's fields take the server's values, but for those edited since they were `submitted`. */
export function giveBack(form: HTMLFormElement, submitted: [Field, string][]): void {
  // A reset passes over fields that are, for the moment, of no form.
  mark(submitted.flatMap(([field, before]) => (content(field) == before ? [] : [[field, 'form', '']])));
  // A field named "reset" would hide the method.
  HTMLFormElement.prototype.reset.call(form);
  unmark();
}
