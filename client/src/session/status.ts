// The connection's state, for style sheets (a class of the root) and for people (the notice, which the server placed after the root).

import { find, getAttribute, read, textContent } from '../dom/native';
import { emit } from '../listeners';
import type { Queue, Untaken } from './queue';

export type State = 'connecting' | 'connected' | 'disconnected' | 'ended';

/** What listeners of `status` get. */
export interface Detail {
  state: State;
  /** The close code, if a close led here. */
  code?: number | undefined;
  /** How many events were given up, since the server lost their session. */
  lost?: number | undefined;
  /** What wasn't taken: the queue is full, or it is too large to send. */
  untaken?: string;
}

/** Texts of the notice, as attributes `data-…` that the server wrote. */
type Text = 'waiting' | 'saving' | 'lost' | Untaken | State;

const SLOW = 1_000; // ms after which an event counts as late
const BRIEF = 500; // ms: a connection that comes back within them isn't worth a word
const SHOWN = 10_000; // ms that a piece of news stays

export class Status {
  private state_: State | undefined;
  private notice_ = find('.lv-notice');
  /** What was lost or not taken, and until when it is shown. */
  private news_ = { text: '', end: 0 };

  constructor(
    private root_: HTMLElement,
    private queue_: Queue,
  ) {}

  get(): State {
    return this.state_!;
  }

  /** Takes a state over; `lost` events were given up. */
  set(state: State, code?: number, lost?: number): void {
    if (state == this.state_) return;
    const classes = read(this.root_, 'classList');
    classes.remove('lv-' + this.state_);
    classes.add('lv-' + state);
    this.state_ = state;
    if (lost) this.say_('lost', lost);
    this.emit_({ state, code, lost });
    setTimeout(this.show, BRIEF);
  }

  /** An act of the user's wasn't taken; `what` names it. */
  refuse(why: Untaken, what: string): void {
    this.say_(why, what);
    this.emit_({ state: this.get(), untaken: what });
    this.show();
  }

  /** An event was made: people are told once it is late. */
  watch(): void {
    setTimeout(this.show, SLOW);
  }

  /** Says how things are: what is news, that events wait for the server, or that there is no connection and how many wait for that. */
  show = (): void => {
    const { text, end } = this.news_;
    const wanted = performance.now() < end ? text : this.current_();
    if (this.notice_ && this.notice_.textContent != wanted) this.notice_.textContent = wanted;
  };

  private current_(): string {
    const { events } = this.queue_;
    if (this.state_ == 'connected') return events[0] && performance.now() - events[0].at >= SLOW ? this.text_('saving') : '';
    const away = this.text_(this.state_!);
    return away && events[0] ? away + this.text_('waiting') + events.length : away;
  }

  private say_(news: Text, what: string | number): void {
    this.news_ = { text: this.text_(news) + what, end: performance.now() + SHOWN };
    setTimeout(this.show, SHOWN);
  }

  private emit_(detail: Detail): void {
    emit('status', detail);
  }

  private text_(name: Text): string {
    return this.notice_?.dataset[name] ?? '';
  }
}

/** What people call an element: its label, or what it is named. */
export function nameOf(element?: Element): string | undefined {
  if (!element) return;
  const label = (element as HTMLInputElement).labels?.[0];
  const content = label ?? (element instanceof HTMLFormElement ? undefined : element);
  return [getAttribute(element, 'aria-label'), content && textContent(content), getAttribute(element, 'name')]
    .map((text) => text?.trim().replace(/\s+/g, ' '))
    .find(Boolean);
}
