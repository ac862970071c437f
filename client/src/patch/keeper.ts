// Who keeps the fields' values while the page is patched.

/** Knows what of the fields is the user's. The patcher writes attributes and texts alone, never what a field holds. */
export interface FieldKeeper {
  /** Runs a patch of `within`; it may note the fields before, and decide what they hold after. */
  around(within: Element, run: () => void): void;
  /** Whether the content of the editable element `live` is the user's now. Then it stays, and `patcher.element(live)` patches it later. */
  defers(live: Element): boolean;
}
