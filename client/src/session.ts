// A session's events on their way to the server, and the server's frames on their way into the page.

import { forgetCommands, lastCommand, runCommands } from './commands';
import { send, setAway, start, welcomed } from './connection';
import { type Field, giveBack, keeping, type Snapshot } from './forms';
import { type Mark, show, unmark } from './loading';
import type { Encodable } from './msgpack';
import { emit, root } from './page';
import { adopt, hashes, patch, patchShared } from './regions';
import { tellLost, setState } from './status';
import * as wire from './wire';

/** An event that the server has not acknowledged. */
export interface Pending {
  /** `name, values, form, target, key, modifiers`. */
  fields_: Encodable[];
  marks_: Mark[];
  /** The field whose change it tells. */
  field_?: Field;
  /** The form that it submits, and its fields as they were then. */
  form_?: HTMLFormElement;
  submitted_?: Snapshot[];
}

const MAX_PENDING = 64;
const WINDOW = 32; // events sent and unacknowledged; well within the server's burst, and then paced by its answers
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

let received = 0;
let unackedFrames = 0;
let unackedBytes = 0;
let patching = false;
let refused = false; // the server found something malformed
let unsent: () => Iterable<Field>;

/** Begins the session of the page. `waiting` gives the fields whose change has yet to become an event. */
export function begin(waiting: () => Iterable<Field>): void {
  unsent = waiting;
  token = root.dataset['lv']!;
  adopt((region) => send([wire.RESYNC, region]));
  start({ opened_: hello, received_: receive, closed_: closed });
}

/** Queues an event, and sends it as soon as it may be. False where too many wait already. */
export function push(event: Pending): boolean {
  if (pending.length >= MAX_PENDING) {
    emit('send', { dropped: event.fields_ });
    return false;
  }
  show(event.marks_);
  pending.push(event);
  flush();
  return true;
}

/** Whether a submit of this form awaits its answer. */
export const isLocked = (form: Element): boolean => pending.some(({ form_ }) => form_ == form);

/** Whether the page is being patched; what the DOM fires then is no act of the user. */
export const isPatching = (): boolean => patching;

function flush(): void {
  while (ready && sent < Math.min(pending.length, WINDOW)) {
    const { fields_ } = pending[sent++]!;
    send([wire.EVENT, applied + sent, received, ...fields_]);
    unackedFrames = unackedBytes = 0;
  }
}

function hello(): void {
  received = unackedFrames = unackedBytes = 0;
  send([wire.HELLO, token, ++connections, lastCommand(), hashes(), location.search.slice(1)]);
}

function closed(code: number): void {
  ready = false;
  sent = 0;
  // What the server refuses to read once it would refuse for ever.
  refused ||= code == 1002 || code == 1003 || code == 1009;
}

function receive(frame: wire.FromServer, bytes: number): void {
  emit('receive', frame);
  if (frame[0] == wire.WELCOME) welcome(frame);
  else if (!ready) throw Error('no WELCOME');
  else if (frame[0] == wire.AWAY) setAway(frame[1]);
  else if (frame[0] == wire.UPDATE) update(frame, bytes);
  else if (frame[0] == wire.SHARED) {
    carryOut(applied, [], () => patchShared(frame));
    count(bytes);
  }
}

function welcome([, upTo, heartbeat, renewed, flags]: wire.Welcome): void {
  const resumed = flags & wire.RESUMED;
  token = renewed;
  ready = true;
  welcomed(heartbeat);
  setState('connected');
  if (known && resumed) carryOut(upTo, []);
  // What was meant for a state that is gone isn't done to another. The first state is the one that the page shows.
  if ((known && !resumed) || flags & wire.RESET || refused) giveUp();
  if (!resumed) forgetCommands();
  applied = upTo;
  known = true;
  refused = false;
  flush();
}

function update([, upTo, patches, commands, failed, title]: wire.Update, bytes: number): void {
  carryOut(upTo, failed ?? [], () => {
    patch(patches ?? []);
    if (title != null) document.title = title;
  });
  if (commands?.length) {
    runCommands(commands);
    unackedFrames = ACK_FRAMES;
  }
  count(bytes);
  flush();
}

/** Counts a frame that was carried out, and acknowledges where it is time. */
function count(bytes: number): void {
  received++;
  unackedBytes += bytes;
  if (++unackedFrames < ACK_FRAMES && unackedBytes < ACK_BYTES) return;
  unackedFrames = unackedBytes = 0;
  send([wire.ACK, received, lastCommand()]);
}

/**
 * Changes the page by `step`, and is done with the events up to `upTo`. The step meets the page without marks, as the server
 * knows it; fields whose newest change the server hasn't seen keep it.
 */
function carryOut(upTo: number, failed: number[], step = () => {}): void {
  const ahead = pending.slice(upTo - applied).flatMap(({ field_ }) => field_ ?? []);
  unmark();
  patching = true;
  try {
    keeping([...ahead, ...unsent()], step);
  } finally {
    patching = false;
    const done = pending.splice(0, upTo - applied);
    sent -= Math.min(sent, done.length);
    for (const { form_, submitted_ } of done) if (!failed.includes(++applied) && form_) giveBack(form_, submitted_!);
    applied = upTo;
    pending.forEach(({ marks_ }) => show(marks_));
  }
}

function giveUp(): void {
  const lost = pending.splice(0).length;
  sent = 0;
  unmark();
  if (lost) tellLost(lost);
}
