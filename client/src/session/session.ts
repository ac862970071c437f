// A session's events on their way to the server, and the server's frames on their way into the page.

import { type Draft, Listener, type Listening } from '../events/listener';
import { Loading } from '../events/loading';
import { getAttribute, ofDocument } from '../dom/native';
import { Fields } from '../fields/fields';
import { fieldsOf, kindOf } from '../fields/kinds';
import { Memory, twin } from '../patch/memory';
import { Patcher } from '../patch/patcher';
import { PROTOCOL, SIZE, TOKEN as REFUSED, TYPE } from '../wire/close';
import * as wire from '../wire/frames';
import { demand } from '../wire/msgpack';
import { Commands } from './commands';
import type { Connection, Endpoint } from './connection';
import { MAX_PENDING, type Queue } from './queue';
import { Regions } from './regions';
import { nameOf, type Status } from './status';
import { isFirstTry, keep, type Kept, type KeptEvent, take } from './storage';
import { VERSION } from './version';

/** An ACK of its own leaves after so many frames or bytes. */
const ACK_FRAMES = 3;
const ACK_BYTES = 65_536;
/** The flags of a WELCOME that no server sends: what waits must not go to the session that answers. */
const NEVER = -1;

export class Session implements Endpoint, Listening {
  private memory_: Memory;
  private patcher_: Patcher;
  private fields_: Fields;
  private listener_: Listener;
  private loading_: Loading;
  private regions_: Regions;
  private commands_ = new Commands((targets, event) => this.fields_.reset(targets, this.marks_.get(event)));
  /** When acknowledged events were made, for commands of theirs: by their numbers, the last ones. */
  private marks_ = new Map<number, number>();
  /** The newest token. */
  private token_: string;
  /** The token of the page's own response, while the page tries the one that the tab had before. */
  private ownToken_ = '';
  /** Connections opened. */
  private attempts_ = 0;
  /** The flags of the next WELCOME if it goes on with what the page has; the first one always does. */
  private expected_: number | undefined;
  /** Frames received on this connection, and those of them that no ACK has acknowledged. */
  private received_ = 0;
  private unacked_ = 0;
  /** What the DOM fires is the runtime's doing. */
  private isBusy_ = false;
  /** The largest message that the server takes, in bytes. */
  private limit_ = wire.MAX_BYTES;
  /** The version of the server's script, if that isn't this one: once the page is idle it is loaded again. */
  private newer_: string | null | undefined;

  constructor(
    private root_: HTMLElement,
    private queue_: Queue,
    private status_: Status,
    private connection_: Connection,
  ) {
    this.token_ = getAttribute(root_, 'data-lv')!;
    this.memory_ = new Memory(root_);
    this.fields_ = new Fields({
      exact: (live) => this.patcher_.element(live),
      copyOf: (live) => this.memory_.clone(live) as Element,
      isKnown: (live) => !!twin(live),
    });
    this.patcher_ = new Patcher(this.memory_, this.fields_);
    this.loading_ = new Loading(this.memory_);
    this.regions_ = new Regions(root_, this.patcher_, (region) => connection_.send([wire.RESYNC, region]));
    this.listener_ = new Listener(root_, this.fields_, this);
  }

  /** Begins the session of the page, or goes on with the one that the tab had here before. */
  begin(): void {
    this.regions_.adopt();
    take((kept) => {
      if (kept) this.takeUp_(kept);
      this.listener_.catchUp();
      // Debounced values are sent before the page is left or hidden.
      for (const type of ['pagehide', 'visibilitychange'])
        addEventListener(type, () => {
          this.listener_.flush();
          this.save_();
        });
      // Where the focus goes is known afterwards.
      addEventListener('focusout', () => setTimeout(() => this.renew_()));
      this.connection_.start(this);
    });
  }

