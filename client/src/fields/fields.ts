// Who owns a field's value: the user, or the server. The table is in client/README.md ("Fields"); `decision_`, `acknowledged` and `reset_` are the table.

import { attr } from '../dom/markup';
import { closest, contains, getAttribute, isConnected, ofDocument, select } from '../dom/native';
import type { FieldKeeper } from '../patch/keeper';
import { R12 } from '../rules';
import type { EventFields } from '../wire/frames';
import { identityOf } from './identity';
import { HALF, type Field, FIELDS, fieldOf, fieldsOf, formOf, isCurrent, isForm, isPlain, kindOf } from './kinds';
import { Recovery } from './recovery';
import { type Carrier, SERVERS, State, TOLD, TOUCHED } from './state';
import { type Rebased, rebase } from './text';

/** What the fields need of whoever patches the page. */
export interface Markup {
  /** Makes an editable element what the server's is. */
  exact(live: Element): void;
  /** An element as the server has it. */
  copyOf(live: Element): Element;
  /** Whether the server has an element. */
  isKnown(live: Element): boolean;
}

type Caret = [start: number, end: number, direction: 'forward' | 'backward' | 'none'];

export class Fields implements FieldKeeper {
  /** Values of the user's that wait for fields. */
  readonly recovery: Recovery;
  private states_ = new Map<Field, State>();
  /** Grows with each event. What is edited from now on is newer than all up to this. */
  moment = 1;
  private composing_: Field | undefined;
  /** This editable element is being made what the server's is. */
  private settling_: Field | undefined;
  /** What waits for the end of the composition. */
  private postponed_: (() => void)[] = [];
  /** All of this field's text is selected, and the next edit replaces it. */
  private replacing_: Field | undefined;

  constructor(private markup_: Markup) {
    this.recovery = new Recovery(
      this.states_,
      (field, state) => this.place_(field, state),
      (field) => this.markup_.copyOf(field),
    );
  }

  /** The user changed a field. False if its value is what it was. */
  touch(element: Element): boolean {
    const field = fieldOf(element);
    const value = kindOf(field)!.value(field);
    const known = this.states_.get(field);
    // A script's own element has no server value to compare with.
    const isNews = !known && kindOf(field)!.isCopied && !this.markup_.isKnown(field);
    if (!isNews && value == (known?.value ?? this.server_(field))) return false;
    const state = this.state_(field);
    state.hold(this.moment, value, !value || this.replacing_ == field);
    this.claim_(state);
    return true;
  }

  /** The user is about to replace all that a field holds. */
  replacing(element: Element): void {
    const { selectionStart, selectionEnd, value } = element as HTMLInputElement;
    this.replacing_ = selectionStart === 0 && selectionEnd == value.length ? (element as Field) : undefined;
  }

  isTouched(): boolean {
    return [...this.states_.values()].some(({ owner }) => owner == TOUCHED);
  }

  /** The states of the fields that an event carries. */
  carry(fields: Field[]): State[] {
    return fields.map((field) => this.note_(this.state_(field)));
  }

  /** The states of the fields of an event that was made before a reload. They hold the values that it carries. */
  recall(fields: Field[], [, , entries = []]: EventFields): State[] {
    return fields.map((field) => {
      const state = this.state_(field);
      const at = entries.findIndex((name, i) => !(i % 2) && name == getAttribute(field, 'name'));
      if (at >= 0 && kindOf(field)!.isText) state.hold(this.moment, entries[at + 1]!);
      return state;
    });
  }

  /** A field that differs from what the last of these events carried was edited afterwards: it is the user's. */
  since(events: Carrier[]): void {
    for (const state of new Set(events.flatMap(({ carried }) => carried))) {
      const { value } = state;
      if (this.note_(state).value != value && state.owner) this.claim_(state);
    }
  }

  /** Counts an event. Returns its moment. */
  mark(): number {
    return this.moment++;
  }

