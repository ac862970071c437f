// What elements show while an event awaits the server.

/** A change to an element; what it gives back undoes it. */
export type Mark = () => () => void;

const undo: (() => void)[] = [];

/** The changes that the `data-lv-loading-*` attributes of an event's element ask for, and those of the button that submitted it. */
export function marksOf(element: Element, submitter?: Element | null): Mark[] {
  return [...new Set([element, submitter ?? element])].flatMap((source) => {
    const given = (what: string): string | null => source.getAttribute('data-lv-loading-' + what);
    const found = (what: string, itself: Iterable<Element>): any[] => {
      const selector = given(what);
      return selector == null ? [] : [...(selector ? document.querySelectorAll(selector) : itself)];
    };
    const buttons = source.matches('form') ? source.querySelectorAll('button,[type=submit]') : [source];
    return [
      addClasses(source, ['lv-loading', ...(given('class')?.split(/\s+/).filter(Boolean) ?? [])]),
      ...found('show', [source]).map((shown) => setProperty(shown, 'hidden', false)),
      ...found('hide', [source]).map((hidden) => setProperty(hidden, 'hidden', true)),
      ...found('disable', buttons).map(disable),
    ];
  });
}

/** Makes the changes. */
export function show(marks: Mark[]): void {
  undo.push(...marks.map((mark) => mark()));
}

/** Takes all changes back, the last one first, so that a patch meets the page as the server knows it. */
export function unmark(): void {
  while (undo.length) undo.pop()!();
}

const addClasses = (element: Element, classes: string[]) => () => {
  const added = classes.filter((name) => !element.classList.contains(name));
  element.classList.add(...added);
  return () => element.classList.remove(...added);
};

const setProperty = (element: any, property: 'hidden' | 'disabled', value: boolean) => () => {
  const before = element[property];
  element[property] = value;
  return () => {
    element[property] = before;
  };
};

/** A browser takes the focus from what is disabled; the undoing gives it back unless it went elsewhere. */
const disable = (element: any) => () => {
  const focused = document.activeElement == element;
  const enable = setProperty(element, 'disabled', true)();
  return () => {
    enable();
    if (focused && document.activeElement == document.body) element.focus({ preventScroll: true });
  };
};