  isIdle(): boolean {
    const active = ofDocument('activeElement');
    const isTyping = active && (kindOf(active)?.isText || kindOf(active)?.isRich);
    return !isTyping && !this.queue_.events.length && !this.fields_.isTouched();
  }

  enabled<T>(read: () => T): T {
    return this.loading_.enabled(read);
  }

  /** An element that the runtime disables loses the focus without its user's doing. */
  isDeaf({ type, target }: Event): boolean {
    return this.isBusy_ || this.status_.get() == 'ended' || (type == 'blur' && this.loading_.isDisabled(target as Element));
  }

  /** Tells what a script of the page says. False if it wasn't taken. */
  say(name: string, values: string[]): boolean {
    this.listener_.flush();
    return this.push({ fields: [name, values], carried: [] });
  }

  /** Queues an event, and sends it as soon as it may be. False if it wasn't taken. */
  push(draft: Draft): boolean {
    const { form, carried, element, fields } = draft;
    const untaken = this.queue_.push({ ...draft, mark: this.fields_.moment, at: performance.now() }, this.limit_);
    if (untaken) {
      if (untaken != 'repeated') this.status_.refuse(untaken, nameOf(form ?? carried[0]?.field ?? element) || fields[0]);
      return false;
    }
    this.fields_.mark();
    this.showPending_();
    this.send_();
    this.save_();
    this.status_.watch();
    return true;
  }

  opened(): void {
    this.received_ = this.unacked_ = 0;
    this.queue_.rewind();
    const hashes = this.regions_.hashes();
    this.connection_.send([wire.HELLO, this.token_, ++this.attempts_, this.commands_.last, hashes, location.search, this.queue_.applied, VERSION]);
    this.save_();
  }

  closed(code?: number): boolean {
    // What the server refused to read it would refuse for ever.
    if ([PROTOCOL, TYPE, SIZE, REFUSED].includes(code!)) this.expected_ = NEVER;
    if (code != REFUSED) return false;
    // The tab's token isn't valid any more, but that of the page's own response may be.
    this.token_ = this.ownToken_;
    this.ownToken_ = '';
    this.queue_.applied = this.commands_.last = 0;
    this.save_();
    return !!this.token_;
  }

  received(frame: wire.FromServer, bytes: number): void {
    const [kind] = frame;
    if (kind == wire.WELCOME) this.welcome_(frame);
    else if (kind == wire.UPDATE) this.update_(frame, bytes);
    else if (kind == wire.PONG) this.retell_();
    else if (kind == wire.TOKEN) this.token_ = frame[1];
    this.save_();
    this.status_.show();
    this.renew_();
  }

  /** Loads the page again if the server has another version of the script, and nothing is lost by it. */
  private renew_(): void {
    if (this.newer_ && this.isIdle() && isFirstTry(this.newer_)) location.reload();
  }

  /** Takes up what the tab had here before. */
  private takeUp_([token, applied, attempts, command, pending, edits]: Kept): void {
    // Without a token it was refused, and what waits is lost.
    if (token) [this.ownToken_, this.token_] = [this.token_, token];
    this.expected_ = token ? wire.RESUMED : NEVER;
    this.queue_.applied = applied;
    this.attempts_ = attempts;
    this.commands_.last = command;
    this.fields_.recovery.restore(edits, this.root_);
    const forms = [...ofDocument('forms')];
    const events = pending.map(([fields, key, isSent]) => {
      const form = typeof key == 'string' ? forms.find((form) => getAttribute(form, 'id') == key) : forms[key];
      const carried = this.fields_.recall(form ? fieldsOf(form) : [], fields);
      return { fields, form, element: form, carried, isSent, mark: this.fields_.mark(), at: performance.now() };
    });
    this.fields_.since(events);
    this.queue_.prepend(events);
    this.showPending_();
  }

