// What the user typed, ticked, chose, opened or focused stays until the server's own value of it changes.
import { morphSuite } from './lib/morph-suite.mjs';

morphSuite('focus and caret', (check, moveBefore) => {
  check('kept while a row with ids is inserted above', () => {
    show('<ul><li id="a"><input id="f"></li></ul>');
    const field = $('#f');
    field.focus();
    field.value = 'typed';
    field.setSelectionRange(1, 3);
    morph($('#root'), '<ul><li id="n"><input id="g"></li><li id="a"><input id="f"></li></ul>');
    return [document.activeElement === field, field.isConnected, field.value, field.selectionStart, field.selectionEnd];
  }, [true, true, 'typed', 1, 3]);

  check('kept while a row without ids is inserted above', () => {
    show('<ul><li>one <input></li><li>two <input></li></ul>');
    const field = $('li:nth-child(2) input');
    field.focus();
    field.value = 'typed';
    field.setSelectionRange(2, 2);
    morph($('#root'), '<ul><li>zero <input></li><li>one <input></li><li>two <input></li></ul>');
    return [document.activeElement === field, $('li:nth-child(3) input') === field, field.value, field.selectionStart];
  }, [true, true, 'typed', 2]);

  check('kept while a row is inserted above and another one changes', () => {
    show('<ul><li>one <input name="1"></li><li>two <input name="2"></li></ul>');
    const field = $('[name="2"]');
    field.focus();
    morph($('#root'), '<ul><li>zero <input name="0"></li><li>ONE <input name="1"></li><li>TWO <input name="2"></li></ul>');
    return [document.activeElement === field, $('li:nth-child(3) input') === field];
  }, [true, true]);

  for (const ids of [true, false])
    check(`kept while rows ${ids ? 'with' : 'without'} ids are reversed`, ids ? reverse('id') : reverse('title'), [true, 'typed', 3, '54321']);

  check('kept in a text area and in editable text while rows are reversed', () => {
    const row = (name, inner) => `<li id="${name}">${inner}</li>`;
    const rows = [row('a', '<textarea>text</textarea>'), row('b', '<div contenteditable>edit</div>'), row('c', 'c')];
    const found = [];
    for (const selector of ['textarea', '[contenteditable]']) {
      show(rows.join(''));
      const field = $(selector);
      field.focus();
      if (field.setSelectionRange) field.setSelectionRange(2, 2);
      else getSelection().collapse(field.firstChild, 2);
      morph($('#root'), rows.toReversed().join(''));
      found.push(document.activeElement === field, field.selectionStart ?? getSelection().anchorOffset, $('#root').firstChild.id);
    }
    return found;
  }, [true, 2, 'c', true, 2, 'c']);

  if (moveBefore)
    check('kept when the field moves to another parent', () => {
      show('<div><input id="f"></div><p></p>');
      const field = $('#f');
      field.focus();
      field.value = 'typed';
      field.setSelectionRange(1, 2);
      morph($('#root'), '<div></div><p><input id="f"></p>');
      return [document.activeElement === field, field.parentNode.localName, field.value, field.selectionStart, field.selectionEnd];
    }, [true, 'p', 'typed', 1, 2]);
});

function reverse(attribute) {
  const inner = () => {
    const row = (n) => `<li ATTRIBUTE="r${n}">${n}<input></li>`;
    show([1, 2, 3, 4, 5].map(row).join(''));
    const field = $('li:nth-child(2) input');
    field.focus();
    field.value = 'typed';
    field.setSelectionRange(3, 3);
    morph($('#root'), [5, 4, 3, 2, 1].map(row).join(''));
    return [document.activeElement === field, $('li:nth-child(4) input').value, field.selectionStart, $('#root').textContent];
  };
  return `(${inner})()`.replace('ATTRIBUTE', attribute);
}

