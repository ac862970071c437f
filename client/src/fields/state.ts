// What is known of one field that the user has edited, or that an event has carried: whose its value is, and what it has held.

import type { EventFields } from '../wire/frames';
import type { Field } from './kinds';
import { rebase } from './text';

/** Whose the value of a field is. */
export const SERVERS = 0;
/** The user's, and the server has answered to the newest value. */
export const TOLD = 1;
/** The user's, and the server hasn't answered to the newest value. */
export const TOUCHED = 2;

/** An event that carries the values of fields. */
export interface Carrier {
  /** `name, values, form, target, key, modifiers`. */
  fields: EventFields;
  /** The fields whose values it carries. */
  carried: State[];
  /** When it was made, in the count of events. An edit at a moment up to this was made before. */
  mark: number;
}

/** What a field has held from a moment on. */
interface Held {
  moment: number;
  value: string;
  /** Nothing is left in it of the text before. */
  isNew: boolean;
}

/** As many values as events can ask for: those that wait, and as many acknowledged ones. */
const MAX_HISTORY = 128;

export class State {
  owner = SERVERS;
  /** The moment of the newest edit. */
  changed = 0;
  /** It comes from before a reload; of an editable element it holds the text alone. */
  isKept = false;
  /** Its place among the fields of its name before a reload. */
  place: number | undefined;
  private history_: Held[];

  /** `base` is the server's value that the field last agreed with. */
  constructor(
    public field: Field,
    public identity: string,
    public base: string,
  ) {
    this.history_ = [{ moment: 0, value: base, isNew: false }];
  }

  get value(): string {
    return this.history_.at(-1)!.value;
  }

  /** What it held when an event was made. */
  valueAt(mark: number): string {
    return (this.history_.findLast(({ moment }) => moment <= mark) ?? this.history_[0]!).value;
  }

  /** Notes what the field holds from this moment on. */
  hold(moment: number, value: string, isNew = false): void {
    const last = this.history_.at(-1)!;
    if (last.moment == moment) Object.assign(last, { value, isNew: isNew || last.isNew });
    else if (last.value != value) this.history_.push({ moment, value, isNew });
    this.history_.splice(0, this.history_.length - MAX_HISTORY);
  }

  /**
   * The server has answered to the text that an event carried: what was typed since is put on top of the server's value, in the field's history
   * and in the events that wait.
   */
  rebase(mark: number, server: string, waiting: Carrier[], name: string): void {
    const then = this.valueAt(mark);
    const before = waiting.map((event) => this.valueAt(event.mark));
    for (const held of this.history_) {
      if (held.moment <= mark) continue;
      if (held.isNew) break;
      held.value = rebase(then, held.value, server).text;
    }
    waiting.forEach(({ fields: [, , entries = []], mark }, i) => {
      const at = entries.findIndex((value, at) => at % 2 && value == before[i] && entries[at - 1] == name);
      if (at > 0) entries[at] = this.valueAt(mark);
    });
    // Another answer to the same event finds nothing more to do.
    (this.history_.findLast(({ moment }) => moment <= mark) ?? this.history_[0]!).value = server;
  }
}
