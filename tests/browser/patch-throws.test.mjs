// Patches that throw, names that hide the DOM's own, and markup that the parser treats in its own way.
import { morphSuite } from './lib/morph-suite.mjs';

morphSuite('a patch that throws', (check) => {
  check('is done again exactly, and the inner hosts keep their content', () => {
    show('<p>1</p><div data-lv-region="a"></div><section><div data-lv-region="b"></div></section>');
    for (const name of ['a', 'b']) $(`[data-lv-region=${name}]`).append(`content of ${name}`);
    const [a, b] = [$('[data-lv-region=a]'), $('[data-lv-region=b]')];
    const html = '<section><div data-lv-region="b" class="c"></div><i>new</i></section><p>2</p><div data-lv-region="a"></div>';
    $('#root').append('mine');
    // The worst that can happen: in the middle of it hosts are taken out.
    let thrown = null;
    const { replaceData } = CharacterData.prototype;
    CharacterData.prototype.replaceData = () => {
      a.remove(), b.remove();
      throw Error('thrown');
    };
    try {
      morph($('#root'), html);
    } catch (error) {
      thrown = error.message;
    }
    CharacterData.prototype.replaceData = replaceData;
    patcher.exact($('#root'), html);
    return [thrown, $('#root').innerHTML, $('[data-lv-region=a]') === a, $('[data-lv-region=b]') === b];
  }, ['thrown', '<section><div data-lv-region="b" class="c">content of b</div><i>new</i></section><p>2</p><div data-lv-region="a">content of a</div>', true, true]);

  check('is done by new nodes if it throws again', () => {
    show('<p>1</p><div data-lv-region="a"></div><b></b>');
    const host = $('[data-lv-region]');
    host.append('content');
    patcher.replace($('#root'), '<p>2</p><i><div data-lv-region="a" title="t"></div></i><div data-lv-region="n"></div>');
    const replaced = $('#root').innerHTML;
    morph($('#root'), '<p>3</p><i><div data-lv-region="a" title="t"></div></i><div data-lv-region="n"></div>');
    return [replaced, $('[data-lv-region]') === host, $('p').textContent];
  }, ['<p>2</p><i><div data-lv-region="a" title="t">content</div></i><div data-lv-region="n"></div>', true, '3']);

  check('exactly means that nothing is left of what others did', () => {
    show('<p>1</p><section><b id="b">x</b></section><i>y</i>');
    document.body.append($('#b'));
    $('p').className = 'mine';
    $('i').remove();
    $('#root').append('mine');
    patcher.exact($('#root'), '<p>2</p><section><b id="b">x</b></section><i>y</i>');
    return [$('#root').innerHTML, document.querySelectorAll('#b').length];
  }, ['<p>2</p><section><b id="b">x</b></section><i>y</i>', 1]);

  check('exactly: in templates and declared shadow roots as well', () => {
    const html = (n) => `<p>${n}</p><template><i>${n}</i></template><div id="h"><template shadowrootmode="open"><b>${n}</b></template>light</div>`;
    show('<p>0</p>');
    morph($('#root'), html(1));
    const host = $('#h');
    $('template').content.append('mine');
    host.shadowRoot.append('mine');
    host.append('mine');
    patcher.exact($('#root'), html(2));
    return [$('template').innerHTML, host === $('#h'), host.shadowRoot.innerHTML, host.textContent, $('p').textContent];
  }, ['<i>2</i>', true, '<b>2</b>', 'light', '2']);

  check('and nodes stay that are the server\'s, with their state', () => {
    const html = (n) => `<p>${n}</p><div class="box"><p class="tall">x</p></div><ul><li id="a"><input></li><li id="b"></li></ul>`;
    show(html(1));
    const nodes = [...$('#root').querySelectorAll('*')];
    $('.box').scrollTop = 77;
    $('input').focus();
    $('#a').before($('#b'));
    document.body.append($('#b'));
    $('ul').append('mine');
    patcher.exact($('#root'), html(2));
    return [[...$('#root').querySelectorAll('*')].every((node, i) => node === nodes[i]), $('.box').scrollTop, document.activeElement === $('input'), $('#root').innerHTML === html(2)];
  }, [true, 77, true, true]);
});

/** All names that the DOM has for a form, and that a field may take. */
const names = () => {
  const found = new Set();
  for (let type = HTMLFormElement.prototype; type; type = Object.getPrototypeOf(type)) for (const name of Object.getOwnPropertyNames(type)) found.add(name);
  return [...found];
};

