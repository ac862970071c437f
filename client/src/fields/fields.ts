// Who owns a field's value: the user, or the server. The table is in client/README.md ("Fields"); `decide` is the table.

import { attr } from '../dom/markup';
import { call, ofDocument, read } from '../dom/native';
import type { FieldKeeper } from '../patch/keeper';
import { R12 } from '../rules';
import { identityOf } from './identity';
import { type Field, FIELDS, fieldOf, fieldsOf, formOf, isForm, kindOf, NAMED } from './kinds';
import { type Moved, moved, rebase } from './text';

/** What is known of a field that the user has edited, or that an event carried. */
export interface State {
  /** The element, or the first of the radio group. Another one with the same identity may take its place. */
  field: Field;
  identity: string;
  /** The server's value when the field became known. */
  first: string;
  /** The server's value that the field last agreed with. */
  base: string;
  /** The user changed it, and the server hasn't acknowledged the newest value. */
  touched: boolean;
  /** The user edited it since its form was last submitted with success. */
  edited: boolean;
  /** Grows with each edit. */
  version: number;
  /** The version that left nothing of the text before. */
  cleared: number;
  /** What the user saw last. */
  value: string;
  /** The server's content of a contenteditable element that is the user's now. */
  deferred?: Element;
}

/** What the fields were when an event was made. */
export type Seen = Map<State, { version: number; value: string }>;

/** What the runtime does for the fields. */
export interface FieldHost {
  /** Makes the content of an editable element what the server's is. */
  exact(live: Element, now: Element): void;
  /** An editable element as the server has it. */
  serverOf(live: Element): Element;
  /** Sends the value of a field again, since no event has carried it as it is now. */
  retell(field: Field): void;
}

type Caret = [start: number, end: number, direction: 'forward' | 'backward' | 'none'];

/** What a field was before a patch. */
interface Before {
  value: string;
  server: string;
  identity: string;
  caret: Caret | undefined;
}

/** What becomes of a field's value. */
type Decision =
  /** It takes the server's if that isn't what it last agreed with. */
  | 'follow'
  /** It takes the server's. */
  | 'server'
  /** What was typed since is applied to the server's. */
  | 'rebase';

/** An edit, as a reload keeps it. */
export type Edit = [identity: string, value: string, touched: boolean];

const MAX_HOMELESS = 256;
const SECRET = '[type=password],[type=file]';
const NEW = { first: '', base: '', touched: false, edited: false, version: 0, cleared: 0 };

export class Fields implements FieldKeeper {
  private states_ = new Map<Field, State>();
  /** Touched states whose fields a patch took away: they go to new fields of the same identity. */
  private homeless_: State[] = [];
  /** The server began anew: what it takes away may come back with its answer to what it is told. */
  private isRecovering_ = false;
  private composing_: Field | undefined;
  /** This editable element is being made what the server's is. */
  private settling_: Field | undefined;
  /** All of this field's text is selected, and the next edit replaces it. */
  private replacing_: Field | undefined;

  constructor(private host_: FieldHost) {}

  /** The user changed a field. False if its value is what it was. */
  touch(element: Element): boolean {
    const field = fieldOf(element);
    const kind = kindOf(field)!;
    const known = this.states_.get(field);
    const value = kind.value(field);
    if (value == (known?.value ?? kind.server(field)) && !kind.isRich) return false;
    const state = known ?? this.state_(field);
    if (!state.touched) state.base = kind.server(field);
    state.touched = state.edited = true;
    state.value = value;
    state.version++;
    if (!value || this.replacing_ == field) state.cleared = state.version;
    return true;
  }

  /** The user is about to replace all that a field holds. */
  replacing(element: Element): void {
    const { selectionStart, selectionEnd, value } = element as HTMLInputElement;
    this.replacing_ = selectionStart === 0 && selectionEnd == value.length ? (element as Field) : undefined;
  }

