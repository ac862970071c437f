// What the patcher and a keeper of fields owe each other, which fields are the same, and the focus of fields that move.
import { morphSuite } from './lib/morph-suite.mjs';

morphSuite('a keeper of fields', (check) => {
  check('is around each patch, within what is patched', () => {
    const calls = [];
    const keeper = {
      around: (within, run) => {
        calls.push(`${within.localName} ${within.textContent}`);
        run();
        calls.push(`${within.localName} ${within.textContent}`);
      },
      defers: () => false,
    };
    show('<p id="a">1</p>', keeper);
    morph($('#root'), '<p id="a">2</p>');
    patcher.outer($('#a'), $('#root'), '<p id="a">3</p>');
    patcher.exact($('#root'), '<p id="a">4</p>');
    patcher.replace($('#root'), '<p id="a">5</p>');
    return calls;
  }, ['div 1', 'div 2', 'p 2', 'p 3', 'div 3', 'div 4', 'div 4', 'div 5']);

  check('is left what fields hold: only attributes and texts are written', () => {
    show('<input value="a"><textarea>a</textarea><input type="checkbox"><select><option>a<option>b</select>', { around: (_, run) => run(), defers: () => false });
    const [input, area, box, select] = $('#root').children;
    input.value = area.value = 'typed';
    box.checked = true;
    select.value = 'b';
    const written = [];
    for (const [field, name] of [[input, 'value'], [area, 'value'], [box, 'checked'], [select, 'value'], [select.options[0], 'selected']]) {
      const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), name);
      Object.defineProperty(field, name, { get, set: () => written.push(name) });
    }
    morph($('#root'), '<input value="b"><textarea>b</textarea><input type="checkbox" checked><select><option selected="">a<option>b</select>');
    return [written, input.value, area.value, box.checked, input.defaultValue, area.defaultValue, box.defaultChecked];
  }, [[], 'typed', 'typed', true, 'b', 'b', true]);

  check('may defer the content of an editable element, and give it later', () => {
    let deferred = null;
    let busy = true;
    show('<div contenteditable="" class="a">one <b>two</b></div><p>1</p>', {
      around: (_, run) => run(),
      defers: (live) => {
        if (busy) deferred = live;
        return busy;
      },
    });
    const edited = $('[contenteditable]');
    edited.firstChild.data = 'typed ';
    const html = (n) => `<div contenteditable="" class="b">three <b>${n}</b></div><p>${n}</p>`;
    morph($('#root'), html(2));
    const first = [edited.outerHTML, $('p').textContent];
    // The server takes it back, and goes on: the newest is what counts.
    morph($('#root'), '<div contenteditable="" class="b">one <b>two</b></div><p>3</p>');
    morph($('#root'), html(4));
    const found = patcher.find($('#root'), 'none');
    busy = false;
    patcher.element(deferred);
    morph($('#root'), html(4));
    return [first, deferred === edited, found, $('#root').innerHTML];
  }, [
    ['<div contenteditable="" class="b">typed <b>two</b></div>', '2'],
    true,
    null,
    '<div contenteditable="" class="b">three <b>4</b></div><p>4</p>',
  ]);

  check('editable text that nobody edited follows, and what the server leaves is the user\'s', () => {
    show('<div contenteditable="">one</div><p>1</p>', { around: (_, run) => run(), defers: () => false });
    const edited = $('[contenteditable]');
    morph($('#root'), '<div contenteditable="">two</div><p>1</p>');
    const followed = edited.textContent;
    edited.firstChild.data = 'typed';
    edited.append(document.createElement('br'));
    morph($('#root'), '<div contenteditable="">two</div><p>2</p>');
    return [followed, edited.innerHTML, $('p').textContent];
  }, ['two', 'typed<br>', '2']);
});

