// A session's events on their way to the server, and the server's frames on their way into the page.

import { last, runCommands, setLast } from './commands';
import { send, start, welcomed } from './connection';
import { type Field, giveBack, recover } from '../fields/forms';
import { loadingMarks } from '../events/loading';
import { mark, type Mark, unmark } from '../events/marks';
import type { Encodable } from '../wire/msgpack';
import { emit, root } from '../page';
import { waitingFields } from '../events/rate';
import { adopt, hashes, patch } from './regions';
import { R12 } from '../rules';
import { isConnected, setState, show, showSoon } from './status';
import { keep, take } from './storage';
import * as wire from '../wire/frames';

/** An event that the server has not acknowledged. */
export interface Pending {
  /** `name, values, form, target, key, modifiers`. */
  fields_: Encodable[];
  /** What its elements show meanwhile, as the page is at the time. */
  marks_: () => Mark[];
  /** The field whose change it tells. */
  field_?: Field;
  /** The form that it submits. */
  form_?: HTMLFormElement;
  /** When it was made. */
  at_?: number;
}

const MAX_PENDING = 64;
const ACK_FRAMES = 3;
const ACK_BYTES = 65536;
const NEVER = 4;
const SLOW = 1000; // ms

const pending: Pending[] = []; // pending[i] has the number applied + 1 + i
let applied = 0;
let attempts = 0;
let expected: number | undefined; // the flags of a WELCOME that goes on with what the page has; the first always does
let received: number; // frames
let unacked: number; // of them
let patching = 0;
let own: string | undefined; // the response's own token, while the page tries the one that the tab had before

/** Begins the session of the page, or goes on with the one that the tab had here before. */
export function begin(): void {
  adopt();
  take((kept) => {
    if (kept) {
      // Without a token it was refused, and what waits is lost.
      if (kept[0]) (own = root.dataset.lv), (root.dataset.lv = kept[0]);
      expected = kept[0] ? wire.RESUMED : NEVER;
      [, applied, attempts] = kept;
      setLast(kept[3]);
      // What was made meanwhile comes after what was made before.
      const since = pending.splice(0);
      for (const [fields_, form] of kept[4]) {
        const form_ = document.forms[form];
        add({ fields_, form_, marks_: () => (form_ ? loadingMarks(form_) : []) });
      }
      pending.push(...since);
    }
    start();
  });
}

/** Queues an event, and sends it as soon as it may be. False where too many wait already. */
export function push(event: Pending): boolean {
  if (pending[MAX_PENDING - 1]) return false;
  tell(event, add(event) - 1);
  save();
  showSoon(SLOW);
  return true;
}

function add(event: Pending): number {
  mark(event.marks_());
  event.at_ = Date.now();
  return pending.push(event);
}

const save = (): void =>
  keep([root.dataset.lv!, applied, attempts, last, pending.map(({ fields_, form_ }) => [fields_, [...document.forms].indexOf(form_!)])]);

/** How many events wait. */
export const count = (): number => pending.length;

/** Whether one has waited for long. */
export const isSlow = (): boolean => Date.now() - pending[0]?.at_! >= SLOW;

/** Whether a submit of this form awaits its answer. */
export const isLocked = (form: Element): boolean => pending.some(({ form_ }) => form_ == form);

/** Whether the page is being patched; what the DOM fires then is no act of the user. */
export const isPatching = (): boolean => !!patching;

function tell({ fields_ }: Pending, i: number): void {
  if (!isConnected()) return;
  // What is empty at the end is left out.
  const end = fields_.findLastIndex((field: any) => field?.length || field > 0) + 1;
  send([wire.EVENT, applied + i + 1, received, ...fields_.slice(0, end)]);
  unacked = 0;
}

export function hello(): void {
  received = unacked = patching = 0;
  send([wire.HELLO, root.dataset.lv!, ++attempts, last, hashes(), location.search, applied]);
  save();
}

/** The connection closed. True where the page goes on with the token of its own response, since the one of before isn't good any more. */
export function closed(code: any): unknown {
  // What the server refused to read it would refuse for ever.
  if (/100[239]|4001/.test(code)) expected = NEVER;
  if (code != 4001) return;
  applied = 0;
  setLast(0);
  const again = (root.dataset.lv = own ?? '');
  own = '';
  save();
  return again;
}

export function receive(frame: wire.FromServer, bytes: number): void {
  emit('receive', frame);
  if (frame[0] == wire.WELCOME) {
    const [, upTo, interval, token, flags, failed] = frame;
    welcomed(interval);
    let lost: Pending[] = [];
    own = '';
    root.dataset.lv = token;
    if (flags != expected) {
      // What was meant for a state that is gone isn't done to another. One that nothing was done to is as the page shows it.
      if (expected! > (applied ? 0 : wire.RESUMED) || flags > wire.RESUMED) lost = pending.splice(0);
      setLast(0);
      applied = upTo;
    }
    expected = wire.RESUMED;
    carryOut(upTo, undefined, failed);
    setState('connected', undefined, lost.length);
    // People needn't type again what they have submitted.
    lost.forEach(({ form_, fields_ }) => form_ && recover(form_, fields_[2] as string[]));
    pending.forEach(tell);
  }
  if (frame[0] == wire.TOKEN) root.dataset.lv = frame[1];
  if (frame[0] == wire.UPDATE) {
    const [, upTo, patches, commands, failed, title] = frame;
    carryOut(upTo, patches, failed, title);
    received++;
    if (commands) runCommands(commands);
    if (++unacked >= ACK_FRAMES || commands || bytes >= ACK_BYTES) {
      unacked = 0;
      send([wire.ACK, received, last]);
    }
  }
  save();
  show();
}

/** Changes the page, and is done with the events up to `upTo`. A step that throws ends the connection, and WELCOME does the rest. */
function carryOut(upTo: number | null, patches?: wire.Patches | null, failed?: number[] | null, title?: string | null): void {
  const done = upTo! && upTo! - applied; // none in a frame that many share
  const ahead = pending.slice(done).flatMap(({ field_ }) => field_ || []);
  unmark();
  // The fields whose newest change the server hasn't seen keep it, see patch/morph.ts.
  if (R12) mark([...ahead, ...waitingFields()].map((field) => [field, 'data-lvc-keep', 'null']));
  patching = 1;
  if (patches) patch(patches, upTo);
  if (title != null) document.title = title;
  for (const { form_ } of pending.splice(0, done))
    if (!(failed ?? []).includes(++applied) && form_) giveBack(form_);
  patching = 0;
  unmark();
  pending.forEach(({ marks_ }) => mark(marks_()));
}
