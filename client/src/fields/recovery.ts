// The user's values whose fields are gone, or haven't come yet: after a patch that replaced them, a reload, or the loss of the session.
// They go to fields of the same identity as soon as these come.

import { getAttribute, matches, ofDocument, read, select } from '../dom/native';
import { identityOf } from './identity';
import { type Field, isCurrent, isPlain, kindOf, NAMED } from './kinds';
import { State, TOUCHED } from './state';

/** An edit, as a reload keeps it. */
export type Edit = [identity: string, value: string, owner: number, place: number];

const MAX_HOMELESS = 256;
/** What no reload brings back. */
const SECRET = '[type=password],[type=file]';

/** Gives the place of a field among those of its name. */
function placing(): (field: Field) => number {
  const known = new Map<string, Map<Element, number>>();
  return (field) => {
    const name = getAttribute(field, 'name') ?? '';
    let places = known.get(name);
    if (!places) known.set(name, (places = new Map([...ofDocument('getElementsByName').call(document, name)].map((each, i) => [each, i]))));
    return places.get(field) ?? -1;
  };
}

export class Recovery {
  /** The user's values that must still be sent: no event has carried them as they are now. */
  readonly untold = new Set<State>();
  private homeless_: State[] = [];
  /** The page began anew: a missing field may come with the server's answer. */
  private isGoing_ = false;

  /** `states` are of the fields on the page; `place` gives a field a state, and what that holds. */
  constructor(
    private states_: Map<Field, State>,
    private place_: (field: Field, state: State) => void,
    /** A field as the server has it: a script may show a password. */
    private copyOf_: (field: Field) => Element,
  ) {}

  /** What the user has edited and no submit has settled, for a reload. */
  edits(): Edit[] {
    const placeOf = placing();
    const isSecret = (field: Field) => matches(field, SECRET) || (matches(field, 'input') && matches(this.copyOf_(field), SECRET));
    return this.edited_()
      .filter(({ field }) => !isSecret(field))
      .map(({ identity, value, owner, field, place }) => [identity, kindOf(field)?.isRich ? read(field, 'innerText') : value, owner, place ?? placeOf(field)]);
  }

  /** Takes over what the user had edited before a reload. What the server was told it sends itself, unless it has lost it. */
  restore(edits: Edit[], root: Element): void {
    this.homeless_ = edits.map(([identity, value, owner, place]) => Object.assign(new State(root as Field, identity, value), { owner, place, isKept: true }));
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
    const placeOf = placing();
    const take = (field: Field, isExact: boolean) => {
      const isRich = kindOf(field)?.isRich;
      if (!(isRich || isPlain(field)) || !isCurrent(field) || this.states_.has(field)) return;
      const identity = identityOf(field);
      const fits = (each: State) =>
        each.owner == TOUCHED &&
        each.identity == identity &&
        (each.isKept || !isRich) &&
        (!isExact || each.place == null || each.place == placeOf(field));
      const state = this.homeless_.find(fits);
      if (!state) return;
      this.homeless_.splice(this.homeless_.indexOf(state), 1);
      state.place = undefined;
      this.place_(field, state);
      if (state.owner) this.untold.add(state);
    };
    const fields = [within, ...select(within, NAMED)] as Field[];
    // Among fields alike, each first takes the value from its own place.
    for (const isExact of [true, false]) for (const field of fields) take(field, isExact);
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
