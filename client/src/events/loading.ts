// What elements show while an event awaits the server: classes and attributes that are the runtime's for a while.

import { attr } from '../dom/markup';
import { call, contains, findAll, getAttribute, ofDocument, read, select } from '../dom/native';

/** What the server has at an attribute, see patch/memory.ts. */
export interface ServerView {
  server(element: Element, attribute: string): string | null;
}

/** `data-lv-loading-<what>` gives elements an attribute, or takes it: `[what, attribute, value]`. */
const SWITCHES = [
  ['show', 'hidden', null],
  ['hide', 'hidden', ''],
  ['disable', 'disabled', ''],
] as const;

export class Loading {
  private undo_: (() => void)[] = [];
  private disabled_ = new Set<Element>();
  /** Had the focus when it was disabled. */
  private focused_: Element | null = null;

  constructor(private view_: ServerView) {}

  /** Marks for exactly these elements, each of which awaits the server. */
  show(elements: Element[]): void {
    for (const undo of this.undo_.splice(0).reverse()) undo();
    this.disabled_.clear();
    new Set(elements).forEach((element) => this.mark_(element));
    this.giveFocusBack_();
  }

  /** Whether the runtime has disabled an element, so that it lost the focus without its user's doing. */
  isDisabled(element: Element): boolean {
    return this.disabled_.has(element);
  }

  /** Reads something while nothing is disabled that the runtime has disabled. */
  enabled<T>(read: () => T): T {
    for (const element of this.disabled_) set(element, 'disabled', null);
    try {
      return read();
    } finally {
      for (const element of this.disabled_) set(element, 'disabled', '');
    }
  }

  /** What the `data-lv-loading-*` attributes of an event's element ask for. */
  private mark_(element: Element): void {
    for (const token of `lv-loading ${attr(element, 'loading-class') ?? ''}`.split(/\s+/)) if (token) this.addClass_(element, token);
    for (const [what, name, value] of SWITCHES) {
      const selector = attr(element, 'loading-' + what);
      // Without a selector it is the element itself, and in a form the buttons.
      const targets = selector == null ? [] : selector ? matching(selector) : [element, ...select(element, 'button')];
      for (const target of targets) this.setAttribute_(target, name, value);
    }
  }

  private addClass_(element: Element, token: string): void {
    const classes = read(element, 'classList');
    if (classes.contains(token)) return;
    classes.add(token);
    this.undo_.push(() => {
      const server = this.view_.server(element, 'class');
      if (!server?.split(/\s+/).includes(token)) classes.remove(token);
      if (!classes.length && server == null) set(element, 'class', null);
    });
  }

  private setAttribute_(element: Element, name: string, value: string | null): void {
    const before = getAttribute(element, name);
    const server = this.view_.server(element, name);
    if (name == 'disabled' && before == null) {
      const focused = ofDocument('activeElement');
      if (contains(element, focused)) this.focused_ = focused;
      this.disabled_.add(element);
    }
    set(element, name, value);
    // Gives it back what it had, or what the server has changed it to meanwhile.
    this.undo_.push(() => {
      const now = this.view_.server(element, name);
      set(element, name, now == server ? before : now);
    });
  }

  /** The keyboard focus comes back to what was disabled, unless the user has gone on. */
  private giveFocusBack_(): void {
    const focused = this.focused_;
    if (!focused || this.isDisabled(focused)) return;
    this.focused_ = null;
    const active = ofDocument('activeElement');
    if (!active || active == ofDocument('body')) call(focused, 'focus', { preventScroll: true });
  }
}

/** The elements that match a selector of the markup. An invalid one is reported, and matches nothing. */
function matching(selector: string): Element[] {
  try {
    return findAll(selector);
  } catch (error) {
    reportError(error);
    return [];
  }
}

const set = (element: Element, name: string, value: string | null): void =>
  value == null ? call(element, 'removeAttribute', name) : call(element, 'setAttribute', name, value);