  isTouched(): boolean {
    return [...this.states_.values()].some(({ touched }) => touched);
  }

  /** The states of the fields that an event carries. */
  carry(fields: Field[]): State[] {
    return fields.map((field) => this.state_(field));
  }

  /** What all known fields are now. */
  seen(): Seen {
    const seen: Seen = new Map();
    for (const [field, state] of this.states_) seen.set(state, { version: state.version, value: kindOf(field)?.value(field) ?? state.value });
    return seen;
  }

  /** An event that carried these fields was acknowledged and not refused: their values are the server's to answer. */
  told(carried: State[], seen: Seen): void {
    for (const state of carried) {
      if (!state.touched || state.version != seen.get(state)?.version) continue;
      state.touched = false;
      this.settle_(state, 'follow');
    }
  }

  /** An event was acknowledged: fields that are the server's by their markup take its value, as far as the event has seen theirs. */
  acknowledged(seen: Seen): void {
    this.isRecovering_ = false;
    for (const [state, { version }] of seen)
      if (state.edited && state.version == version && isServers(state.field)) {
        state.touched = state.edited = false;
        this.settle_(state, 'server');
      }
  }

  /**
   * The fields take the server's value. What was typed since `seen` stays; without it, what the server wasn't told. A value that no
   * event has carried as it is now is sent again.
   */
  reset(states: State[], seen?: Seen): void {
    for (const state of states) {
      const { field } = state;
      const kind = kindOf(field);
      if (!kind || !read(field, 'isConnected')) continue;
      const now = kind.value(field);
      const then = seen ? (seen.get(state)?.value ?? state.first) : state.touched ? state.base : now;
      const isNewer = state.edited && now != then;
      if (isNewer && !kind.isText) continue;
      state.touched = state.edited = false;
      // Of a text that was emptied since, nothing of what was submitted is left.
      const isAll = isNewer && state.cleared > (seen?.get(state)?.version ?? 0);
      if (!isAll) this.settle_(state, isNewer ? 'rebase' : 'server', then);
      if (isNewer && this.claim_(state)) this.host_.retell(field);
    }
  }

  /**
   * A submit was acknowledged, and a later one of the same form waits: what it holds of the text is what was typed since, on top of the server's
   * value, as in the fields themselves.
   */
  rebaseWaiting(entries: string[], later: Seen, carried: State[], seen: Seen): void {
    for (const state of carried) {
      const kind = kindOf(state.field);
      const then = seen.get(state)!;
      const waiting = later.get(state);
      if (!kind?.isText || !waiting || (state.cleared > then.version && state.cleared <= waiting.version)) continue;
      const name = call(state.field, 'getAttribute', 'name');
      const at = entries.findIndex((value, i) => i % 2 && value == waiting.value && entries[i - 1] == name);
      if (at < 0) continue;
      waiting.value = entries[at] = rebase(then.value, waiting.value, kind.server(state.field)).text;
    }
  }

  /** The states of the fields that `elements` are, or hold as forms. */
  under(elements: Element[]): State[] {
    return this.carry(elements.flatMap((element) => (isForm(element) ? fieldsOf(element) : kindOf(element) ? [fieldOf(element)] : [])));
  }

  /** The server lost its state: what the user has edited is the user's again. Gives the states, for the server to be told. */
  reclaim(): State[] {
    this.isRecovering_ = true;
    const edited = [...this.states_.values()].filter((state) => state.edited);
    for (const state of edited) {
      state.touched = true;
      state.value = kindOf(state.field)!.value(state.field);
    }
    return edited;
  }

  /** An input method begins to compose in a field, or has ended: nothing is written meanwhile. */
  compose(field?: Field): void {
    const state = this.composing_ && this.states_.get(this.composing_);
    this.composing_ = field;
    // From now on the attribute `value` changes nothing that the user sees.
    if (field && kindOf(field)?.isText) (field as HTMLInputElement).value += '';
    if (state && !state.touched) this.settle_(state, 'follow');
  }

