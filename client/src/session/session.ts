// A session's events on their way to the server, and the server's frames on their way into the page.

import { type Draft, Listener, type Listening } from '../events/listener';
import { Loading } from '../events/loading';
import { call } from '../dom/native';
import { type Edit, Fields, type Seen, type State } from '../fields/fields';
import { Memory } from '../patch/memory';
import { Patcher } from '../patch/patcher';
import { PROTOCOL, SIZE, TOKEN as REFUSED, TYPE } from '../wire/close';
import * as wire from '../wire/frames';
import { demand } from '../wire/msgpack';
import { Commands } from './commands';
import type { Connection, Endpoint } from './connection';
import { type LiveEvent, MAX_PENDING, Queue } from './queue';
import { Regions } from './regions';
import { nameOf, type Status, type Waiting } from './status';
import { isFirstTry, keep, type Kept, take } from './storage';
import { VERSION } from './version';

/** An ACK of its own leaves after so many frames or bytes. */
const ACK_FRAMES = 3;
const ACK_BYTES = 65_536;
/** The flags of a WELCOME that no server sends: what waits must not go to the session that answers. */
const NEVER = -1;

export class Session implements Endpoint, Listening {
  private queue_ = new Queue();
  private memory_: Memory;
  private patcher_: Patcher;
  private fields_: Fields;
  private listener_: Listener;
  private loading_: Loading;
  private regions_: Regions;
  private commands_ = new Commands((targets, event) => this.reset_(targets, event));
  /** What acknowledged events had seen, for commands of theirs: by their numbers, the last ones. */
  private seen_ = new Map<number, Seen>();
  /** Connections opened. */
  private attempts_ = 0;
  /** The flags of the next WELCOME if it goes on with what the page has; the first one always does. */
  private expected_: number | undefined;
  /** Frames received on this connection, and those of them that no ACK has acknowledged. */
  private received_ = 0;
  private unacked_ = 0;
  private isPatching_ = false;
  private limit_ = wire.MAX_BYTES;
  /** The version of the server's script, if that isn't this one: once the page is idle it is loaded again. */
  private newer_: string | undefined;
  /** The token of the page's own response, while the page tries the one that the tab had before. */
  private ownToken_: string | undefined;
  /** What the user had edited before a reload, until the server has said whether it knows of it. */
  private edits_: Edit[] = [];
  /** What the user had edited when the server lost its state: it is told once the page is the new session's. */
  private reclaimed_: State[] = [];

