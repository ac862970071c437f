// From what the user does to the events that the server gets: one listener a type, on the root.

import { attr } from '../dom/markup';
import { call, contains, getAttribute, matches, select } from '../dom/native';
import type { Fields } from '../fields/fields';
import { type Field, fieldOf, fieldsOf, formOf, isForm, kindOf, NAMED } from '../fields/kinds';
import type { LiveEvent } from '../session/queue';
import { Clicks } from './clicks';
import { fieldEntries, fieldValues, formEntries, valuesOf } from './entries';
import { handlersOf } from './handlers';
import { Rate } from './rate';

/** What an event is made of; the session adds when it was made. */
export type Draft = Omit<LiveEvent, 'mark' | 'at'>;

/** What the listener needs of its session. */
export interface Listening {
  /** The page's markup is being patched, or the session has ended: what the DOM fires is no act of the user's. */
  isDeaf(event: Event): boolean;
  push(draft: Draft): void;
  /** Reads something while nothing is disabled that the runtime has disabled. */
  enabled<T>(read: () => T): T;
}

type Type = 'change' | 'submit' | 'click' | 'focus' | 'blur' | 'keydown' | 'keyup';

/** The code of a key that an input method has taken; Safari says so of the Enter that ends a composition. */
const COMPOSED = 229;
const MODIFIERS = ['shiftKey', 'ctrlKey', 'altKey', 'metaKey'] as const;

export class Listener {
  private rate_ = new Rate();
  private clicks_ = new Clicks();
  /** Numbers elements, for the keys of acts. */
  private numbers_ = new WeakMap<Element, number>();
  private count_ = 0;

  constructor(
    private root_: HTMLElement,
    private fields_: Fields,
    private session_: Listening,
  ) {
    const on = <E extends Event>(types: string, listener: (target: HTMLElement, event: E) => void, isCapture = false) => {
      for (const type of types.split(' ')) call(root_, 'addEventListener', type, (event: Event) => listener(event.target as HTMLElement, event as E), isCapture);
    };
    const act = (target: HTMLElement, event: Event) => this.act_(event.type as Type, target, event);
    on('input change', (target) => this.edited_(target));
    on('beforeinput', (target) => fields_.replacing(target));
    on('compositionstart', (target) => fields_.compose(target));
    on('compositionend', () => fields_.compose());
    on('reset', (target) => isForm(target) && this.reset_(target));
    on('pointerdown', (target) => {
      this.clicks_.press(target);
      this.hold_(target);
    }, true);
    on('click', (target, event) => {
      // A box already has its new value; its `input` event comes after the click.
      const isNews = isBox(target) && this.fields_.touch(target);
      act(target, event);
      if (isNews && !event.defaultPrevented) this.act_('change', target);
    });
    on<SubmitEvent>('submit', (target, event) => isForm(target) && !event.defaultPrevented && !leadsElsewhere(target, event.submitter) && act(target, event));
    on<KeyboardEvent>('keydown keyup', (target, event) => event.isComposing || event.keyCode == COMPOSED || act(target, event));
    // These don't bubble.
    on('focus blur', act, true);
  }

  /** Tells what the user typed, or the browser restored, before there was a listener. */
  catchUp(): void {
    for (const element of select(this.root_, NAMED)) this.edited_(element as HTMLElement);
  }

  /** Ends all pauses. */
  flush(): void {
    this.rate_.flush();
  }

  /** Tells a field's value as if the user had edited it just now. */
  retell(field: Field): void {
    this.act_('change', field);
  }

  /** A field may have a new value, whichever event reports it. */
  private edited_(target: HTMLElement): void {
    if (kindOf(target) && this.fields_.touch(target)) this.act_('change', target);
  }

  /** A reset button: the browser resets the fields after the event. */
  private reset_(form: HTMLFormElement): void {
    setTimeout(() => {
      if (fieldsOf(form).filter((field) => this.fields_.touch(field)).length) this.act_('change', form);
    });
  }

  /** While a slider is held, nothing is written to it, as during a composition. */
  private hold_(target: HTMLElement): void {
    if (!matches(target, '[type=range]')) return;
    this.fields_.compose(target);
    // Its last event comes after this one.
    const release = () => setTimeout(() => this.fields_.compose());
    for (const type of ['pointerup', 'pointercancel']) addEventListener(type, release, { once: true, capture: true });
  }