morphSuite('names that hide the DOM\'s own', (check) => {
  check('a form with fields of every name of its properties is patched, moved and removed', `(${(names) => {
    const all = names();
    const form = (n) => `<form id="f" title="${n}" class="a ${n}">${all.map((name) => `<input name="${name}" value="${n}">`).join('')}<b>${n}</b><template><i>${n}</i></template><noscript><i>${n}</i></noscript></form>`;
    show(`<p></p>${form(1)}`);
    const node = $('#f');
    HTMLElement.prototype.setAttribute.call(node, 'lang', 'mine');
    const seen = [];
    for (const html of [`<p></p>${form(2)}`, `${form(2)}<p></p>`, `<div><div>${form(3)}</div></div><p></p>`]) {
      morph($('#root'), html);
      seen.push($('#root').innerHTML === html.replace('<form id="f"', '<form id="f"').replace(/(<form [^>]*)>/, '$1 lang="mine">'), $('#f') === node);
    }
    patcher.outer(node, $('#root'), form(4));
    seen.push(HTMLElement.prototype.getAttribute.call(node, 'title'), all.length > 200);
    morph($('#root'), '<p></p>');
    return [seen, $('#root').innerHTML];
  }})(${names})`, [[true, true, true, true, true, true, '4', true], '<p></p>']);

  check('markup that is named after the document\'s properties', `(${() => {
    const all = ['implementation', 'activeElement', 'body', 'querySelector', 'createElement', 'getSelection', 'importNode', 'title', 'forms'];
    const html = (n) => all.map((name) => `<img name="${name}" alt="${n}"><form name="${name}"></form>`).join('') + `<input id="i"><div contenteditable="">${n}</div>`;
    show(html(1));
    $ = (selector) => Document.prototype.querySelector.call(document, selector);
    $('#i').focus();
    morph($('#root'), html(2));
    const done = $('#root').innerHTML === html(2);
    $ = (selector) => document.querySelector(selector);
    Document.prototype.querySelector.call(document, '#root').replaceChildren();
    return done;
  }})()`, true);
});

morphSuite('markup of a kind of its own', (check) => {
  check('noscript is text, as the page has it', () => {
    const html = (n) => `<p>${n}</p><noscript><p>no &amp; script</p><img src="/x?${n}"></noscript><i title="&lt;noscript a>">&lt;/noscript></i><template><noscript><b></b></noscript></template>`;
    show(html(1));
    const served = $('noscript').firstChild.nodeType;
    morph($('#root'), html(2));
    return [served, $('noscript').childNodes.length, $('noscript').firstChild.data, $('noscript').firstElementChild, $('i').title, $('i').textContent, $('template').content.firstChild.localName, $('template').content.firstChild.textContent];
  }, [3, 1, '<p>no &amp; script</p><img src="/x?2">', null, '<noscript a>', '</noscript>', 'noscript', '<b></b>']);

  check('noscript where elements would close those around it', () => {
    show('<p>1</p>');
    morph($('#root'), '<p>a<noscript><div>x</div></noscript>b</p>');
    return [$('#root').children.length, $('p').childNodes.length, $('noscript').textContent];
  }, [1, 3, '<div>x</div>']);

  check('declared shadow roots come with their elements, and are patched', () => {
    const html = (n) => `<p>${n}</p><div id="h" class="c${n}"><template shadowrootmode="open"><b>${n}</b><slot></slot></template>light ${n}</div>`;
    show('<p>0</p>');
    morph($('#root'), html(1));
    const [host, b] = [$('#h'), $('#h').shadowRoot.firstChild];
    morph($('#root'), html(2));
    return [host === $('#h'), b === host.shadowRoot.firstChild, b.textContent, host.textContent, host.querySelector('template')];
  }, [true, true, '2', 'light 2', null]);

  check('an element that a script gave a shadow root keeps it', () => {
    show('<div id="h">1</div>');
    $('#h').attachShadow({ mode: 'open' }).append(document.createElement('slot'));
    const host = $('#h');
    morph($('#root'), '<div id="h">2</div>');
    return [host === $('#h'), host.shadowRoot.innerHTML, host.textContent];
  }, [true, '<slot></slot>', '2']);

  check('templates are patched exactly', () => {
    const html = (n) => `<template><p class="a">${n}</p><template><i>${n}</i></template></template><b>${n}</b>`;
    show(html(1));
    const inner = $('template').content.firstChild;
    morph($('#root'), html(2));
    return [$('#root').innerHTML === html(2), $('template').content.firstChild === inner];
  }, [true, true]);
});
