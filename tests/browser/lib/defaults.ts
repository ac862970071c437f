// The least that a keeper of fields can do: what a field holds stays until the server's own value of that field is another.
import { select } from '../../../client/src/dom/native';
import type { FieldKeeper } from '../../../client/src/patch/keeper';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export class Defaults implements FieldKeeper {
  /** `keeps` names fields that keep what they hold, whatever the server says. */
  constructor(private readonly keeps_: (field: Element) => boolean = () => false) {}

  around(within: Element, run: () => void): void {
    const fields = [within, ...select(within, 'input,textarea,select')].filter(isField).map((field) => ({ field, before: stateOf(field) }));
    run();
    const left = fields.filter(({ field }) => field.isConnected);
    const follows = ({ field, before }: (typeof left)[0]) => !this.keeps_(field) && stateOf(field).default != before.default;
    // A radio that follows takes the choice from one that has it back.
    for (const each of left) if (!follows(each)) each.before.put();
    for (const { field } of left.filter(follows)) follow(field);
  }

  defers(): boolean {
    return false;
  }
}

const isField = (node: Element): node is Field => node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement;
const isChoice = (field: Field): field is HTMLInputElement => field.type == 'checkbox' || field.type == 'radio';
const holdsText = (field: Field): field is HTMLInputElement | HTMLTextAreaElement => !/^(hidden|file|button|submit|reset|image)$/.test(field.type);

/** The server's own value of a field, and how to put back what it holds. */
function stateOf(field: Field): { default: string; put: () => void } {
  if (field instanceof HTMLSelectElement) {
    const chosen = [...field.selectedOptions];
    const put = () => {
      if (!chosen.every((option) => option.isConnected)) return follow(field);
      for (const option of field.options) option.selected = chosen.includes(option);
    };
    return { default: Array.from(select(field, '[selected]'), (option) => (option as HTMLOptionElement).value) + '', put };
  }
  if (isChoice(field)) {
    const { checked } = field;
    return { default: field.defaultChecked + '', put: () => isChoice(field) && (field.checked = checked) };
  }
  const { value } = field;
  return { default: field.defaultValue, put: () => holdsText(field) && !isChoice(field) && field.value != value && (field.value = value) };
}

function follow(field: Field): void {
  if (field instanceof HTMLSelectElement) for (const option of field.options) option.selected = option.defaultSelected;
  else if (isChoice(field)) field.checked = field.defaultChecked;
  else if (holdsText(field) && field.value != field.defaultValue) field.value = field.defaultValue;
}
