// From what the user does to the events that the server gets: one listener a type, on the root.

import { attr } from '../dom/markup';
import { call } from '../dom/native';
import type { Fields } from '../fields/fields';
import { type Field, fieldOf, fieldsOf, formOf, isForm, kindOf, NAMED } from '../fields/kinds';
import type { EventFields } from '../wire/frames';
import type { LiveEvent } from '../session/queue';
import { Clicks } from './clicks';
import { fieldEntries, formEntries, textOf, valuesOf } from './entries';
import { handlersOf } from './handlers';
import { Rate } from './rate';

/** What an event is made of; the session adds what it knows. */
export type Draft = Omit<LiveEvent, 'seen' | 'at'>;

/** What the listener needs of its session. */
export interface Listening {
  /** The page's markup is being patched, or the session has ended: what the DOM fires is no act of the user's. */
  isDeaf(event: Event): boolean;
  push(draft: Draft): void;
}

type Type = 'change' | 'submit' | 'click' | 'focus' | 'blur' | 'keydown' | 'keyup';

/** What happened to whom. */
interface Act {
  type: Type;
  target: HTMLElement;
  event?: Event | undefined;
}

const MODIFIERS = ['shiftKey', 'ctrlKey', 'altKey', 'metaKey'] as const;
const SUBMITTER_OVERRIDES = '[formaction],[formtarget],[formmethod]';

export class Listener {
  private rate_ = new Rate();
  private clicks_ = new Clicks();
  private changes_ = new WeakMap<Element, number>();

  constructor(
    private root_: HTMLElement,
    private fields_: Fields,
    private session_: Listening,
  ) {
    const on = <E extends Event>(types: string, listener: (event: E, target: HTMLElement) => void, isCapture = false) => {
      for (const type of types.split(' '))
        call(root_, 'addEventListener', type, (event: Event) => listener(event as E, event.target as HTMLElement), isCapture);
    };
    on('input change', (_, target) => this.edited_(target));
    on('beforeinput', (_, target) => fields_.replacing(target));
    on<CompositionEvent>('compositionstart', (_, target) => fields_.compose(kindOf(target) && fieldOf(target)));
    on('compositionend', () => fields_.compose());
    on('reset', (_, target) => this.reset_(target));
    on('pointerdown', (_, target) => this.clicks_.press(target), true);
    on<MouseEvent>('click', (event, target) => this.clicked_(event, target));
    on<SubmitEvent>('submit', (event, target) => this.submitted_(event, target as HTMLFormElement));
    on<KeyboardEvent>('keydown keyup', (event, target) => event.isComposing || this.act_({ type: event.type as Type, target, event }));
    // These don't bubble.
    on<FocusEvent>('focus blur', (event, target) => this.act_({ type: event.type as Type, target, event }), true);
  }

  /** Tells what the user typed, or the browser restored, before there was a listener. */
  catchUp(): void {
    for (const element of call(this.root_, 'querySelectorAll', NAMED)) if (!kindOf(element)?.isRich) this.edited_(element as HTMLElement);
  }

  /** Tells a field's value as if the user had edited it just now. */
  retell = (field: Field): void => this.act_({ type: 'change', target: field });

  /** Tells all that waits for a pause. */
  flush(): void {
    this.rate_.flush();
  }

  /** A field's value is another by now, whatever event says so. */
  private edited_(target: HTMLElement): void {
    if (kindOf(target) && this.fields_.touch(target)) this.act_({ type: 'change', target });
  }

  /** A reset button: the browser resets the fields after the event. */
  private reset_(form: HTMLElement): void {
    setTimeout(() => {
      const changed = fieldsOf(form as HTMLFormElement).filter((field) => this.fields_.touch(field));
      if (changed.length) this.act_({ type: 'change', target: form });
    });
  }

  private clicked_(event: MouseEvent, target: HTMLElement): void {
    if (this.clicks_.isClick(event, target)) this.act_({ type: 'click', target, event });
  }

  private submitted_(event: SubmitEvent, form: HTMLFormElement): void {
    const { submitter } = event;
    // The submitter leads elsewhere: to another address, another frame, or out of a dialog.
    const isElsewhere = submitter && call(submitter, 'matches', SUBMITTER_OVERRIDES) && !isSame(submitter, form);
    if (!isElsewhere) this.act_({ type: 'submit', target: form, event });
  }

