// From what the user does to the events that the server gets. One listener a kind, on the root.

import { contents, type Field, formFields } from './forms';
import { loadingMarks } from './loading';
import type { Encodable } from './msgpack';
import { attr, root } from './page';
import { flushWaiting, paced } from './rate';
import { isLocked, isPatching, push } from './session';
import { hasEnded } from './status';

// What the DOM fires, where the attribute has another name.
const NAMES: Record<string, string> = { input: 'change', focusin: 'focus', focusout: 'blur' };

let typedIn: EventTarget | null;

export function listen(): void {
  for (const name of ['click', 'submit', 'input', 'change', 'keydown', 'keyup', 'focusin', 'focusout'])
    root.addEventListener(name, (event) => handle(event, NAMES[name] ?? name));
}

/** Sends an event from the page's own script. False where it had to be dropped. */
export const pushNamed = (name: string, values: Record<string, unknown> = {}): boolean =>
  push({ fields_: trim([name, Object.entries(values).flat().map(String)]), marks_: () => [] });

/** Brings the event to the nearest element that handles it, then to those around it, up to one with `data-lv-stop`. */
function handle(event: any, type: string): void {
  const { target } = event;
  if (isPatching() || hasEnded() || isRepeated(event)) return;
  if (type == 'blur' || type == 'submit') flushWaiting();
  let element: Element | null = target;
  while ((element = element!.closest(`[data-lv-${type}],[data-lv-stop]`)) && root.contains(element)) {
    const handler = element;
    if (attr(handler, type) != null && isMeant(event, type, handler)) {
      if (type == 'submit' || attr(handler, 'prevent') != null || (type == 'click' && handler.matches('a,button')))
        event.preventDefault();
      paced(handler, type, () => fire(event, type, handler), type == 'change' ? target : undefined);
    }
    if (attr(handler, 'stop') != null) return event.stopPropagation();
    element = handler.parentElement;
  }
}

/** Whether this `change` tells only what an `input` has told. */
function isRepeated({ type, target }: Event): boolean {
  const repeated = type == 'change' && target == typedIn;
  if (type == 'input' || repeated) typedIn = repeated ? null : target;
  return repeated;
}

/** Whether the key is one of `data-lv-key`, and focus came from or goes to somewhere else. */
function isMeant({ key, code, isComposing, relatedTarget }: any, type: string, element: Element): boolean {
  if (!isKey(type)) return !relatedTarget || !element.contains(relatedTarget);
  const keys = attr(element, 'key')?.split(' ');
  return !isComposing && (!keys || keys.includes(key) || keys.includes(code));
}

const isKey = (type: string): boolean => type[0] == 'k';

function fire(event: any, type: string, element: Element): void {
  const { target, submitter } = event;
  const form_ = type == 'submit' ? target : undefined;
  if (form_ && isLocked(form_)) return;
  push({
    fields_: describe(event, type, element, target),
    marks_: () => loadingMarks(element, submitter),
    field_: type == 'change' ? target : undefined,
    form_,
    submitted_: form_ && contents(form_),
  });
}

/** `name, values, form, target, key, modifiers`. */
function describe(event: any, type: string, element: any, target: Field): Encodable[] {
  const changes = type == 'change';
  const form = (type == 'submit' ? target : changes && target.form) as HTMLFormElement | null;
  const field = changes ? target : element;
  const values: string[] = [];
  let fields: string[] = [];
  for (const { name, value } of element.attributes) if (name.startsWith('data-lv-value-')) values.push(name.slice(14), value);
  if (form) fields = formFields(form, event.submitter);
  else if ((changes || field.value) && !field.matches('[type=checkbox]:not(:checked)'))
    (changes ? fields : values).push((changes && field.name) || 'value', '' + (field.value ?? ''));
  if (changes) values.push('_target', field.name ?? '');
  return trim([
    attr(element, type),
    values,
    fields,
    attr(element, 'target'),
    isKey(type) && event.key,
    event.shiftKey | (event.ctrlKey << 1) | (event.altKey << 2) | (event.metaKey << 3),
  ]);
}

/** Empty fields become nil, and at the end nothing. */
function trim(fields: any[]): Encodable[] {
  const full = fields.map((field) => (field?.length || field > 0 ? field : null));
  while (full.at(-1) == null) full.pop();
  return full;
}
