// Form fields, as an event carries them and as they are handed back to the server.

export type Field = HTMLInputElement & HTMLSelectElement;

/** The form's fields as a flat list of names and values; a file stands as its name. */
export const formFields = (form: HTMLFormElement, submitter?: HTMLElement): string[] =>
  [...new FormData(form, submitter)].flat().map((part: any) => part.name ?? part);

/** The form's fields take what was submitted, names and values. What a page hides is its own. */
export function recover(form: HTMLFormElement, fields: string[]): void {
  for (const field of form.elements as any)
    for (let i = 0; i < fields.length; i += 2)
      if (field.name == fields[i] && /^(?!hidden|file|button|submit)/.test(field.type))
        if (/radio|checkbox/.test(field.type)) field.checked ||= field.value == fields[i + 1];
        else field.value = fields[i + 1];
}

/** The form's fields take the server's values, unless one has a change that the server hasn't seen. */
export function giveBack(form: any): void {
  // A field named "reset" would hide the form's own method.
  if (!form.querySelector(':enabled[data-lvc-keep]')) form.__proto__.reset.call(form);
}