  /** Brings an act to the elements that handle it. */
  private act_(act: Act): void {
    const { type, target, event } = act;
    if (event && this.session_.isDeaf(event)) return;
    if (type == 'blur' || type == 'submit') this.rate_.flush();
    for (const handler of handlersOf(this.root_, type, target)) {
      if (event && !this.takes_(act, handler)) continue;
      if (event && isBrowsersAct(type, handler, target)) event.preventDefault();
      // The act is read when it is told: a field's newest value counts.
      const tell = () => this.isThere_(handler, target) && this.tell_(act, handler);
      const [debounce, throttle] = ['debounce', 'throttle'].map((name) => +(rateOf(type, handler, target, name) ?? 0)) as [number, number];
      const isChange = type == 'change';
      const field = isChange ? target : handler;
      if (debounce) this.rate_.debounce(handler, field, type, debounce, tell);
      else if (throttle) this.rate_.throttle(handler, field, type, throttle, tell, isChange);
      else {
        if (!isChange) this.rate_.flush();
        tell();
      }
    }
  }

  /** Whether a handler is for this very act. */
  private takes_({ type, event }: Act, handler: Element): boolean {
    if (type == 'click') return this.clicks_.takes(event as MouseEvent, handler);
    const keys = attr(handler, 'key');
    if (!keys || !isKey(type)) return true;
    const { key } = event as KeyboardEvent;
    return key == keys || keys.split(' ').includes(key);
  }

  private isThere_(...elements: Element[]): boolean {
    return elements.every((element) => call(this.root_, 'contains', element));
  }

  private tell_({ type, target, event }: Act, handler: Element): void {
    const isChange = type == 'change';
    const kind = kindOf(target);
    const form = type == 'submit' || (isChange && target instanceof HTMLFormElement) ? (target as HTMLFormElement) : isChange ? formOf(target) : null;
    const values = valuesOf(handler);
    if (isChange) values.push('_target', call(target, 'getAttribute', 'name') ?? '');
    // These tell the value of their field, too; a blur tells all of it.
    const isBlur = kind && type == 'blur';
    if (isKey(type)) values.push('value', textOf(target));
    if (isBlur) for (const [i, value] of fieldEntries(target).entries()) if (i % 2) values.push('value', value);
    const submitter = type == 'submit' ? (event as SubmitEvent).submitter : null;
    const fields: EventFields = [
      attr(handler, type)!,
      values,
      form ? entriesWith(formEntries(form, submitter), kind?.isRich ? target : undefined) : isChange ? fieldEntries(target) : [],
      attr(handler, 'target'),
      isKey(type) ? (event as KeyboardEvent).key : null,
      event ? MODIFIERS.reduce((sum, name, bit) => sum | (+!!(event as KeyboardEvent)[name] << bit), 0) : 0,
    ];
    const carried = form ? fieldsOf(form) : isChange || isBlur || (isKey(type) && (kind?.isText || kind?.isRich)) ? [fieldOf(target)] : [];
    if (kind?.isRich && isChange && !carried.includes(target)) carried.push(target);
    this.session_.push({
      fields,
      element: handler,
      carried: this.fields_.carry(carried),
      ...(isChange && { change: `${this.number_(handler)} ${this.number_(fieldOf(target))}` }),
      ...(type == 'submit' && { form: target as HTMLFormElement }),
    });
  }

  /** A number for each element, for the key of a change. */
  private number_(element: Element): number {
    let number = this.changes_.get(element);
    if (!number) this.changes_.set(element, (number = ++numbers));
    return number;
  }
}

let numbers = 0;

const isKey = (type: Type): boolean => type[0] == 'k';

/** The entries of a form, and those of a contenteditable element in it, which no form knows. */
const entriesWith = (entries: string[], rich?: HTMLElement): string[] => (rich ? [...entries, ...fieldEntries(rich)] : entries);

/** A pause, in ms. A debounce on a form is for the changes of its fields alone; the focus has none. */
function rateOf(type: Type, handler: Element, target: Element, name: string): string | null {
  if (type == 'change') return attr(target, name) ?? attr(handler, name);
  if (type == 'focus' || type == 'blur' || (name == 'debounce' && isForm(handler))) return null;
  return attr(handler, name);
}

/** Whether the browser's own act is left out: to submit, to follow a link, or what the markup names. */
const isBrowsersAct = (type: Type, handler: Element, target: Element): boolean =>
  attr(handler, 'prevent') != null ||
  (type == 'submit' && call(target, 'getAttribute', 'method')?.toLowerCase() != 'dialog') ||
  (type == 'click' && call(handler, 'matches', 'a,button,input[type=submit],input[type=image]'));

/** Whether what a submitter says for itself is what its form says. */
const isSame = (submitter: HTMLElement, form: HTMLFormElement): boolean =>
  ['action', 'target', 'method'].every((name) => {
    const own = call(submitter, 'getAttribute', 'form' + name);
    return own == null || own.toLowerCase() == (call(form, 'getAttribute', name) ?? (name == 'method' ? 'get' : '')).toLowerCase();
  });
