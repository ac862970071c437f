// The types of fields: their markup, how a person edits them, and how their values read. All values are strings; several are joined by a comma.
import { h } from './app.mjs';

/** Selects all of a text, and types another in its place. */
const retype = async (tab, selector, value) => {
  await tab.focus(selector);
  await tab.keyboard.press('Control+a');
  await tab.keyboard.type(value);
};

const options = (all, chosen) => all.map((value) => `<option value="${value}"${chosen.split(',').includes(value) ? ' selected=""' : ''}>${value}</option>`).join('');

const COLORS = ['a', 'b', 'c', 'd'];

/**
 * A type:
 * - `html(value, attributes, id)`: the field, whose name is its id, with the server's value.
 * - `edit(tab, id, value)`: what a person does to have the value there.
 * - `server`, `user`, `later`, `other`: the server's value at first, the user's, what the user makes of that, and the server's later one.
 * - `read`: runs in the page with the id, gives what the user sees.
 * - `text`: a caret is in it, and what is typed since an event is kept apart from what the event had.
 */
export const TYPES = {
  text: {
    text: true,
    html: (value, attributes, id = 'f') => `<input id="${id}" name="${id}" value="${h(value)}" ${attributes}>`,
    edit: (tab, id, value) => retype(tab, `#${id}`, value),
    server: 'one',
    user: 'mine',
    later: 'mine too',
    other: 'theirs',
  },
  textarea: {
    text: true,
    html: (value, attributes, id = 'f') => `<textarea id="${id}" name="${id}" ${attributes}>${h(value)}</textarea>`,
    edit: (tab, id, value) => retype(tab, `#${id}`, value),
    server: 'one',
    user: 'mine',
    later: 'mine too',
    other: 'theirs',
  },
  number: {
    html: (value, attributes, id = 'f') => `<input id="${id}" name="${id}" type="number" value="${value}" ${attributes}>`,
    edit: (tab, id, value) => retype(tab, `#${id}`, value),
    server: '1',
    user: '22',
    later: '333',
    other: '3',
  },
  date: {
    html: (value, attributes, id = 'f') => `<input id="${id}" name="${id}" type="date" value="${value}" ${attributes}>`,
    // Month, day, year, as en-US has them.
    edit: async (tab, id, value) => {
      const [year, month, day] = value.split('-');
      await tab.evaluate(() => document.activeElement?.blur());
      await tab.focus(`#${id}`);
      await tab.keyboard.type(month + day + year);
    },
    server: '2024-01-01',
    user: '2024-02-12',
    later: '2024-04-14',
    other: '2024-03-13',
  },
  range: {
    html: (value, attributes, id = 'f') => `<input id="${id}" name="${id}" type="range" min="0" max="10" value="${value}" ${attributes}>`,
    edit: async (tab, id, value) => {
      await tab.focus(`#${id}`);
      const way = value - (await tab.inputValue(`#${id}`));
      for (let i = 0; i < Math.abs(way); i++) await tab.keyboard.press(way > 0 ? 'ArrowRight' : 'ArrowLeft');
    },
    server: '5',
    user: '7',
    later: '9',
    other: '2',
  },
  color: {
    html: (value, attributes, id = 'f') => `<input id="${id}" name="${id}" type="color" value="${value}" ${attributes}>`,
    // The browser's own window for it can't be reached; this fires what that fires.
    edit: (tab, id, value) => tab.locator(`#${id}`).fill(value),
    server: '#000000',
    user: '#112233',
    later: '#778899',
    other: '#445566',
  },
  checkbox: {
    html: (value, attributes, id = 'f') => `<input id="${id}" name="${id}" type="checkbox"${value ? ' checked=""' : ''} ${attributes}>`,
    edit: async (tab, id, value) => (await tab.isChecked(`#${id}`)) === !!value || tab.click(`#${id}`),
    read: (id) => (document.querySelector(`#${id}`).checked ? 'on' : ''),
    server: '',
    user: 'on',
    later: '',
    // There is no third value.
    other: undefined,
  },
  radio: {
    html: (value, attributes, id = 'f') => COLORS.map((each) => `<input type="radio" id="${id}-${each}" name="${id}" value="${each}"${each === value ? ' checked=""' : ''} ${attributes}>`).join(''),
    edit: (tab, id, value) => tab.click(`#${id}-${value}`),
    read: (id) => document.querySelector(`[name=${id}]:checked`)?.value ?? '',
    server: 'a',
    user: 'b',
    later: 'd',
    other: 'c',
  },
  select: {
    html: (value, attributes, id = 'f') => `<select id="${id}" name="${id}" ${attributes}>${options(COLORS, value)}</select>`,
    edit: async (tab, id, value) => {
      await tab.focus(`#${id}`);
      const way = await tab.evaluate(([id, value]) => {
        const select = document.getElementById(id);
        return [...select.options].findIndex((option) => option.value === value) - select.selectedIndex;
      }, [id, value]);
      for (let i = 0; i < Math.abs(way); i++) await tab.keyboard.press(way > 0 ? 'ArrowDown' : 'ArrowUp');
    },
    server: 'a',
    user: 'b',
    later: 'd',
    other: 'c',
  },
  multi: {
    html: (value, attributes, id = 'f') => `<select id="${id}" name="${id}" multiple ${attributes}>${options(COLORS, value)}</select>`,
    edit: async (tab, id, value) => {
      const [first, ...more] = value.split(',');
      await tab.click(`#${id} option[value="${first}"]`);
      for (const each of more) await tab.click(`#${id} option[value="${each}"]`, { modifiers: ['Control'] });
    },
    read: (id) => [...document.querySelector(`#${id}`).selectedOptions].map(({ value }) => value).join(),
    server: 'a',
    user: 'b,c',
    later: 'a,d',
    other: 'c,d',
  },
  file: {
    html: (value, attributes, id = 'f') => `<input id="${id}" name="${id}" type="file" ${attributes}>`,
    edit: (tab, id, value) => tab.setInputFiles(`#${id}`, value ? { name: value, mimeType: 'text/plain', buffer: Buffer.from('x') } : []),
    read: (id) => document.querySelector(`#${id}`).files[0]?.name ?? '',
    server: '',
    user: 'mine.txt',
    later: 'later.txt',
    // The server has no say in it, but that it is empty.
    other: undefined,
  },
  // A custom element as they are written: a value attribute for what the page says, a value property for what it holds.
  element: {
    html: (value, attributes, id = 'f') => `<x-field id="${id}" name="${id}" value="${h(value)}" tabindex="0" ${attributes}></x-field>`,
    edit: (tab, id, value) => retype(tab, `#${id}`, value),
    server: 'one',
    user: 'mine',
    later: 'mine too',
    other: 'theirs',
  },
  editable: {
    html: (value, attributes, id = 'f') => `<div id="${id}" contenteditable="" ${attributes}>${h(value)}</div>`,
    edit: (tab, id, value) => retype(tab, `#${id}`, value),
    read: (id) => document.querySelector(`#${id}`).textContent,
    server: 'one',
    user: 'mine',
    later: 'mine too',
    other: 'theirs',
  },
};

