// Which clicks are meant: browsers fire more than users make.

import { closest, contains } from '../dom/native';

/** What a user presses for its own sake. */
const INTERACTIVE = 'a,button,input,select,textarea,summary,[contenteditable],[data-lv-click]';
const LINK = 'a[href],area[href]';

export class Clicks {
  /** Where the pointer went down. */
  private pressed_: Element | null = null;
  /** A label was clicked, and the browser is about to click its control: `handlers` have had the label's click. */
  private labelled_: { control: Element; handlers: Element[] } | undefined;

  press(target: Element): void {
    this.pressed_ = target;
  }

  /** Those of the handlers that a click is for: not if it was pressed on one thing and released on another, opens a tab, or was a label's before. */
  meant(event: MouseEvent, target: Element, handlers: Element[]): Element[] {
    const { pressed_, labelled_ } = this;
    this.pressed_ = null;
    this.labelled_ = undefined;
    const label = closest(target, 'label') as HTMLLabelElement | null;
    const isRepeated = labelled_?.control == target;
    // Keys and scripts press nothing.
    const start = event.detail ? pressed_ && closest(pressed_, INTERACTIVE) : null;
    if (start && start != label?.control && !contains(start, target)) return [];
    const link = closest(target, LINK);
    const opens = event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0;
    const meant = handlers.filter(
      (handler) => !(link && opens && contains(handler, link)) && !(isRepeated && labelled_.handlers.includes(handler)),
    );
    if (label?.control && label.control != target && !isRepeated) {
      this.labelled_ = { control: label.control, handlers: meant };
      // The browser clicks the control right after this event, if it does.
      setTimeout(() => (this.labelled_ = undefined));
    }
    return meant;
  }
}
