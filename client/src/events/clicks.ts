// Which clicks are meant: browsers fire more than users make.

import { call, read } from '../dom/native';

/** What a user presses for its own sake. */
const INTERACTIVE = 'a,button,input,select,textarea,summary,[contenteditable],[data-lv-click]';
const LINK = 'a[href],area[href]';

export class Clicks {
  /** Where the pointer went down. */
  private pressed_: Element | null = null;
  /** A label was clicked, and its control will be: the handlers that have had their event. */
  private labelled_: { control: Element; handled: Set<Element> } | undefined;

  press(target: Element): void {
    this.pressed_ = target;
  }

  /** Whether a click is one: not a press on one thing and a release on another, nor one that opens a tab. */
  isClick(event: MouseEvent, target: Element): boolean {
    const { labelled_, pressed_ } = this;
    this.pressed_ = null;
    const isLabels = labelled_?.control == target;
    if (!isLabels) this.labelled_ = undefined;
    // Keys and scripts press nothing.
    const start = event.detail && !isLabels ? pressed_ && call(pressed_, 'closest', INTERACTIVE) : null;
    if (start && !call(start, 'contains', target) && !this.isLabelOf_(start, target)) return false;
    const label = call(target, 'closest', 'label') as HTMLLabelElement | null;
    const control = label?.control;
    if (control && control != target && !isLabels) {
      const labelled = (this.labelled_ = { control, handled: new Set<Element>() });
      // The browser clicks the control right after this event, if it does.
      setTimeout(() => this.labelled_ == labelled && (this.labelled_ = undefined));
    }
    return true;
  }

  /** Whether a handler has to hear this click. */
  takes(event: MouseEvent, handler: Element): boolean {
    const target = event.target as Element;
    const link = call(target, 'closest', LINK);
    const opens = event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0;
    if (link && opens && call(handler, 'contains', link)) return false;
    const { labelled_ } = this;
    if (!labelled_ || call(labelled_.control, 'contains', handler)) return true;
    if (labelled_.control == target) return !labelled_.handled.has(handler);
    labelled_.handled.add(handler);
    return true;
  }

  private isLabelOf_(start: Element, target: Element): boolean {
    return read(start, 'localName') == 'label' || (call(target, 'closest', 'label') as HTMLLabelElement | null)?.control == start;
  }
}