morphSuite('fields', (check) => {
  check('typed text stays while the server says the same', () => {
    show('<p>1</p><input value="a"><textarea>b</textarea>');
    $('input').value = 'typed';
    $('textarea').value = 'written';
    morph($('#root'), '<p>2</p><input value="a" class="new"><textarea class="new">b</textarea>');
    return [$('input').value, $('textarea').value, $('.new').localName];
  }, ['typed', 'written', 'input']);

  check('typed text gives way when the server says something else', () => {
    show('<input value="a"><textarea>b</textarea>');
    $('input').value = 'typed';
    $('textarea').value = 'written';
    morph($('#root'), '<input value="c"><textarea>d</textarea>');
    const first = [$('input').value, $('textarea').value];
    $('input').value = 'typed';
    $('textarea').value = 'written';
    morph($('#root'), '<input><textarea></textarea>');
    return [...first, $('input').value, $('textarea').value, $('#root').innerHTML];
  }, ['c', 'd', '', '', '<input><textarea></textarea>']);

  check('a field that its keeper keeps has its text, whatever the server says', () => {
    show('<input value="a">');
    $('input').value = 'typed';
    kept.add($('input'));
    morph($('#root'), '<input value="b">');
    const first = [$('input').value, $('input').defaultValue];
    kept.clear();
    morph($('#root'), '<input value="c">');
    return [...first, $('input').value];
  }, ['typed', 'b', 'c']);

  check('a field of another name is another field', () => {
    show('<form><input name="user"></form>');
    $('input').value = 'typed';
    morph($('#root'), '<form><input name="email"></form>');
    return [$('input').name, $('input').value];
  }, ['email', '']);

  check('a ticked checkbox stays, and follows the server', () => {
    show('<p>1</p><input type="checkbox"><input type="checkbox" checked name="b">');
    const [a, b] = document.querySelectorAll('input');
    a.checked = true;
    b.checked = false;
    morph($('#root'), '<p>2</p><input type="checkbox"><input type="checkbox" checked name="b">');
    const kept = [a.checked, b.checked];
    morph($('#root'), '<p>2</p><input type="checkbox" checked><input type="checkbox" name="b">');
    const same = [a.checked, b.checked];
    a.checked = false;
    b.checked = true;
    morph($('#root'), '<p>2</p><input type="checkbox"><input type="checkbox" checked name="b">');
    return [kept, same, [a.checked, b.checked], a.isConnected];
  }, [[true, false], [true, false], [false, true], true]);

  check('a chosen radio stays, and follows the server', () => {
    const html = (checked, text) => `<p>${text}</p>` + ['a', 'b', 'c'].map((v) => `<input type="radio" name="r" value="${v}"${v === checked ? ' checked=""' : ''}>`).join('');
    const chosen = () => $('input:checked').value;
    show(html('a', 1));
    $('[value=c]').checked = true;
    morph($('#root'), html('a', 2));
    const kept = chosen();
    morph($('#root'), html('b', 2));
    return [kept, chosen(), $('#root').innerHTML === html('b', 2)];
  }, ['c', 'b', true]);

  for (const multiple of ['', ' multiple'])
    check(`what is chosen in a${multiple} select stays, and follows the server`, `(${(multiple) => {
      const html = (selected, text) => `<p>${text}</p><select${multiple}>` + ['a', 'b', 'c'].map((v) => `<option${v === selected ? ' selected=""' : ''}>${v}</option>`).join('') + '</select>';
      const chosen = () => [...$('select').selectedOptions].map((option) => option.value).join('');
      show(html('a', 1));
      $('select').value = 'c';
      morph($('#root'), html('a', 2));
      const kept = chosen();
      morph($('#root'), html('b', 2).replace('<option', '<option>new</option><option'));
      const followed = chosen();
      $('select').value = 'c';
      morph($('#root'), html('', 3));
      return [kept, followed, chosen()];
    }})('${multiple}')`, multiple ? ['c', 'b', ''] : ['c', 'b', 'a']);

  check('options inserted above leave the chosen one chosen', () => {
    show('<select><option>a</option><option>b</option></select>');
    $('select').value = 'b';
    morph($('#root'), '<select><option>x</option><option>a</option><option>b</option><option>c</option></select>');
    return $('select').value;
  }, 'b');

  check('when the chosen option goes, the server chooses', () => {
    show('<select><option>a</option><option selected>b</option><option>c</option></select>');
    $('select').value = 'c';
    morph($('#root'), '<select><option>a</option><option selected>b</option></select>');
    return $('select').value;
  }, 'b');

  check('a type may change under typed text', () => {
    show('<input type="password" name="p">');
    const field = $('input');
    field.value = 'secret';
    field.focus();
    morph($('#root'), '<input type="text" name="p">');
    const text = [field.value, field.type, document.activeElement === field];
    morph($('#root'), '<input type="hidden" name="p" value="x">');
    morph($('#root'), '<input type="checkbox" name="p" checked>');
    return [...text, $('#root').innerHTML, $('input').checked];
  }, ['secret', 'text', true, '<input type="checkbox" name="p" checked="">', true]);

  check('a range takes its value after its bounds', () => {
    show('<input type="range" value="5" max="10">');
    $('input').value = 7;
    morph($('#root'), '<input type="range" value="150" max="200">');
    return $('input').value;
  }, '150');

  check('a chosen file stays', () => {
    show('<p>1</p><input type="file" name="f">');
    const files = new DataTransfer();
    files.items.add(new File(['x'], 'x.txt'));
    $('input').files = files.files;
    morph($('#root'), '<p>2</p><p>3</p><input type="file" name="f" class="new">');
    return [$('.new').files.length, $('.new').files[0]?.name];
  }, [1, 'x.txt']);

  check('a form whose fields hide its properties is morphed', () => {
    const html = (n) => `<form title="${n}">` + ['attributes', 'content', 'children', 'id', 'name', 'value', 'type'].map((name) => `<input name="${name}" value="${n}">`).join('') + '</form>';
    show(html(1));
    morph($('#root'), html(2));
    return $('#root').innerHTML === html(2);
  }, true);
});

