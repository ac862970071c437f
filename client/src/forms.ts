// Form fields, as an event carries them and as they are handed back to the server.

export type Field = HTMLInputElement & HTMLSelectElement;

/** The form's fields as a flat list of names and values; a file stands as its name. */
export const formFields = (form: HTMLFormElement, submitter?: HTMLElement): string[] =>
  [...new FormData(form, submitter)].flat().map((part: any) => part.name ?? part);

/** The form's fields take the server's values, unless one has a change that the server hasn't seen. */
export function giveBack(form: any): void {
  // A field named "reset" would hide the form's own method.
  if (!form.querySelector(':enabled[data-lvc-keep]')) form.__proto__.reset.call(form);
}