  /** Brings an act to the elements that handle it; without an event it is the runtime's own. */
  private act_(type: Type, target: HTMLElement, event?: Event): void {
    if (event && this.session_.isDeaf(event)) return;
    if (type == 'blur' || type == 'submit') this.rate_.flush();
    const found = handlersOf(this.root_, type, target).filter((handler) => !isKey(type) || isFor(handler, event as KeyboardEvent));
    for (const handler of type == 'click' ? this.clicks_.meant(event as MouseEvent, target, found) : found) {
      if (event && isBrowsersAct(type, handler, target)) event.preventDefault();
      this.pace_(type, target, handler, () => {
        // The act is read when it is told: a field's newest value counts.
        if (contains(this.root_, handler) && contains(this.root_, target)) this.tell_(type, target, handler, event);
      });
    }
  }

  /** Runs `tell` when the markup says: after a pause, at its turn, or at once, which ends all pauses. */
  private pace_(type: Type, target: Element, handler: Element, tell: () => void): void {
    const isChange = type == 'change';
    // The pauses of a form are for the changes of its fields alone; the focus has none.
    const paced = isChange ? [target, handler] : isForm(handler) || type == 'focus' || type == 'blur' ? [] : [handler];
    const ms = (name: string) => Number(paced.map((element) => attr(element, name)).find((value) => value != null));
    const key = this.keyOf_(type, handler, isChange ? target : handler);
    const debounce = ms('debounce');
    const throttle = ms('throttle');
    if (debounce) return this.rate_.debounce(key, debounce, tell);
    if (throttle) return this.rate_.throttle(key, throttle, isChange, tell);
    if (!isChange) this.rate_.flush();
    tell();
  }

  private tell_(type: Type, target: HTMLElement, handler: Element, event?: Event): void {
    const isChange = type == 'change';
    const isSubmit = type == 'submit';
    const kind = kindOf(target);
    const form = isChange || isSubmit ? formOf(target) : null;
    const tellsValue = type == 'blur' || isKey(type);
    const field = kind && (isChange || tellsValue || (isBox(target) && handler == target)) ? fieldOf(target) : undefined;
    const values = valuesOf(handler);
    if (isChange) values.push('_target', getAttribute(target, 'name') ?? '');
    if (tellsValue) for (const value of field ? fieldValues(target) : isKey(type) ? [''] : []) values.push('value', value);
    const entries = form ? this.session_.enabled(() => formEntries(form, (event as SubmitEvent | undefined)?.submitter)) : [];
    // No form knows of an editable element in it.
    if (isChange && field && (!form || kind!.isRich)) entries.push(...fieldEntries(target));
    // The one that was changed comes first: the event is called after it.
    const carried = new Set([...(field ? [field] : []), ...(form ? fieldsOf(form) : [])]);
    this.session_.push({
      fields: [
        attr(handler, type)!,
        values,
        entries,
        attr(handler, 'target'),
        isKey(type) ? (event as KeyboardEvent).key : null,
        MODIFIERS.reduce((sum, name, bit) => sum | (+!!(event as KeyboardEvent | undefined)?.[name] << bit), 0),
      ],
      element: handler,
      carried: this.fields_.carry([...carried]),
      change: isChange ? this.keyOf_(type, handler, target) : undefined,
      form: isSubmit ? form! : undefined,
    });
  }

  /** The key under which a later act replaces an earlier one. */
  private keyOf_(type: Type, handler: Element, target: Element): string {
    const number = (element: Element) => {
      if (!this.numbers_.has(element)) this.numbers_.set(element, ++this.count_);
      return this.numbers_.get(element);
    };
    return `${type} ${number(handler)} ${number(fieldOf(target))}`;
  }
}

const isBox = (element: Element): boolean => matches(element, '[type=checkbox],[type=radio]');

const isKey = (type: Type): boolean => type[0] == 'k';

/** Whether a handler is for this very key. */
function isFor(handler: Element, { key }: KeyboardEvent): boolean {
  const keys = attr(handler, 'key');
  return !keys || key == keys || keys.split(' ').includes(key);
}

/** What a form says, whatever its fields are named. */
const ofForm = (form: HTMLElement, name: string): string => Reflect.get(HTMLFormElement.prototype, name, form);

/** Whether the browser's own act is left out: to submit, to follow a link, or what the markup names. */
const isBrowsersAct = (type: Type, handler: Element, target: HTMLElement): boolean =>
  attr(handler, 'prevent') != null ||
  (type == 'submit' && ofForm(target, 'method') != 'dialog') ||
  (type == 'click' && matches(handler, 'a,button,input[type=submit],input[type=image]'));

/** Whether a submitter overrides the address, frame or method of its form. */
const leadsElsewhere = (form: HTMLElement, submitter: HTMLElement | null): boolean =>
  !!submitter &&
  ['Action', 'Target', 'Method'].some((name) => {
    const own = 'form' + name;
    return submitter.hasAttribute(own) && submitter[own as keyof HTMLElement] != ofForm(form, name.toLowerCase());
  });
