// The events that the server has not acknowledged, in their order. Rule R2: numbers grow without gaps, and stick to their events once sent.

import type { State, Seen } from '../fields/fields';
import type { EventFields } from '../wire/frames';

/** An event on its way to the server. */
export interface LiveEvent {
  /** `name, values, form, target, key, modifiers`. */
  fields: EventFields;
  /** The element that shows that it is pending. */
  element?: Element | undefined;
  /** What a change is a change of: a later one of the same takes its place. */
  change?: string;
  /** The form that it submits. */
  form?: HTMLFormElement;
  /** The fields whose values it carries. */
  carried: State[];
  /** What all fields were when it was made. */
  seen: Seen;
  /** When it was made, on the clock of `performance.now()`. */
  at: number;
  /** It was sent once: its number and its content stay. */
  isSent?: boolean;
}

/** What became of an event that was pushed. */
export type Pushed = 'taken' | 'repeated' | 'full' | 'large';

export const MAX_PENDING = 64;
/** What a frame takes beside its values, at most. */
const FRAME_OVERHEAD = 64;

export class Queue {
  /** The number of the last event that the server acknowledged. */
  applied = 0;
  /** `events[i]` has the number `applied + 1 + i`, if it was sent. */
  readonly events: LiveEvent[] = [];
  /** Sent on this connection. */
  private sent_ = 0;

  /** Takes an event in, unless there is no room for it or it is a double click. */
  push(event: LiveEvent, limits: { bytes: number; values: number }): Pushed {
    const size = sizeOf(event.fields);
    if (size.bytes + FRAME_OVERHEAD > limits.bytes || size.values > limits.values) return 'large';
    if (event.form && this.events.some((pending) => isRepeat(pending, event))) return 'repeated';
    // A change that waits gives its place up for a newer one of the same field, unless something else was done between.
    const since = this.events.findLastIndex(({ change }) => change == null);
    const at = event.change == null ? -1 : this.events.findIndex(({ isSent, change }, i) => i > since && !isSent && change == event.change);
    if (at < 0 && this.events.length >= MAX_PENDING) return 'full';
    if (at >= 0) this.events.splice(at, 1);
    this.events.push(event);
    return 'taken';
  }

  /** Puts what was made before a reload in front of what was made since. */
  prepend(events: LiveEvent[]): void {
    this.events.unshift(...events);
  }

  /** A connection begins: what it has to carry is sent anew. */
  rewind(): void {
    this.sent_ = 0;
  }

  /** The events that may be sent now, with their numbers. One change of a field is under way at a time, and one submit of a form. */
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
    const done = this.events.splice(0, Math.max(0, upTo - this.applied));
    // A tab that was killed may have written down less than the server knows.
    this.applied = Math.max(this.applied, upTo);
    this.sent_ = Math.max(0, this.sent_ - done.length);
    return done;
  }

  /** Begins anew with the numbers of another session; gives up what waits. */
  restart(applied: number): LiveEvent[] {
    this.applied = applied;
    this.sent_ = 0;
    return this.events.splice(0);
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
  pending.form == event.form &&
  JSON.stringify(pending.fields) == JSON.stringify(event.fields) &&
  event.carried.every((state) => pending.seen.get(state)?.version == event.seen.get(state)?.version);

/** An upper bound of what an event's fields take on the wire, and the number of their values. */
function sizeOf(fields: EventFields): { bytes: number; values: number } {
  const sum = { bytes: 0, values: 1 };
  for (const item of fields.flat() as unknown[]) {
    // UTF-8 takes up to three bytes for each unit of UTF-16, and msgpack a head of up to five.
    if (typeof item == 'string') sum.bytes += item.length > SHORT ? ENCODER.encode(item).length : item.length * 3;
    sum.bytes += 5;
    sum.values++;
  }
  return sum;
}

const SHORT = 64;
const ENCODER = new TextEncoder();
