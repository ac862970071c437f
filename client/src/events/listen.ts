// From what the user does to the events that the server gets. One listener a kind, on the root.

import { formFields } from '../fields/forms';
import { loadingMarks } from './loading';
import { attr } from '../dom/markup';
import { root } from '../page';
import { finish, flushWaiting, waiting } from './rate';
import { isLocked, isPatching, push } from '../session/session';
import { hasEnded } from '../session/status';

export function listen(): void {
  // Whatever the user edits fires `input`. The first two don't bubble.
  ['focus', 'blur', 'click', 'submit', 'change', 'keydown', 'keyup'].forEach((type, index) =>
    root.addEventListener(type == 'change' ? 'input' : type, handle(type), index < 2),
  );
}

/** Sends an event from the page's own script. False where it had to be dropped. */
export const pushNamed = (name: string, values?: any): boolean =>
  push({ fields_: [name, [...new URLSearchParams(values)].flat()], marks_: () => [] });

/** Brings the event to the elements that handle it, the nearest first, up to one with `data-lv-stop`. */
const handle = (type: string) => (event: any): void => {
  const { target, key } = event;
  const isKey = type[0] == 'k';
  const field_ = type == 'change' && target;
  const form_ = type == 'submit' && target;
  const form = form_ || field_.form;
  if (isPatching() || hasEnded()) return;
  if (/submit|blur/.test(type)) flushWaiting();
  // An element that the page has taken out by now has no one around.
  for (let element = target; root.contains(element); element = element.parentNode) {
    const name = attr(element, type);
    const keys = attr(element, 'key');
    if (name && !(isKey && (event.isComposing || (keys && keys != key && !keys.split(' ').includes(key))))) {
      if (attr(element, 'prevent') != null || /submit|click(a|button)$/.test(type + element.localName)) event.preventDefault();
      const run = () => {
        const value = '' + (target.value ?? '');
        const values = [...element.attributes].flatMap(({ name, value }) =>
          name.startsWith('data-lv-value-') ? [name.slice(14), value] : [],
        );
        if (field_) values.push('_target', target.name || '');
        if (isKey) values.push('value', value);
        isLocked(target) || push({
          fields_: [
            name,
            values,
            form
              ? formFields(form, event.submitter)
              : field_ && target.matches(':checked,:not([type=checkbox])')
                ? [target.name || 'value', value]
                : [],
            attr(element, 'target'),
            key,
            event.shiftKey | (event.ctrlKey << 1) | (event.altKey << 2) | (event.metaKey << 3),
          ],
          marks_: () => loadingMarks(element),
          field_,
          form_,
        });
      };
      const time = (which: string): any => attr(target, which) ?? attr(element, which);
      // For each type of its events an element has what waits, or the time until which nothing else happens.
      const last = 'lv-' + type;
      if (time('debounce')) {
        waiting.delete(element[last]);
        waiting.set((element[last] = run), target);
        setTimeout(finish, time('debounce'), target, run);
      } else if (!(element[last] > Date.now())) {
        element[last] = Date.now() + +time('throttle');
        run();
      }
    }
    if (attr(element, 'stop') != null) break;
  }
};
