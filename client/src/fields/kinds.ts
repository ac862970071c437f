// What a field is, and what its value is: the one that the user sees, and the one that the server's markup gives it.

import { closest, controls, find, getAttribute, isConnected, matches, ofDocument, read } from '../dom/native';

/** An element whose value a user changes. A radio group is one field: the first of its buttons stands for it. */
export type Field = HTMLElement;

/** How fields of one kind are read and written. A value is text that two equal states share. */
export interface Kind {
  /** What the user sees. */
  value(field: Field): string;
  /** What the markup says: the server's, unless the kind `isCopied`. */
  server(field: Element): string;
  /** Shows `value`. */
  write(field: Field, value: string): void;
  /** Whether the value is text with a place for a caret, of which parts can be told apart. */
  isText?: boolean;
  /** Whether an edit changes the markup itself, so that only a copy of the field as the server has it says the server's value. */
  isCopied?: boolean;
  /** Whether the value is the markup of its content: contenteditable. Only the patcher writes it. */
  isRich?: boolean;
}

type Input = HTMLInputElement;

/** Any native or rich field. Custom elements are found by `isCustom`. */
export const FIELDS = 'input,select,textarea,[contenteditable]';

/** Also custom elements that a form sends. */
export const NAMED = FIELDS + ',[name]';

const BUTTONS = /^(button|submit|reset|image)$/;
const TEXTS = /^(text|search|tel|url|email|password|number)$/;
/** Between the parts of a value that has several: no markup has it. */
const SEPARATOR = '\0';

/** A date or number that isn't one yet: its `value` is empty. */
export const HALF = SEPARATOR + '½';

const plain: Kind = {
  value: (field) => ((field as Input).validity?.badInput ? HALF : '' + ((field as Input).value ?? '')),
  server: (field) => (field as Input).defaultValue,
  write: (field, value) => void ((field as Input).value = value),
};

/** What an input shows of its markup: of that only what it can have. */
function shown(field: Element): string {
  const { type, min, max, step, multiple, defaultValue } = field as Input;
  const fresh = Document.prototype.createElement.call(document, 'input') as Input;
  return Object.assign(fresh, { type, min, max, step, multiple, defaultValue }).value;
}

const hidden: Kind = { ...plain, isCopied: true };

const text: Kind = { ...plain, isText: true };

/** A line of text. */
const line: Kind = {
  ...text,
  server: (field) => {
    const { type, defaultValue } = field as Input;
    return /^[nue]/.test(type) || /[\r\n]/.test(defaultValue) ? shown(field) : defaultValue;
  },
};

/** Dates, ranges, colours: an input whose value is chosen at once. Whatever its markup says, it shows a value that it can have. */
const chosen: Kind = {
  ...plain,
  server: shown,
};

/** A form-associated custom element: `value` is its property by convention, and the attribute gives the server's. */
const custom: Kind = { ...plain, server: (field) => getAttribute(field, 'value') ?? '' };

const box: Kind = {
  value: (field) => ((field as Input).checked ? '1' : ''),
  server: (field) => ((field as Input).defaultChecked ? '1' : ''),
  write: (field, value) => void ((field as Input).checked = !!value),
};

const radio: Kind = {
  value: (field) => groupOf(field).find((each) => each.checked)?.value ?? SEPARATOR,
  // Of several that the markup checks, the last one is checked.
  server: (field) => groupOf(field).findLast((each) => each.defaultChecked)?.value ?? SEPARATOR,
  write: (field, value) => groupOf(field).forEach((each) => (each.checked = each.value == value)),
};