  /** An event was acknowledged, and refused or not. Of a submit, `waiting` are the later ones of its form. */
  acknowledged({ carried, mark }: Carrier, isRefused: boolean, waiting?: Carrier[]): void {
    this.recovery.end();
    if (!isRefused)
      for (const state of carried) {
        if (waiting) this.reset_(state, mark, waiting);
        else if (state.owner == TOUCHED && state.changed <= mark) {
          state.owner = TOLD;
          this.follow_(state);
        }
      }
    for (const state of this.states_.values()) if (state.owner && state.changed <= mark && isServers(state.field)) this.reset_(state, mark);
  }

  /** The fields in `targets` take the server's value, but for what was typed since the event `mark`; without one, but for those that are the user's. */
  reset(targets: Element[], mark?: number): void {
    const fields = targets.flatMap((element) => (isForm(element) ? fieldsOf(element) : kindOf(element) ? fieldOf(element) : []));
    for (const state of this.carry(fields)) if (mark != null || state.owner != TOUCHED) this.reset_(state, mark ?? this.moment);
  }

  /** An input method begins to compose in a field, or has ended: nothing is written meanwhile. */
  compose(field?: Field): void {
    const state = this.composing_ && this.states_.get(this.composing_);
    this.composing_ = field;
    // From now on the attribute `value` changes nothing that the user sees.
    if (field && kindOf(field)?.isText) (field as HTMLInputElement).value += '';
    for (const step of this.postponed_.splice(0)) step();
    if (state && state.owner != TOUCHED) this.follow_(state);
  }

  /** Wraps a patch: notes what the fields show, and decides afterwards whose value each has. */
  around(within: Element, run: () => void): void {
    const decisions = this.fieldsIn_(within).map((field) => this.decision_(field));
    run();
    for (const decide of decisions) decide();
  }

  /** The content of an editable element that the user has edited waits, but for the one that is written just now. */
  defers(live: Element): boolean {
    return live != this.settling_ && !!this.states_.get(live as Field)?.owner;
  }

  /** What decides whose the value of a field is after a patch. */
  private decision_(field: Field): () => void {
    const value = kindOf(field)!.value(field);
    const server = this.server_(field);
    // The value of a field that shows the server's is nobody's.
    const identify = () => (this.states_.has(field) || value != server ? identityOf(field) : '');
    const identity = identify();
    const caret = caretOf(field);
    return () => {
      const kind = kindOf(field);
      if (!kind || !isCurrent(field)) return;
      const state = this.states_.get(field);
      const now = this.server_(field);
      const isAnother = identity != identify();
      const isUsers = R12 && (state?.owner == TOUCHED || value == HALF);
      if (isAnother || (!isUsers && now != server)) {
        this.show_(field, rebase(value, value, now), caret);
        if (state && field != this.composing_) state.base = now;
      } else if (kind.value(field) != value) this.keep_(field, value);
      if (isAnother) this.states_.delete(field);
      else if (state) this.note_(state);
    };
  }

  /** The fields with a value of their own in an element, itself included. Of editable, hidden and custom elements only those matter that the user has edited. */
  private fieldsIn_(within: Element): Field[] {
    within = closest(within, 'select') ?? within;
    const native = [within, ...select(within, FIELDS)].filter(isPlain).map(fieldOf);
    const known = [...this.states_.values()].filter(({ owner, field }) => (owner ? kindOf(field) : isPlain(field)) && contains(within, field));
    return [...new Set([...native, ...known.map(({ field }) => field)])].filter((field) => field != this.settling_);
  }

  /** The server's value of a field. */
  private server_(field: Field): string {
    const kind = kindOf(field)!;
    return kind.server(kind.isCopied ? this.markup_.copyOf(field) : field);
  }

  /** The state of a field, which is known from now on. */
  private state_(field: Field): State {
    let state = this.states_.get(field);
    if (!state) this.states_.set(field, (state = new State(field, identityOf(field), this.server_(field))));
    return state;
  }

  /** Notes what a field holds now. */
  private note_(state: State): State {
    state.hold(this.moment, kindOf(state.field)?.value(state.field) ?? state.value);
    return state;
  }

  /** The value is the user's, and newer than all events. */
  private claim_(state: State): void {
    state.owner = TOUCHED;
    state.changed = this.moment;
  }

