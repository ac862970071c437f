// The user's values whose fields are gone, or haven't come yet: after a patch that replaced them, a reload, or the loss of the session.
// They go to fields of the same identity as soon as these come.

import { matches, read, select } from '../dom/native';
import { identityOf } from './identity';
import { type Field, isCurrent, isPlain, kindOf, NAMED } from './kinds';
import { State, TOUCHED } from './state';

/** An edit, as a reload keeps it. */
export type Edit = [identity: string, value: string, owner: number];

const MAX_HOMELESS = 256;
/** What no reload brings back. */
const SECRET = '[type=password],[type=file]';

export class Recovery {
  /** Values of the user's that no event has carried as they are now, and no act of the user's will. */
  readonly untold = new Set<State>();
  private homeless_: State[] = [];
  /** The page began anew: what is missing in it may come with the server's answer to what it is told. */
  private isGoing_ = false;

  /** `states` are of the fields on the page; `place` gives a field a state, and what that holds. */
  constructor(
    private states_: Map<Field, State>,
    private place_: (field: Field, state: State) => void,
  ) {}

  /** What the user has edited and no submit has settled, for a reload. */
  edits(): Edit[] {
    return this.edited_()
      .filter(({ field }) => !matches(field, SECRET))
      .map(({ identity, value, owner, field }) => [identity, kindOf(field)?.isRich ? read(field, 'innerText') : value, owner]);
  }

  /** Takes over what the user had edited before a reload. What the server was told it sends itself, unless it has lost it. */
  restore(edits: Edit[], root: Element): void {
    this.homeless_ = edits.map(([identity, value, owner]) => Object.assign(new State(root as Field, identity, value), { owner, isKept: true }));
    this.begin_(root);
  }

  /** The server lost its state: what the user has edited is the user's again. */
  reclaim(root: Element): void {
    for (const state of this.edited_()) state.owner = TOUCHED;
    for (const state of this.states_.values()) if (state.owner) this.untold.add(state);
    this.begin_(root);
  }

  /** The server has answered: what is missing now is gone for good. */
  end(): void {
    this.isGoing_ = false;
  }

  /** Gives values to the fields in an element that have come, in their order. */
  rehome(within: Element): void {
    for (const [field, state] of this.states_) {
      if (isCurrent(field)) continue;
      this.states_.delete(field);
      if (state.owner) this.homeless_.push(state);
    }
    if (!this.homeless_.length) return;
    for (const field of [within, ...select(within, NAMED)] as Field[]) {
      const isRich = kindOf(field)?.isRich;
      if (!(isRich || isPlain(field)) || !isCurrent(field) || this.states_.has(field)) continue;
      const identity = identityOf(field);
      const state = this.homeless_.find((each) => each.owner == TOUCHED && each.identity == identity && (each.isKept || !isRich));
      if (!state) continue;
      this.homeless_.splice(this.homeless_.indexOf(state), 1);
      this.place_(field, state);
      if (this.isGoing_ && state.owner) this.untold.add(state);
    }
    this.homeless_ = this.isGoing_ ? this.homeless_.slice(-MAX_HOMELESS) : [];
  }

  private begin_(root: Element): void {
    this.isGoing_ = true;
    this.rehome(root);
  }

  private edited_(): State[] {
    return [...this.states_.values(), ...this.homeless_].filter(({ owner }) => owner);
  }
}
