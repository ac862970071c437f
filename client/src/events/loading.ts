// What elements show while an event awaits the server: classes and attributes that are the runtime's for a while.

import { attr } from '../dom/markup';
import { call, findAll, ofDocument, read } from '../dom/native';

/** What the server has at an attribute, see patch/memory.ts. */
export interface ServerView {
  server(element: Element, attribute: string): string | null;
}

/** An attribute, or one of the classes, that an element has for a while. */
interface Mark {
  element: Element;
  name: string;
  /** Null: the attribute is missing for a while. */
  value: string | null;
  isToken: boolean;
}

/** How to take a mark off. */
interface Undo extends Mark {
  before: string | null;
  server: string | null;
}

const SWITCHES = [
  ['show', 'hidden', null],
  ['hide', 'hidden', ''],
  ['disable', 'disabled', ''],
] as const;

export class Loading {
  private undo_: Undo[] = [];
  /** Had the focus when it was disabled. */
  private focused_: HTMLElement | null = null;

  constructor(private view_: ServerView) {}

  /** Marks for exactly these elements, each of which awaits the server. */
  show(elements: Iterable<Element>): void {
    for (const undo of this.undo_.splice(0).reverse()) this.takeOff_(undo);
    for (const element of new Set(elements)) marksOf(element).forEach((mark) => this.put_(mark));
    this.giveFocusBack_();
  }

  /** Whether the runtime has disabled an element, so that it lost the focus without its user's doing. */
  isDisabled(element: Element): boolean {
    return this.undo_.some((undo) => undo.element == element && undo.name == 'disabled' && undo.value != null);
  }

  private put_(mark: Mark): void {
    const { element, name, value, isToken } = mark;
    if (isToken && read(element, 'classList').contains(value!)) return;
    const before = call(element, 'getAttribute', name);
    const focused = ofDocument('activeElement') as HTMLElement | null;
    if (name == 'disabled' && value != null && focused && call(element, 'contains', focused)) this.focused_ = focused;
    this.undo_.push({ ...mark, before, server: this.view_.server(element, name) });
    if (isToken) read(element, 'classList').add(value!);
    else set(element, name, value);
  }

  /** Gives an element back what it had, or what the server has changed it to meanwhile. */
  private takeOff_({ element, name, value, isToken, before, server }: Undo): void {
    const now = this.view_.server(element, name);
    if (isToken) {
      const isServers = now != server && now?.split(/\s+/).includes(value!);
      if (!isServers) read(element, 'classList').remove(value!);
      if (before == null && now == null && !read(element, 'className')) call(element, 'removeAttribute', 'class');
    } else set(element, name, now == server ? before : now);
  }

  /** The keyboard focus comes back to what was disabled, unless the user has gone on. */
  private giveFocusBack_(): void {
    const focused = this.focused_;
    if (!focused || this.isDisabled(focused)) return;
    this.focused_ = null;
    const active = ofDocument('activeElement');
    if (active != focused && (!active || active == ofDocument('body'))) call(focused, 'focus', { preventScroll: true });
  }
}

/** What the `data-lv-loading-*` attributes of an event's element ask for. */
function marksOf(element: Element): Mark[] {
  const classes = `lv-loading ${attr(element, 'loading-class') ?? ''}`.split(/\s+/).filter(Boolean);
  return [
    ...classes.map((value): Mark => ({ element, name: 'class', value, isToken: true })),
    ...SWITCHES.flatMap(([what, name, value]) => {
      const selector = attr(element, 'loading-' + what);
      // Without a selector it is the element itself, and in a form the buttons.
      const targets = selector == null ? [] : selector ? findAll(selector) : [element, ...call(element, 'querySelectorAll', 'button')];
      return targets.map((target): Mark => ({ element: target, name, value, isToken: false }));
    }),
  ];
}

const set = (element: Element, name: string, value: string | null): void =>
  value == null ? call(element, 'removeAttribute', name) : call(element, 'setAttribute', name, value);
