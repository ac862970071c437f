// A session's events on their way to the server, and the server's frames on their way into the page.

import { forgetCommands, lastCommand, runCommands } from './commands';
import { send, setAway, start, welcomed } from './connection';
import { type Field, giveBack } from './forms';
import { mark, type Mark, unmark } from './marks';
import type { Encodable } from './msgpack';
import { emit, root } from './page';
import { waitingFields } from './rate';
import { adopt, hashes, patch } from './regions';
import { tellLost } from './status';
import * as wire from './wire';

/** An event that the server has not acknowledged. */
export interface Pending {
  /** `name, values, form, target, key, modifiers`. */
  fields_: Encodable[];
  /** What its elements show meanwhile, as the page is at the time. */
  marks_: () => Mark[];
  /** The field whose change it tells. */
  field_?: Field;
  /** The form that it submits, and its fields as they were then. */
  form_?: HTMLFormElement;
  submitted_?: [Field, string][];
}

const MAX_PENDING = 64;
const WINDOW = 32; // events sent and unacknowledged: within the server's burst, and then paced by its answers
const ACK_FRAMES = 2;
const ACK_BYTES = 65536;

// The event at pending[i] has the number applied + 1 + i; the first `sent` of them are on their way.
const pending: Pending[] = [];
let applied = 0;
let sent = 0;

let token: string;
let connections = 0;
let known = false; // a server has welcomed this page before
let ready = false; // this connection was welcomed
let refused = false; // the server found something malformed

let received: number;
let unacked: number; // frames
let patching = false;

/** Begins the session of the page. */
export function begin(): void {
  token = root.getAttribute('data-lv')!;
  adopt();
  start(hello, receive, closed);
}

/** Queues an event, and sends it as soon as it may be. False where too many wait already. */
export function push(event: Pending): boolean {
  if (pending.length >= MAX_PENDING) {
    emit('send', { dropped: event.fields_ });
    return false;
  }
  mark(event.marks_());
  pending.push(event);
  flush();
  return true;
}

/** Whether a submit of this form awaits its answer. */
export const isLocked = (form: Element): boolean => pending.some(({ form_ }) => form_ == form);

/** Whether the page is being patched; what the DOM fires then is no act of the user. */
export const isPatching = (): boolean => patching;

function flush(): void {
  while (ready && sent < WINDOW && pending[sent]) {
    send([wire.EVENT, applied + sent + 1, received, ...pending[sent++]!.fields_]);
    unacked = 0;
  }
}

function hello(): void {
  received = unacked = 0;
  send([wire.HELLO, token, ++connections, lastCommand(), hashes(), location.search.slice(1)]);
}

function closed(code: number): void {
  ready = false;
  sent = 0;
  // What the server refuses to read once it would refuse for ever.
  refused ||= [1002, 1003, 1009].includes(code);
}

function receive(frame: wire.FromServer, bytes: number): void {
  emit('receive', frame);
  if (frame[0] == wire.WELCOME) welcome(frame);
  else if (frame[0] == wire.AWAY) setAway(frame[1]);
  else if (frame[0] == wire.UPDATE) update(frame, bytes);
}

function welcome([, upTo, heartbeat, renewed, flags]: wire.Welcome): void {
  const resumed = flags & wire.RESUMED;
  token = renewed;
  ready = true;
  welcomed(heartbeat);
  if (known && resumed) carryOut(upTo);
  // What was meant for a state that is gone isn't done to another. The first state is the one that the page shows.
  if ((known && !resumed) || flags & wire.RESET || refused) giveUp();
  if (!resumed) forgetCommands();
  applied = upTo;
  known = true;
  refused = false;
  flush();
}

function update([, upTo, patches, commands, failed, title]: wire.Update, bytes: number): void {
  carryOut(
    upTo,
    () => {
      patch(patches ?? []);
      document.title = title ?? document.title;
    },
    failed ?? [],
  );
  if (commands?.length) {
    runCommands(commands);
    unacked = ACK_FRAMES;
  }
  count(bytes);
  flush();
}

/** Counts a frame that was carried out, and acknowledges where it is time. */
function count(bytes: number): void {
  received++;
  if (++unacked < ACK_FRAMES && bytes < ACK_BYTES) return;
  unacked = 0;
  send([wire.ACK, received, lastCommand()]);
}

/** Changes the page by `step`, and is done with the events up to `upTo`. */
function carryOut(upTo: number, step = () => {}, failed: number[] = []): void {
  const ahead = pending.slice(upTo - applied).flatMap(({ field_ }) => field_ ?? []);
  unmark();
  // The fields whose newest change the server hasn't seen keep it, see morph.ts.
  mark([...ahead, ...waitingFields()].map((field) => [field, 'data-lvc-keep', '']));
  patching = true;
  try {
    step();
  } finally {
    patching = false;
    unmark();
    const done = pending.splice(0, upTo - applied);
    sent = Math.max(0, sent - done.length);
    for (const { form_, submitted_ } of done) if (!failed.includes(++applied) && form_) giveBack(form_, submitted_!);
    applied = upTo;
    for (const { marks_ } of pending) mark(marks_());
  }
}

function giveUp(): void {
  const lost = pending.splice(0).length;
  sent = 0;
  unmark();
  if (lost) tellLost(lost);
}