for (const [name, type] of Object.entries(TYPES)) Object.assign(type, { name, read: type.read ?? ((id) => document.querySelector(`#${id}`).value) });

/** Defines `x-field`, before the runtime starts. */
export const X_FIELD = `<script>
  customElements.define('x-field', class extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = ['value'];
    #internals = this.attachInternals();
    #input = document.createElement('input');
    #isDirty = false;
    constructor() {
      super();
      this.attachShadow({ mode: 'open', delegatesFocus: true }).append(this.#input);
      this.#input.addEventListener('input', () => (this.#isDirty = true, this.#internals.setFormValue(this.#input.value)));
      this.#input.addEventListener('change', () => this.dispatchEvent(new Event('change', { bubbles: true })));
    }
    get name() { return this.getAttribute('name'); }
    get form() { return this.#internals.form; }
    get type() { return 'x-field'; }
    get defaultValue() { return this.getAttribute('value') ?? ''; }
    get value() { return this.#input.value; }
    set value(text) {
      this.#isDirty = true;
      this.#show(text);
    }
    attributeChangedCallback() { if (!this.#isDirty) this.#show(this.defaultValue); }
    formResetCallback() {
      this.#isDirty = false;
      this.#show(this.defaultValue);
    }
    #show(text) {
      this.#input.value = text;
      this.#internals.setFormValue(text);
    }
  });
</script>`;