  /** A field that was told takes the server's value, if that isn't what it last agreed with. */
  private follow_(state: State): void {
    const { field } = state;
    if (!kindOf(field) || field == this.composing_ || kindOf(field)!.value(field) == HALF) return;
    const server = this.server_(field);
    if (server == state.base) return;
    state.base = server;
    this.write_(field, server);
    this.note_(state);
  }

  /** A field takes the server's value; what was typed since the event `mark` stays. Other kinds than texts are left as they are if they were changed since. */
  private reset_(state: State, mark: number, waiting: Carrier[] = []): void {
    const { field } = state;
    const kind = kindOf(field);
    if (field == this.composing_) return void this.postponed_.push(() => this.reset_(state, mark));
    // What a script has put into markup is no edit.
    if (!kind || !isConnected(field) || (kind.isCopied && !state.owner)) return void (state.owner = SERVERS);
    const { value: now, owner } = this.note_(state);
    const then = state.valueAt(mark);
    const isNewer = state.changed > mark && now != then;
    if (isNewer && !kind.isText) return;
    const server = this.server_(field);
    if (kind.isText) state.rebase(mark, server, waiting, getAttribute(field, 'name')!);
    state.owner = SERVERS;
    state.base = server;
    if (!isNewer) this.write_(field, server);
    // Of a text that was emptied since nothing is left of what the event carried.
    else if (state.value != now) this.show_(field, rebase(then, now, server));
    this.note_(state);
    if (!isNewer || state.value == server) return;
    // A value that hasn't changed, or that a waiting event carries, isn't sent again.
    const isCarried = waiting.some(({ carried, mark }) => state.changed <= mark && carried.includes(state));
    if (state.value == now || isCarried) return void (state.owner = owner);
    this.claim_(state);
    this.recovery.untold.add(state);
  }

  /** Shows `value`; the caret stays after the same letters and digits. */
  private write_(field: Field, value: string): void {
    const now = kindOf(field)!.value(field);
    this.show_(field, rebase(now, now, value));
  }

  private show_(field: Field, { text, place }: Rebased, caret = caretOf(field)): void {
    const kind = kindOf(field)!;
    if (field == this.composing_) return;
    if (kind.value(field) != text) {
      if (kind.isRich) this.exact_(field);
      else kind.write(field, text);
    }
    if (!caret) return;
    const input = field as HTMLInputElement;
    const [start, end] = [place(caret[0]), place(caret[1])];
    // Where it is already, setting it would break the browser's undo in two.
    if (input.selectionStart != start || input.selectionEnd != end) input.setSelectionRange(start, end, caret[2]);
  }

  /** Makes an editable element what the server's is. */
  private exact_(field: Field): void {
    this.settling_ = field;
    this.markup_.exact(field);
    this.settling_ = undefined;
  }

  /** Shows the user's value again after a patch. A choice that vanished takes the server's. */
  private keep_(field: Field, value: string): void {
    const kind = kindOf(field)!;
    if (kind.isRich) return;
    this.write_(field, value);
    if (kind.isText || kind.value(field) == value || (field as HTMLSelectElement).multiple) return;
    this.write_(field, this.server_(field));
    const state = this.states_.get(field);
    if (state) state.owner = SERVERS;
  }

  /** A field takes the place of one that is gone. */
  private place_(field: Field, state: State): void {
    state.field = field;
    state.base = this.server_(field);
    this.states_.set(field, state);
    if (kindOf(field)!.isRich) Reflect.set(HTMLElement.prototype, 'innerText', state.value, field);
    this.keep_(field, state.value);
    this.note_(state);
  }
}

/** Where the caret of a text is, or its selection. The caret of a field without focus is nobody's. */
function caretOf(field: Field): Caret | undefined {
  const { selectionStart, selectionEnd, selectionDirection } = field as HTMLInputElement;
  return selectionStart != null && field == ofDocument('activeElement') ? [selectionStart, selectionEnd!, selectionDirection!] : undefined;
}

/** Whether the markup says that a field's value is the server's. */
const isServers = (field: Field): boolean => [field, formOf(field)].some((element) => attr(element, 'own') == 'server');
