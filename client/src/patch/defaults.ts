// The least that a keeper of fields can do: what a field holds stays until the server's own value of that field is another.
import { isConnected, select } from '../dom/native';
import type { FieldKeeper } from './keeper';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const FIELDS = 'input:not([type=file],[type=button],[type=submit],[type=reset],[type=image]),textarea,select';

export class Defaults implements FieldKeeper {
  /** `keeps` names fields that keep what they hold, whatever the server says. */
  constructor(private readonly keeps_: (field: Element) => boolean = () => false) {}

  around(within: Element, run: () => void): void {
    const fields = [...(within.matches(FIELDS) ? [within] : []), ...select(within, FIELDS)] as Field[];
    const decide = fields.map((field) => (field instanceof HTMLSelectElement ? this.select_(field) : this.input_(field)));
    run();
    fields.forEach((field, i) => isConnected(field) && decide[i]!());
  }

  defers(): boolean {
    return false;
  }

  private input_(field: HTMLInputElement | HTMLTextAreaElement): () => void {
    const { value, defaultValue } = field;
    const { checked, defaultChecked } = field as HTMLInputElement;
    return () => {
      const keeps = this.keeps_(field);
      // Those with a choice hold their value as an attribute.
      if (checked !== undefined && field.matches('[type=checkbox],[type=radio]')) {
        const input = field as HTMLInputElement;
        input.checked = !keeps && input.defaultChecked != defaultChecked ? input.defaultChecked : checked;
      } else if (!field.matches('[type=hidden]')) {
        const wanted = !keeps && field.defaultValue != defaultValue ? field.defaultValue : value;
        if (field.value != wanted) field.value = wanted;
      }
    };
  }

  private select_(field: HTMLSelectElement): () => void {
    const own = () => Array.from(select(field, '[selected]'), (option) => (option as HTMLOptionElement).value) + '';
    const chosen = [...field.selectedOptions];
    const before = own();
    return () => {
      const keeps = (this.keeps_(field) || own() == before) && chosen.every(isConnected);
      for (const option of field.options) option.selected = keeps ? chosen.includes(option) : option.defaultSelected;
    };
  }
}