  private welcome_([, upTo, heartbeat, token, flags, refused, limit, version]: wire.Welcome): void {
    demand(Number.isInteger(upTo) && token);
    this.connection_.welcomed(heartbeat);
    this.token_ = token;
    this.ownToken_ = '';
    if (limit) this.limit_ = limit;
    this.newer_ = version != VERSION ? version : null;
    let lost = 0;
    if (flags != this.expected_) {
      if (this.isLost_(flags)) {
        lost = this.queue_.giveUp();
        this.fields_.recovery.reclaim(this.root_);
      }
      this.commands_.last = 0;
      this.queue_.applied = upTo;
    }
    this.expected_ = wire.RESUMED;
    this.carryOut_(upTo, refused);
    this.status_.set('connected', undefined, lost);
    // The page's patch, if there is one, comes before the answer.
    if (this.fields_.recovery.untold.size) this.connection_.send([wire.PING]);
    this.send_();
  }

  /** Whether what waits was meant for a state that is gone. A session that has applied nothing is as the page shows it. */
  private isLost_(flags: number): boolean {
    if (flags == wire.RESET || this.expected_ == NEVER) return true;
    return this.expected_ == wire.RESUMED && this.queue_.applied > 0;
  }

  private update_([, upTo, patches, commands, refused, title]: wire.Update, bytes: number): void {
    this.quietly_(() => {
      if (!patches) return;
      this.regions_.patch(patches, upTo == null);
      // A field may have gone from one region to another.
      this.fields_.recovery.rehome(this.root_);
    });
    if (title != null) Reflect.set(Document.prototype, 'title', title, document);
    if (upTo != null) this.carryOut_(upTo, refused);
    this.received_++;
    if (commands) this.commands_.run(commands);
    if (++this.unacked_ >= ACK_FRAMES || commands || bytes >= ACK_BYTES) {
      this.unacked_ = 0;
      this.connection_.send([wire.ACK, this.received_, this.commands_.last]);
    }
    this.retell_();
    this.send_();
  }

  /** The server is done with the events up to `upTo`. */
  private carryOut_(upTo: number, refused?: number[] | null): void {
    let number = this.queue_.applied;
    for (const event of this.queue_.acknowledge(upTo)) {
      this.marks_.set(++number, event.mark);
      this.marks_.delete(number - MAX_PENDING);
      const waiting = event.form && this.queue_.events.filter(({ form, isSent }) => form == event.form && !isSent);
      this.fields_.acknowledged(event, !!refused?.includes(number), waiting);
    }
    this.showPending_();
  }

  /** Tells the values that no event has carried as they are now. */
  private retell_(): void {
    const { untold } = this.fields_.recovery;
    for (const state of untold) {
      untold.delete(state);
      if (!this.queue_.carries(state)) this.listener_.retell(state.field);
    }
  }

  private showPending_(): void {
    this.quietly_(() => this.loading_.show(this.queue_.events.flatMap(({ element }) => element ?? [])));
  }

  /** Runs what makes the DOM fire events that are no acts of the user's. */
  private quietly_(run: () => void): void {
    const wasBusy = this.isBusy_;
    this.isBusy_ = true;
    try {
      run();
    } finally {
      this.isBusy_ = wasBusy;
    }
  }

  private send_(): void {
    if (this.status_.get() != 'connected') return;
    for (const [number, { fields }] of this.queue_.due()) {
      // What is empty at the end is left out.
      const end = fields.findLastIndex((field) => field && field + '') + 1;
      this.connection_.send([wire.EVENT, number, this.received_, ...(fields.slice(0, end) as string[])]);
      this.unacked_ = 0;
    }
  }

  private save_(): void {
    const forms = [...ofDocument('forms')];
    const pending = this.queue_.events.map(({ fields, form, isSent }): KeptEvent => [fields, form ? (getAttribute(form, 'id') ?? forms.indexOf(form)) : -1, !!isSent]);
    keep([this.token_, this.queue_.applied, this.attempts_, this.commands_.last, pending, this.fields_.recovery.edits()]);
  }
}
