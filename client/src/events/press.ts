// What the user is pressing stays where it is: a patch between press and release could move another element under the pointer, or replace
// the pressed one, and the browser would make no click of it.

import { call, closest } from '../dom/native';

const PRESSED = 'a,button,summary,label,[data-lv-click]';
const LONGEST = 1_000; // ms

export class Press {
  /** What waits for the release; nothing is pressed without it. */
  private waiting_: (() => void)[] | undefined;
  private timer_: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    const onRoot = ({ target }: Event) => closest(target as Element, PRESSED) && this.hold_();
    call(root, 'addEventListener', 'pointerdown', onRoot, true);
    // A click comes right after the release, if there is one.
    for (const type of ['pointerup', 'pointercancel', 'dragend']) addEventListener(type, () => setTimeout(this.release_), true);
    addEventListener('click', this.release_);
  }

  /** Runs `step`, at the release if something is pressed. */
  after(step: () => void): void {
    if (this.waiting_) this.waiting_.push(step);
    else step();
  }

  private hold_(): void {
    this.waiting_ ??= [];
    clearTimeout(this.timer_);
    this.timer_ = setTimeout(this.release_, LONGEST);
  }

  private release_ = (): void => {
    const waiting = this.waiting_ ?? [];
    this.waiting_ = undefined;
    for (const step of waiting) step();
  };
}