  /** What the user has edited and no submit has settled, for a reload. Passwords aren't written down. */
  edits(): Edit[] {
    return [...this.states_.values()]
      .filter(({ edited, field }) => edited && !kindOf(field)?.isRich && !call(field, 'matches', SECRET))
      .map(({ identity, touched, field }) => [identity, kindOf(field)!.value(field), touched]);
  }

  /** Fills edits in that were made before a reload. Gives the states of the fields that took them, which are the user's. */
  adopt(edits: Edit[], within: Element): State[] {
    this.isRecovering_ = true;
    const states = edits.map(([identity, value]): State => ({ ...NEW, field: within as Field, identity, value, touched: true, edited: true, version: 1 }));
    this.homeless_.push(...states);
    this.rehome_(within);
    return states.filter((state) => !this.homeless_.includes(state));
  }

  /** The states of which each stands for all that share its form. */
  oneOfEachForm(states: State[]): State[] {
    const forms = new Map<unknown, State>();
    for (const state of states) if (isCurrent(state.field)) forms.set(formOf(state.field) ?? state, state);
    return [...forms.values()];
  }

  /** Wraps a patch: notes what the fields show, and decides afterwards whose value each has. */
  around(within: Element, run: () => void): void {
    const before = new Map<Field, Before>();
    for (const field of this.fieldsIn_(within)) {
      const kind = kindOf(field)!;
      before.set(field, { value: kind.value(field), server: kind.server(field), identity: identityOf(field), caret: caretOf(field) });
    }
    run();
    for (const [field, was] of before) if (isCurrent(field) && kindOf(field)) this.decide_(field, was);
    this.rehome_(within);
    for (const state of this.states_.values()) if (kindOf(state.field)?.isRich) this.decideRich_(state);
  }

  /** The table of ownership, for a field whose markup was patched. */
  private decide_(field: Field, was: Before): void {
    const kind = kindOf(field)!;
    const state = this.states_.get(field);
    const server = kind.server(field);
    const isSame = was.identity == identityOf(field);
    if (state && !isSame) this.states_.delete(field);
    const isUsers = R12 && state?.touched;
    const follows = !isSame || (!isUsers && was.server != server);
    if (follows) this.show_(field, moved(was.value, server), was.caret);
    else if (kind.value(field) != was.value) this.keep_(field, was.value);
    if (state) state.value = kind.value(field);
  }

  /** The same for an editable element, which is the server's or the user's as a whole. */
  private decideRich_(state: State): void {
    const isSame = identityOf(state.field) == state.identity;
    if (!isSame) this.states_.delete(state.field);
    if (!isSame) this.settle_(state, 'server');
    else if (state.deferred && !state.touched) this.settle_(state, 'follow');
  }

  defers(live: Element, now: Element): boolean {
    const state = this.states_.get(live as Field);
    if (!state?.edited || live == this.settling_) return false;
    state.deferred = now;
    return true;
  }

  /** The fields with a value of their own in an element, itself included. */
  private fieldsIn_(within: Element): Set<Field> {
    const native = [within, ...call(within, 'querySelectorAll', FIELDS)].filter((element) => kindOf(element));
    // Of custom elements only those matter that the user has edited.
    const known = [...this.states_.keys()].filter((field) => kindOf(field) && call(within, 'contains', field));
    return new Set([...native.map(fieldOf), ...known].filter((field) => !kindOf(field)!.isRich));
  }

  /** The state of a field, which is known from now on. */
  private state_(field: Field): State {
    let state = this.states_.get(field);
    if (!state) {
      const kind = kindOf(field)!;
      const server = kind.server(field);
      state = { ...NEW, field, identity: identityOf(field), first: server, base: server, value: kind.value(field) };
      this.states_.set(field, state);
    }
    return state;
  }