/** A value for each chosen option, with the separator behind it. */
const select: Kind = {
  value: (field) => valuesOf([...(field as HTMLSelectElement).selectedOptions]),
  server: (field) => {
    const list = field as HTMLSelectElement;
    const options = [...list.options];
    const marked = options.filter((option) => option.defaultSelected);
    if (list.multiple || list.size > 1) return valuesOf(marked);
    // One of the list is always chosen: the last marked one, or else the first that can be.
    const one = marked.at(-1) ?? options.find((option) => !matches(option, ':disabled'));
    return valuesOf(one ? [one] : []);
  },
  write: (field, value) => {
    const wanted = value.split(SEPARATOR).slice(0, -1);
    // Each wanted value chooses one option, for several may share one.
    for (const option of (field as HTMLSelectElement).options) {
      const at = wanted.indexOf(option.value);
      option.selected = at >= 0;
      if (at >= 0) wanted.splice(at, 1);
    }
  },
};

const valuesOf = (options: HTMLOptionElement[]): string => options.map(({ value }) => value + SEPARATOR).join('');

/** Only emptied: a script can't choose a file. */
const file: Kind = {
  value: (field) => Array.from((field as Input).files ?? [], ({ name, size, lastModified }) => [name, size, lastModified]).join(SEPARATOR),
  server: () => '',
  write: (field, value) => {
    if (!value) (field as Input).value = '';
  },
};

const content = (field: Element): string => read(field, 'innerHTML');
const rich: Kind = { value: content, server: content, write: () => {}, isCopied: true, isRich: true };

const INPUTS: Record<string, Kind> = { checkbox: box, radio, file, hidden };

/** The kind of an element, or nothing if it isn't a field. */
export function kindOf(element: Element): Kind | undefined {
  if (!(element instanceof HTMLElement)) return;
  const { type } = element as Input;
  switch (read(element, 'localName')) {
    case 'input':
      return BUTTONS.test(type) ? undefined : TEXTS.test(type) ? line : (INPUTS[type] ?? chosen);
    case 'textarea':
      return text;
    case 'select':
      return select;
  }
  if (isCustom(element)) return custom;
  const editable = getAttribute(element, 'contenteditable');
  if (editable != null && editable != 'false') return rich;
}

/** The field that an element stands for: itself, or the first of its radio group. */
export const fieldOf = (element: Element): Field => groupOf(element)[0]!;

/** Whether a field is in the document, and still stands for its radio group. */
export const isCurrent = (field: Field): boolean => isConnected(field) && fieldOf(field) == field;

/** Whether an element is a field whose markup says the server's value, whatever the user does. */
export const isPlain = (element: Element): boolean => !(kindOf(element) ?? { isCopied: true }).isCopied;

/** The form that an element belongs to, by its place or its attribute `form`. */
export function formOf(element: Element): HTMLFormElement | null {
  if ('form' in element && !isForm(element)) return (element as Input).form;
  // A custom element says it to its own `ElementInternals` alone.
  const id = isCustom(element) && getAttribute(element, 'form');
  return id ? find<HTMLFormElement>('form#' + CSS.escape(id)) : (closest(element, 'form') as HTMLFormElement | null);
}

export const isForm = (element: Element): element is HTMLFormElement => element instanceof HTMLFormElement;

/** The fields of a form, each radio group once. */
export const fieldsOf = (form: HTMLFormElement): Field[] => [...new Set(controls(form).filter(kindOf).map(fieldOf))];

/** The radio buttons that exclude each other: those of one name in one form, or in none. Anything else is alone. */
export function groupOf(element: Element): Input[] {
  const { name, form } = element as Input;
  const namesakes = isRadio(element) ? ([...ofDocument('getElementsByName').call(document, name)] as Input[]) : [];
  const members = namesakes.filter((each) => isRadio(each) && each.form == form);
  return members.includes(element as Input) ? members : [element as Input];
}

const isRadio = (element: Element): element is Input => read(element, 'localName') == 'input' && (element as Input).type == 'radio';

const isCustom = (element: Element): boolean => {
  const name = read(element, 'localName');
  return name.includes('-') && !!(customElements.get(name) as { formAssociated?: boolean } | undefined)?.formAssociated;
};
