// The events that the server has not acknowledged, in their order. Rule R2: numbers grow without gaps, and stick to their events once sent.

import type { Carrier, State } from '../fields/state';
import { MAX_VALUES } from '../wire/frames';
import { type Encodable, encode } from '../wire/msgpack';

/** An event on its way to the server. */
export interface LiveEvent extends Carrier {
  /** The element that shows that it is pending. */
  element?: Element | undefined;
  /** What a change is a change of: a later one of the same takes its place. */
  change?: string | undefined;
  /** The form that it submits. */
  form?: HTMLFormElement | undefined;
  /** When it was made, on the clock of `performance.now()`. */
  at: number;
  /** It was sent once: its number and its content stay. */
  isSent?: boolean;
}

/** Why an event wasn't taken: it is a double click, there is no room, or the server takes none as large. */
export type Untaken = 'repeated' | 'full' | 'large';

export const MAX_PENDING = 64;
/** What a frame takes beside its event's fields, in bytes and in values, at most. */
const FRAME_OVERHEAD = 16;

export class Queue {
  /** The number of the last event that the server acknowledged. */
  applied = 0;
  /** `events[i]` has the number `applied + 1 + i`, if it was sent. */
  readonly events: LiveEvent[] = [];
  /** Sent on this connection. */
  private sent_ = 0;

  /** Takes an event in, unless there is a reason not to; `limit` is the largest message, in bytes. */
  push(event: LiveEvent, limit: number): Untaken | undefined {
    const { fields, change } = event;
    const isLarge = encode(fields as Encodable).length > limit - FRAME_OVERHEAD || fields.flat().length > MAX_VALUES - FRAME_OVERHEAD;
    if (isLarge) return 'large';
    if (event.form && this.events.some((pending) => isRepeat(pending, event))) return 'repeated';
    // A change that waits gives its place up for a newer one of the same field, unless something else was done between.
    const since = this.events.findLastIndex(({ change }) => change == null);
    const at = this.events.findIndex((pending, i) => i > since && !pending.isSent && pending.change == change);
    if (at >= 0) this.events.splice(at, 1);
    if (this.events.length >= MAX_PENDING) return 'full';
    this.events.push(event);
  }

  /** Puts what was made before a reload in front of what was made since. */
  prepend(events: LiveEvent[]): void {
    this.events.unshift(...events);
  }

  /** Whether an event that waits carries the newest value of a field. */
  carries(state: State): boolean {
    return this.events.some(({ carried, mark }) => state.changed <= mark && carried.includes(state));
  }

  /** A connection begins: what it has to carry is sent anew. */
  rewind(): void {
    this.sent_ = 0;
  }

  /** The events that may be sent now, with their numbers. */
  *due(): Generator<[number: number, event: LiveEvent]> {
    while (this.sent_ < this.events.length) {
      const event = this.events[this.sent_]!;
      if (!event.isSent && this.waits_(event)) return;
      event.isSent = true;
      yield [this.applied + ++this.sent_, event];
    }
  }

  /** Takes out what is acknowledged up to this number. */
  acknowledge(upTo: number): LiveEvent[] {
    // A tab that was killed may have written down less than the server knows; what was never sent is none of that.
    const sent = this.events.filter(({ isSent }) => isSent).length;
    const done = this.events.splice(0, Math.min(sent, Math.max(0, upTo - this.applied)));
    this.applied = Math.max(this.applied, upTo);
    this.sent_ = Math.max(0, this.sent_ - done.length);
    return done;
  }

  /** Gives up what waits, and says how many that is. */
  giveUp(): number {
    return this.events.splice(0).length;
  }

  /** A change waits for an earlier one of its field unless another event follows; a submit waits for an earlier one of its form, whose answer may change its fields. */
  private waits_({ change, form }: LiveEvent): boolean {
    const underWay = this.events.slice(0, this.sent_);
    if (form) return underWay.some((earlier) => earlier.form == form);
    return (
      change != null &&
      underWay.some((earlier) => earlier.change == change) &&
      this.events.slice(this.sent_).every((later) => later.change != null)
    );
  }
}

/** Whether two submits are one that was clicked twice: the same entries, and nothing was edited between. */
const isRepeat = (pending: LiveEvent, event: LiveEvent): boolean =>
  pending.form == event.form && JSON.stringify(pending.fields) == JSON.stringify(event.fields) && event.carried.every(({ changed }) => changed <= pending.mark);