morphSuite('which field is which', (check) => {
  const row = (i, id, attribute = 'id') => `<li ${attribute}="${id}"><input name="items[${i}][name]"><span><input name="items[${i}][count]"></span></li>`;
  for (const attribute of ['id', 'data-lv-key'])
    check(`a row's number in a name doesn't count in a row with ${attribute}`, `(${(row, attribute) => {
      show(`<ul>${row(0, 'a', attribute)}${row(1, 'b', attribute)}</ul>`);
      const [, , name, count] = document.querySelectorAll('#root input');
      name.focus();
      name.value = 'typed';
      count.value = '7';
      morph($('#root'), `<ul>${row(0, 'b', attribute)}</ul>`);
      return [document.activeElement === name, name.isConnected, count.isConnected, name.value, name.name, count.name];
    }})(${row}, '${attribute}')`, [true, true, true, 'typed', 'items[0][name]', 'items[0][count]']);

  check('it does count in a row without, and in a form', () => {
    show('<main data-lv=""><form id="f"><p><input name="items[0]"></p><p><input name="items[1]"></p></form></main>');
    const [first, second] = document.querySelectorAll('#root input');
    morph($('#root'), '<main data-lv=""><form id="f"><p><input name="items[1]"></p><p><input name="items[2]"></p></form></main>');
    return [first.isConnected, second.isConnected, second.name];
  }, [false, true, 'items[1]']);

  check('a key pairs within its list, and may be in two lists', () => {
    const list = (...keys) => `<ul>${keys.map((key) => `<li data-lv-key="${key}">${key}<input></li>`).join('')}</ul>`;
    show(list('a', 'b', 'c') + list('a', 'b'));
    const nodes = [...document.querySelectorAll('#root li')];
    morph($('#root'), list('c', 'n', 'a') + list('b', 'a'));
    return [...document.querySelectorAll('#root li')].map((node) => nodes.indexOf(node));
  }, [2, -1, 0, 4, 3]);

  for (const kind of ['keydown', 'keyup'])
    check(`beside a handler of ${kind} it names keys, and says nothing of which element is which`, `(${(kind) => {
      const field = (keys) => `<input name="f" data-lv-${kind}="go" data-lv-key="${keys}"><p data-lv-key="${keys}">x</p>`;
      show(field('Enter'));
      const [input, p] = $('#root').children;
      morph($('#root'), field('Enter Escape'));
      return [$('input') === input, $('p') === p, input.getAttribute('data-lv-key')];
    }})('${kind}')`, [true, false, 'Enter Escape']);

  check('a key of the server\'s counts, whatever a script made of it', () => {
    show('<ul><li data-lv-key="a">a</li><li data-lv-key="b">b</li></ul>');
    const [a, b] = document.querySelectorAll('#root li');
    a.setAttribute('data-lv-key', 'b');
    b.removeAttribute('data-lv-key');
    morph($('#root'), '<ul><li data-lv-key="b">B</li><li data-lv-key="a">A</li></ul>');
    return [...document.querySelectorAll('#root li')].map((node) => [node === a, node.textContent]);
  }, [[false, 'B'], [true, 'A']]);
});

morphSuite('what moves with the focus', (check, moveBefore) => {
  check('a field in another parent has focus and caret again', () => {
    show('<div><input id="f" value="typed"></div><p></p>');
    const field = $('#f');
    field.focus();
    field.setSelectionRange(1, 3, 'backward');
    morph($('#root'), '<div></div><p><input id="f" value="typed"></p>');
    return [document.activeElement === field, field.parentNode.localName, field.selectionStart, field.selectionEnd, field.selectionDirection];
  }, [true, 'p', 1, 3, 'backward']);

  check('editable text in another parent has focus and selection again', () => {
    show('<div><section id="f" contenteditable="">some <b>text</b></section></div><p></p>');
    const field = $('#f');
    field.focus();
    getSelection().setBaseAndExtent(field.firstChild, 1, field.lastChild.firstChild, 2);
    morph($('#root'), '<div></div><p><section id="f" contenteditable="">some <b>text</b></section></p>'.replace('<p>', '<i>').replace('</p>', '</i>'));
    const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
    return [document.activeElement === field, anchorNode === field.firstChild, anchorOffset, focusNode === field.lastChild.firstChild, focusOffset];
  }, [true, true, 1, true, 2]);

  check('a button in another parent has the focus again, and one that is gone has not', () => {
    show('<div><button id="b">b</button></div><p></p>');
    const button = $('#b');
    button.focus();
    morph($('#root'), '<div></div><p><button id="b">b</button></p>');
    const kept = document.activeElement === button;
    morph($('#root'), '<div></div><p></p>');
    return [kept, document.activeElement === document.body];
  }, [true, true]);

  check('a field in a shadow root has the focus again', () => {
    show('<div><x-box id="x"></x-box></div><p></p>');
    const shadow = $('#x').attachShadow({ mode: 'open' });
    const field = shadow.appendChild(document.createElement('input'));
    field.focus();
    morph($('#root'), '<div></div><p><x-box id="x"></x-box></p>');
    return [document.activeElement === $('#x'), shadow.activeElement === field];
  }, [true, true]);
});

morphSuite('one element of a region', (check) => {
  check('is found by the server\'s id, if it is the only one', () => {
    show('<div data-lv-region="r"></div>');
    const host = $('[data-lv-region]');
    patcher.inner(host, '<p id="a">1</p><p id="b">2</p><p id="b">3</p><section contenteditable=""><i id="c"></i></section>');
    const [a] = host.children;
    const none = [patcher.find(host, 'b'), patcher.find(host, 'c'), patcher.find(host, 'd'), patcher.find($('#root'), 'a')];
    host.append(Object.assign(document.createElement('p'), { id: 'a' }));
    const one = patcher.find(host, 'a') === a;
    a.id = 'd';
    return [none, one, patcher.find(host, 'a'), patcher.find(host, 'd')];
  }, [[null, null, null, null], true, null, null]);
});