  /** A field that doesn't hold the server's value is the user's. False if it does. */
  private claim_(state: State): boolean {
    const kind = kindOf(state.field)!;
    state.value = kind.value(state.field);
    if (state.value == kind.server(state.field)) return false;
    state.touched = state.edited = true;
    state.version++;
    return true;
  }

  /** Carries a decision out on a field that isn't touched any more. */
  private settle_(state: State, decision: Decision, submitted = ''): void {
    const { field } = state;
    const kind = kindOf(field);
    if (!kind || field == this.composing_) return;
    if (kind.isRich) {
      const now = state.deferred ?? (decision == 'server' ? this.host_.serverOf(field) : undefined);
      state.deferred = undefined;
      this.settling_ = field;
      if (now) this.host_.exact(field, now);
      this.settling_ = undefined;
      return;
    }
    const server = kind.server(field);
    if (decision == 'rebase') this.show_(field, rebase(submitted, kind.value(field), server));
    else if (decision == 'server' || server != state.base) this.write_(field, server);
    state.base = server;
    state.value = kind.value(field);
  }

  /** Shows `value`; the caret stays after the same letters and digits. */
  private write_(field: Field, value: string): void {
    this.show_(field, moved(kindOf(field)!.value(field), value), caretOf(field));
  }

  private show_(field: Field, { from, text, place }: Moved, caret?: Caret): void {
    const kind = kindOf(field)!;
    if (field == this.composing_) return;
    if (kind.value(field) != text) kind.write(field, text);
    if (caret && from != text) (field as HTMLInputElement).setSelectionRange(place(caret[0]), place(caret[1]), caret[2]);
  }

  /** Shows the user's value again after a patch. A choice that vanished takes the server's. */
  private keep_(field: Field, value: string): void {
    const kind = kindOf(field)!;
    this.write_(field, value);
    if (kind.isText || kind.value(field) == value || isMultiple(field)) return;
    this.write_(field, kind.server(field));
    const state = this.states_.get(field);
    if (state) state.touched = false;
  }

  /** The user's values of fields that a patch replaced go to new fields of the same identity, in their order. */
  private rehome_(within: Element): void {
    for (const [field, state] of this.states_) {
      if (isCurrent(field)) continue;
      this.states_.delete(field);
      if (state.touched) this.homeless_.push(state);
    }
    if (!this.homeless_.length) return;
    for (const element of [within, ...call(within, 'querySelectorAll', NAMED)]) {
      const kind = kindOf(element);
      if (!kind || kind.isRich || !isCurrent(element as Field) || this.states_.has(element as Field)) continue;
      const identity = identityOf(element);
      const at = this.homeless_.findIndex((state) => state.identity == identity);
      if (at < 0) continue;
      const [state] = this.homeless_.splice(at, 1) as [State];
      state.field = element as Field;
      state.first = state.base = kind.server(state.field);
      this.states_.set(state.field, state);
      this.keep_(state.field, state.value);
    }
    this.homeless_ = this.isRecovering_ ? this.homeless_.slice(-MAX_HOMELESS) : [];
  }
}

/** Where the caret of a text is, or its selection. The caret of a field without focus is nobody's. */
function caretOf(field: Field): Caret | undefined {
  const { selectionStart, selectionEnd, selectionDirection } = field as HTMLInputElement;
  return selectionStart != null && field == ofDocument('activeElement') ? [selectionStart, selectionEnd!, selectionDirection!] : undefined;
}

/** Whether a field is in the document, and still stands for its radio group. */
const isCurrent = (field: Field): boolean => read(field, 'isConnected') && fieldOf(field) == field;

const isMultiple = (field: Field): boolean => field instanceof HTMLSelectElement && field.multiple;

/** Whether the markup says that a field's value is the server's. */
const isServers = (field: Field): boolean => [field, formOf(field)].some((element) => attr(element, 'own') == 'server');