morphSuite('what the user opened', (check) => {
  check('details stay, and follow the server', () => {
    const [shut, open] = ['<details><p>x</p></details>', '<details open=""><p>x</p></details>'];
    const found = [];
    const say = (html) => {
      morph($('#root'), `<b>${found.length}</b>${html}`);
      found.push($('details').open);
    };
    show(`<b></b>${shut}`);
    $('details').open = true;
    say(shut); // the server says nothing new: stays open
    say(open); // it agrees now
    say(shut); // it closes
    $('details').open = true;
    $('details').open = false;
    say(open); // it opens
    $('details').open = false;
    say(open); // nothing new: stays closed
    say(shut);
    say(open);
    return found;
  }, [true, true, false, true, false, false, true]);

  check('details within a part that is the same otherwise follow the server', () => {
    const html = (open) => `<section><div><details${open ? ' open=""' : ''}><p>x</p></details></div></section>`;
    show(html(false));
    $('details').open = true;
    morph($('#root'), html(true)); // equal by now, so that there is nothing to do but to learn it
    morph($('#root'), html(false));
    return $('details').open;
  }, false);

  check('details that replace others of their name stay open', () => {
    show('<details id="a" name="n" open=""></details>');
    morph($('#root'), '<details id="b" name="n" open=""></details>');
    return $('#root').innerHTML;
  }, '<details id="b" name="n" open=""></details>');

  check('a modal dialog stays modal, and closes when the server says so', () => {
    const html = (text, open = '') => `<p>${text}</p><dialog id="d"${open}><input id="f">${text}</dialog>`;
    show(html(1));
    const dialog = $('dialog');
    dialog.showModal();
    $('#f').focus();
    morph($('#root'), html(2));
    const kept = [dialog.matches(':modal'), dialog.open, document.activeElement.id];
    morph($('#root'), `<i id="i"></i>${html(3)}<b id="b"></b>`);
    morph($('#root'), `<b id="b"></b>${html(3)}<i id="i"></i>`);
    const moved = [dialog.matches(':modal'), document.activeElement.id];
    morph($('#root'), html(4, ' open=""'));
    const agreed = dialog.matches(':modal');
    morph($('#root'), html(5));
    return [kept, moved, agreed, dialog.open, dialog.matches(':modal'), dialog.isConnected];
  }, [[true, true, 'f'], [true, 'f'], true, false, false, true]);

  check('a dialog that the user closed stays closed', () => {
    show('<p>1</p><dialog open><form method="dialog"><button>x</button></form></dialog>');
    $('button').click();
    morph($('#root'), '<p>2</p><dialog open><form method="dialog"><button>x</button></form></dialog>');
    return $('dialog').open;
  }, false);

  check('a popover stays shown', () => {
    show('<p id="a"></p><p id="b"></p><div popover id="c">1</div>');
    $('[popover]').showPopover();
    morph($('#root'), '<div popover id="c">2</div><p id="b"></p><p id="a"></p>');
    return [$('[popover]').matches(':popover-open'), $('[popover]').textContent];
  }, [true, '2']);
});
