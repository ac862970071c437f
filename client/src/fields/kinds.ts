// What a field is, and what its value is: the one that the user sees, and the one that the server's markup gives it.

import { call, controls, find, ofDocument, read } from '../dom/native';

/** An element whose value a user changes. A radio group is one field: the first of its buttons stands for it. */
export type Field = HTMLElement;

/** How fields of one kind are read and written. A value is text that two equal states share. */
export interface Kind {
  /** What the user sees. */
  value(field: Field): string;
  /** What the server's markup says. */
  server(field: Field): string;
  /** Shows `value`. */
  write(field: Field, value: string): void;
  /** Whether the value is text with a place for a caret, of which parts can be told apart. */
  isText?: boolean;
  /** Whether the value is in the markup of its content, which no attribute keeps: contenteditable. */
  isRich?: boolean;
}

type Input = HTMLInputElement;

/** Any native or rich field. Custom elements are found by `isField`. */
export const FIELDS = 'input,select,textarea,[contenteditable]';

/** Also custom elements that a form sends. */
export const NAMED = FIELDS + ',[name]';

const BUTTONS = /^(button|submit|reset|image|hidden)$/;
const TEXTS = /^(text|search|tel|url|email|password|number)$/;
/** Between the parts of a value that has several: no markup has it. */
const SEPARATOR = '\0';

const text: Kind = {
  value: (field) => (field as Input).value,
  server: (field) => (field as Input).defaultValue,
  write: (field, value) => {
    if ((field as Input).value != value) (field as Input).value = value;
  },
  isText: true,
};

/** Dates, ranges, colours: an input whose value is chosen at once. */
const chosen: Kind = { ...text, isText: false };

const box: Kind = {
  value: (field) => ((field as Input).checked ? '1' : ''),
  server: (field) => ((field as Input).defaultChecked ? '1' : ''),
  write: (field, value) => void ((field as Input).checked = !!value),
};

const radio: Kind = {
  value: (field) => group(field as Input).find((each) => each.checked)?.value ?? SEPARATOR,
  // Of several that the markup checks, the last one is checked.
  server: (field) => group(field as Input).findLast((each) => each.defaultChecked)?.value ?? SEPARATOR,
  write: (field, value) => group(field as Input).forEach((each) => (each.checked = each.value == value)),
};

const select: Kind = {
  value: (field) => optionsOf(field, (option) => option.selected),
  server: (field) => {
    const list = field as HTMLSelectElement;
    const marked = optionsOf(field, (option) => option.defaultSelected);
    if (list.multiple || list.size > 1) return marked;
    // One of the list is always chosen: the last marked one, or else the first that can be.
    const one = marked ? marked.split(SEPARATOR).at(-2) : [...list.options].find((option) => !call(option, 'matches', ':disabled'))?.value;
    return one == null ? '' : one + SEPARATOR;
  },
  write: (field, value) => {
    const wanted = value.split(SEPARATOR).slice(0, -1);
    // Each wanted value chooses one option, for several may share one.
    for (const option of (field as HTMLSelectElement).options) {
      const at = wanted.indexOf(option.value);
      if (at >= 0) wanted.splice(at, 1);
      if (option.selected != at >= 0) option.selected = at >= 0;
    }
  },
};

/** Only emptied: a script can't choose a file. */
const file: Kind = {
  value: (field) => Array.from((field as Input).files ?? [], ({ name, size, lastModified }) => [name, size, lastModified]).join(SEPARATOR),
  server: () => '',
  write: (field, value) => {
    if (!value) (field as Input).value = '';
  },
};

/** A form-associated custom element: `value` is its property by convention, and the attribute gives the server's. */
const custom: Kind = {
  value: (field) => '' + ((field as Input).value ?? ''),
  server: (field) => call(field, 'getAttribute', 'value') ?? '',
  write: (field, value) => void ((field as Input).value = value),
};

const rich: Kind = {
  value: (field) => read(field, 'innerHTML'),
  server: (field) => read(field, 'innerHTML'),
  write: () => {},
  isRich: true,
};

/** The kind of an element, or nothing if it isn't a field. */
export function kindOf(element: Element): Kind | undefined {
  switch (read(element, 'localName')) {
    case 'input': {
      const { type } = element as Input;
      if (BUTTONS.test(type)) return;
      if (TEXTS.test(type)) return text;
      return type == 'checkbox' ? box : type == 'radio' ? radio : type == 'file' ? file : chosen;
    }
    case 'textarea':
      return text;
    case 'select':
      return select;
  }
  if (isCustom(element)) return custom;
  const editable = call(element, 'getAttribute', 'contenteditable');
  if (editable != null && editable != 'false') return rich;
}

/** The field that an element stands for: itself, or the first of its radio group. */
export const fieldOf = (element: Element): Field =>
  isRadio(element) ? (group(element)[0] ?? element) : (element as Field);

/** The form that an element belongs to, by its place or its attribute `form`. */
export function formOf(element: Element): HTMLFormElement | null {
  if ('form' in element && !isForm(element)) return (element as Input).form;
  // A custom element says it to its own `ElementInternals` alone.
  const id = isCustom(element) && call(element, 'getAttribute', 'form');
  return id ? find<HTMLFormElement>('form#' + CSS.escape(id)) : (call(element, 'closest', 'form') as HTMLFormElement | null);
}

export const isForm = (element: Element): element is HTMLFormElement => element instanceof HTMLFormElement;

/** The fields of a form, each radio group once. */
export const fieldsOf = (form: HTMLFormElement): Field[] => [...new Set(controls(form).filter(kindOf).map(fieldOf))];

/** The radio buttons that exclude each other: those of one name in one form, or in none. One without a name is alone. */
function group(button: Input): Input[] {
  const name = call(button, 'getAttribute', 'name');
  if (!name) return [button];
  const { form } = button;
  const all = form ? controls(form) : [...ofDocument('getElementsByName').call(document, name)];
  const members = (all as Input[]).filter((each) => isRadio(each) && each.name == name && each.form == form);
  return members.includes(button) ? members : [button];
}

const isRadio = (element: Element): element is Input => read(element, 'localName') == 'input' && (element as Input).type == 'radio';

const optionsOf = (list: Field, takes: (option: HTMLOptionElement) => boolean): string =>
  optionsValue(Array.from((list as HTMLSelectElement).options).filter(takes).map(({ value }) => value));

/** The value of a select with these options chosen. */
const optionsValue = (chosen: string[]): string => chosen.map((value) => value + SEPARATOR).join('');

const isCustom = (element: Element): boolean => {
  const name = read(element, 'localName');
  return name.includes('-') && !!(customElements.get(name) as { formAssociated?: boolean } | undefined)?.formAssociated;
};