  constructor(
    private root_: HTMLElement,
    private connection_: Connection,
    private status_: Status,
  ) {
    this.fields_ = new Fields({
      exact: (live, now) => this.patcher_.element(live, now),
      serverOf: (live) => this.memory_.clone(live) as Element,
      retell: (field) => this.listener_.retell(field),
    });
    this.memory_ = new Memory(root_);
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
      addEventListener('pagehide', () => this.save_());
      this.connection_.start(this);
    });
  }

  waiting(): Waiting {
    const { events } = this.queue_;
    return { count: events.length, since: events[0]?.at };
  }

  isIdle(): boolean {
    return !this.queue_.events.length && !this.fields_.isTouched();
  }

  /** What the DOM fires during a patch is no act of the user's; nor is the loss of the focus by an element that the runtime disables. */
  isDeaf({ type, target }: Event): boolean {
    return this.isPatching_ || this.status_.get() == 'ended' || (type == 'blur' && this.loading_.isDisabled(target as Element));
  }

  /** Queues an event, and sends it as soon as it may be. False if it wasn't taken. */
  push(draft: Draft): boolean {
    const event: LiveEvent = { ...draft, seen: this.fields_.seen(), at: performance.now() };
    const pushed = this.queue_.push(event, { bytes: this.limit_, values: wire.MAX_VALUES });
    if (pushed == 'full' || pushed == 'large') {
      const what = event.form ?? event.carried[0]?.field ?? event.element;
      this.status_.refuse(pushed, what ? nameOf(what) : event.fields[0]);
    }
    if (pushed != 'taken') return false;
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
    if (code == PROTOCOL || code == TYPE || code == SIZE || code == REFUSED) this.expected_ = NEVER;
    if (code != REFUSED) return false;
    // The token of before isn't good any more: that of the page's own response may be.
    const token = this.ownToken_ ?? '';
    this.ownToken_ = '';
    this.token_ = token;
    this.queue_.applied = this.commands_.last = 0;
    this.save_();
    return !!token;
  }

  received(frame: wire.FromServer, bytes: number): void {
    switch (frame[0]) {
      case wire.WELCOME:
        this.welcome_(frame);
        break;
      case wire.UPDATE:
        this.update_(frame, bytes);
        break;
      case wire.PONG:
        this.tellReclaimed_();
        break;
      case wire.TOKEN:
        this.token_ = frame[1];
        break;
    }
    this.save_();
    this.status_.show();
    if (this.newer_ && this.isIdle() && isFirstTry(this.newer_)) location.reload();
  }

  private get token_(): string {
    return call(this.root_, 'getAttribute', 'data-lv')!;
  }

  private set token_(token: string) {
    call(this.root_, 'setAttribute', 'data-lv', token);
  }

  /** Takes up what the tab had here before. */
  private takeUp_({ token, applied, attempts, command, pending, edits }: Kept): void {
    // Without a token it was refused, and what waits is lost.
    if (token) {
      this.ownToken_ = this.token_;
      this.token_ = token;
    }
    this.expected_ = token ? wire.RESUMED : NEVER;
    this.queue_.applied = applied;
    this.attempts_ = attempts;
    this.commands_.last = command;
    // What the server was told it gives back, unless it has lost it.
    this.edits_ = edits;
    const untold = this.fields_.adopt(edits.filter(([, , touched]) => touched), this.root_);
    const forms = [...document.forms];
    const events = pending.map(([fields, number, isSent]) => {
      const form = forms[number];
      return { fields, element: form, ...(form && { form }), carried: form ? this.fields_.under([form]) : [], at: performance.now(), isSent };
    });
    const seen = this.fields_.seen();
    this.queue_.prepend(events.map((event) => ({ ...event, seen: new Map(seen) })));
    // A submit that waits tells them anyway.
    for (const state of untold) if (!events.some(({ carried }) => carried.includes(state))) this.listener_.retell(state.field);
    this.showPending_();
  }

  private welcome_([, upTo, heartbeat, token, flags, refused, limit, version]: wire.Welcome): void {
    demand(Number.isInteger(upTo) && token);
    this.connection_.welcomed(heartbeat);
    this.ownToken_ = '';
    this.token_ = token;
    if (limit) this.limit_ = limit;
    this.newer_ = version && version != VERSION ? version : undefined;
    let lost: LiveEvent[] = [];
    if (flags != this.expected_) {
      if (this.isLost_(flags)) {
        lost = this.queue_.restart(upTo);
        this.reclaimed_ = [...this.fields_.reclaim(), ...this.fields_.adopt(this.edits_, this.root_)];
      }
      this.commands_.last = 0;
      this.queue_.applied = upTo;
    }
    this.edits_ = [];
    this.expected_ = wire.RESUMED;
    this.carryOut_(upTo, refused);
    this.status_.set('connected', undefined, lost.length);
    // The page's patch comes before the answer, if there is one.
    if (this.reclaimed_.length) this.connection_.send([wire.PING]);
    this.send_();
  }

  /** Whether what waits was meant for a state that is gone. A session that has applied nothing is as the page shows it. */
  private isLost_(flags: number): boolean {
    if (flags == wire.RESET || this.expected_ == NEVER) return true;
    return this.expected_ == wire.RESUMED && this.queue_.applied > 0;
  }

  private update_([, upTo, patches, commands, refused, title]: wire.Update, bytes: number): void {
    this.carryOut_(upTo, refused, patches, title);
    this.received_++;
    if (commands) this.commands_.run(commands);
    if (++this.unacked_ >= ACK_FRAMES || commands || bytes >= ACK_BYTES) {
      this.unacked_ = 0;
      this.connection_.send([wire.ACK, this.received_, this.commands_.last]);
    }
    this.tellReclaimed_();
    this.send_();
  }

  /** Changes the page, and is done with the events up to `upTo`, which a frame that many sessions share doesn't have. */
  private carryOut_(upTo: number | null, refused?: number[] | null, patches?: wire.Patches | null, title?: string | null): void {
    this.isPatching_ = true;
    try {
      if (patches) this.regions_.patch(patches, upTo == null);
    } finally {
      this.isPatching_ = false;
    }
    if (title != null) document.title = title;
    if (upTo == null) return;
    let number = this.queue_.applied;
    for (const event of this.queue_.acknowledge(upTo)) this.settle_(event, ++number, !!refused?.includes(number));
    this.showPending_();
  }

  /** An event was acknowledged: the fields that it carried are settled. */
  private settle_({ form, carried, seen }: LiveEvent, number: number, isRefused: boolean): void {
    this.seen_.set(number, seen);
    this.seen_.delete(number - MAX_PENDING);
    if (!isRefused) {
      if (form) this.submitted_(form, carried, seen);
      else this.fields_.told(carried, seen);
    }
    this.fields_.acknowledged(seen);
  }

  private submitted_(form: HTMLFormElement, carried: State[], seen: Seen): void {
    for (const later of this.queue_.events)
      if (later.form == form && !later.isSent) this.fields_.rebaseWaiting(later.fields[2] ?? [], later.seen, carried, seen);
    this.fields_.reset(carried, seen);
  }

  private reset_(targets: HTMLElement[], event: number): void {
    this.fields_.reset(this.fields_.under(targets), this.seen_.get(event));
  }

  /** Tells the new session what the user had edited: each form's fields at once, and each field that has no form. */
  private tellReclaimed_(): void {
    for (const { field } of this.fields_.oneOfEachForm(this.reclaimed_.splice(0))) this.listener_.retell(field);
  }

  private showPending_(): void {
    const isPatching = this.isPatching_;
    // To give the focus back fires events, too.
    this.isPatching_ = true;
    this.loading_.show(this.queue_.events.flatMap(({ element }) => element ?? []));
    this.isPatching_ = isPatching;
  }

  private send_(): void {
    if (this.status_.get() != 'connected') return;
    for (const [number, { fields }] of this.queue_.due()) {
      // What is empty at the end is left out.
      const end = fields.findLastIndex((field) => (typeof field == 'number' ? field : field?.length)) + 1;
      this.connection_.send([wire.EVENT, number, this.received_, ...fields.slice(0, end).map((field) => field ?? null)]);
      this.unacked_ = 0;
    }
  }

  private save_(): void {
    const forms = [...document.forms];
    keep({
      token: this.token_,
      applied: this.queue_.applied,
      attempts: this.attempts_,
      command: this.commands_.last,
      pending: this.queue_.events.map(({ fields, form, isSent }) => [fields, form ? forms.indexOf(form) : -1, !!isSent]),
      edits: [...this.fields_.edits(), ...this.edits_],
    });
  }
}
