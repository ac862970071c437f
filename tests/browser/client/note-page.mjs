// Pages with a note that others write, and what tests of them have in common.
import { h } from './app.mjs';

/** A page of `inner(state)` with a note that others write; `more` may replace any part. */
export const page = (inner, { state, ...more } = {}) => ({
  state: { n: 0, text: '', note: '', ...state },
  render: (state) => `<p id="note">${h(state.note)}</p>${inner(state)}`,
  handle: (state, { name, form, values }) => {
    if (name === 'edit') state.text = form.get('f') ?? form.get('value');
    if (name === 'save') state.saved = [...form].map((pair) => pair.join('='));
    if (name === 'inc') state.n++;
  },
  ...more,
});

/** The names of the events so far. */
export const names = (app) => app.events.map(({ name }) => name);

/** The names of all events that the page has sent before this. */
export async function told(app, tab) {
  await tab.evaluate(() => live.push('end'));
  await app.until(() => names(app).includes('end'));
  return names(app).filter((name) => name !== 'end');
}

/** A patch from elsewhere, carried out. */
export async function patched(app, tab) {
  app.change((state) => (state.note += '.'));
  await app.shown(tab);
}

/** Types key by key; each has its answer before the next one. */
export async function slowly(app, tab, keys) {
  for (const key of keys) {
    await tab.keyboard.press(key);
    await app.quiet(tab);
  }
}

/** What a tab is told when the user leaves it or comes back. */
export const setVisible = (tab, state) =>
  tab.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);
