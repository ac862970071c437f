// A WebSocket as live.js expects it, which may be slow, and may speak JSON to the server.

import { decode } from '../wire/msgpack';
import { encodeAny, fromJson, toJson } from './json';
import { read } from './settings';

type Handler = (event: any) => void;

export class DevSocket extends WebSocket {
  readonly #waiting: (() => void)[] = [];
  readonly #json: boolean;

  constructor(url: string | URL, protocols: string[]) {
    const json = !!read('json');
    super(url, json ? protocols.map((name) => name + '.json') : protocols);
    this.#json = json;
  }

  override send(data: Uint8Array<ArrayBuffer>): void {
    this.#later(() => super.send(this.#json ? toJson(decode(data.buffer)) : data));
  }

  override close(): void {
    this.#later(() => super.close());
  }

  /** Without the mark of the debug mode, which live.js doesn't know. */
  override get protocol(): string {
    return super.protocol.replace('.json', '');
  }

  override set onopen(handler: Handler | null) {
    this.#listen('open', handler);
  }

  override set onclose(handler: Handler | null) {
    this.#listen('close', handler);
  }

  override set onmessage(handler: Handler | null) {
    this.#listen('message', ({ data }) => handler?.({ data: this.#json ? encodeAny(fromJson(data)).buffer : data }));
  }

  #listen(name: string, handler: Handler | null): void {
    this.addEventListener(name, (event) => this.#later(() => handler?.(event)));
  }

  /** Each delay that ends lets the longest waiting go, so that the order stays when the latency changes. */
  #later(run: () => void): void {
    const latency = read('latency');
    if (!latency && !this.#waiting.length) return run();
    this.#waiting.push(run);
    setTimeout(() => this.#waiting.shift()!(), latency);
  }
}
