// From what the user does to the events that the server gets. One listener a kind, on the root.

import { type Field, fieldValues, formFields, snapshots } from './forms';
import { marksOf } from './loading';
import type { Encodable } from './msgpack';
import { root } from './page';
import { flushWaiting, paced } from './rate';
import { isLocked, isPatching, push } from './session';
import { hasEnded } from './status';

// What the DOM fires, and the attribute that handles it.
const TYPES = {
  click: 'click',
  submit: 'submit',
  input: 'change',
  change: 'change',
  keydown: 'keydown',
  keyup: 'keyup',
  focusin: 'focus',
  focusout: 'blur',
};

// A click on one of these would leave the page.
const LEAVING = 'a,button:not([type]),form:not([data-lv-submit]) [type=submit]';

let typedIn: EventTarget | undefined;

export function listen(): void {
  for (const [name, type] of Object.entries(TYPES)) root.addEventListener(name, (event) => handle(event, type));
}

/** Sends an event from the page's own script. False where it had to be dropped. */
export const pushNamed = (name: string, values: Record<string, unknown> = {}): boolean =>
  push({ fields_: trim([name, Object.entries(values).flat().map(String)]), marks_: [] });

/** Brings the event to the nearest element that handles it, then to those around it, up to one with `data-lv-stop`. */
function handle(event: any, type: string): void {
  const target: Field = event.target;
  if (isPatching() || hasEnded() || isRepeated(event)) return;
  if (type == 'blur' || type == 'submit') flushWaiting();
  const attribute = 'data-lv-' + type;
  const next = (from: Element | null | undefined): Element | null =>
    from?.closest(`[${attribute}],[data-lv-stop]`) ?? null;
  for (let element = next(target); element && root.contains(element); element = next(element.parentElement)) {
    if (element.hasAttribute(attribute) && isMeant(event, type, element)) {
      if (type == 'submit' || element.hasAttribute('data-lv-prevent') || (type == 'click' && element.matches(LEAVING)))
        event.preventDefault();
      const handler = element;
      paced(handler, type, () => fire(event, type, handler), type == 'change' ? target : undefined);
    }
    if (!element.hasAttribute('data-lv-stop')) continue;
    event.stopPropagation();
    return;
  }
}

/** Whether this `change` tells only what an `input` has told. */
function isRepeated({ type, target }: Event): boolean {
  const repeated = type == 'change' && target == typedIn;
  if (type == 'input' || repeated) typedIn = repeated ? undefined : target!;
  return repeated;
}

/** Whether the key is one of `data-lv-key`, and focus came from or goes to somewhere else. */
function isMeant(event: any, type: string, element: Element): boolean {
  const keys = element.getAttribute('data-lv-key')?.split(/\s+/);
  if (isKey(type)) return !event.isComposing && (!keys || keys.includes(event.key) || keys.includes(event.code));
  return !(event.relatedTarget && element.contains(event.relatedTarget));
}

const isKey = (type: string): boolean => type[0] == 'k';

function fire(event: any, type: string, element: Element): void {
  const { target, submitter } = event;
  const submits = type == 'submit';
  if (submits && isLocked(target)) return;
  push({
    fields_: describe(event, type, element, target),
    marks_: marksOf(element, submitter),
    ...(type == 'change' && { field_: target }),
    ...(submits && { form_: target, submitted_: snapshots(target) }),
  });
}

/** `name, values, form, target, key, modifiers`. */
function describe(event: any, type: string, element: Element, target: Field): Encodable[] {
  const changes = type == 'change';
  const values: string[] = [];
  for (const { name, value } of element.attributes) if (name.startsWith('data-lv-value-')) values.push(name.slice(14), value);
  if (changes) values.push('_target', target.name ?? '');

  let form: string[] = [];
  const field = changes ? target : (element as Field);
  const owner: HTMLFormElement | false | null = type == 'submit' ? event.target : changes && target.form;
  if (owner) form = formFields(owner, event.submitter);
  else if (field.matches('input,select,textarea,button[value]'))
    for (const value of fieldValues(field)) changes ? form.push(field.name || 'value', value) : values.push('value', value);

  return trim([
    element.getAttribute('data-lv-' + type),
    values,
    form,
    element.getAttribute('data-lv-target'),
    isKey(type) ? event.key : null,
    event.shiftKey | (event.ctrlKey << 1) | (event.altKey << 2) | (event.metaKey << 3),
  ]);
}

/** Empty fields become nil, and at the end nothing. */
function trim(fields: any[]): Encodable[] {
  const [name, ...rest] = fields.map((field) => (field?.length || field > 0 ? field : null));
  while (rest.length && rest.at(-1) == null) rest.pop();
  return [name ?? '', ...rest];
}
