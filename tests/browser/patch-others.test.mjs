// What users, the browser and scripts changed stays, unless the server changes that very thing.
import { morphSuite } from './lib/morph-suite.mjs';

morphSuite('attributes that others changed', (check) => {
  const html = (n, more = '') => `<p>${n}</p><textarea class="a b" title="t"${more}></textarea>`;
  const stays = (name, act, read, expected) =>
    check(name, `(${(html, act, read) => {
      show(html(1));
      act($('textarea'));
      morph($('#root'), html(2));
      return [read($('textarea')), $('p').textContent];
    }})(${html}, ${act}, ${read})`, [expected, '2']);

  stays('the size of a text area', (each) => (each.style.height = '300px'), (each) => each.style.height, '300px');
  stays('a class that a script put there', (each) => each.classList.add('c'), (each) => each.className, 'a b c');
  stays('a class that a script took away', (each) => each.classList.remove('a'), (each) => each.className, 'b');
  stays('another value', (each) => (each.title = 'other'), (each) => each.title, 'other');
  stays('an attribute that a script removed', (each) => each.removeAttribute('title'), (each) => each.hasAttribute('title'), false);
  stays('an attribute in a namespace', (each) => each.setAttributeNS('http://www.w3.org/1999/xlink', 'xlink:href', '#a'), (each) => each.getAttribute('xlink:href'), '#a');

  check('classes are merged by token where the server changes them too', () => {
    show('<p class="a b"></p>');
    $('p').className = 'b mine';
    morph($('#root'), '<p class="b c"></p>');
    const merged = $('p').className;
    morph($('#root'), '<p class="c"></p>');
    return [merged, $('p').className];
  }, ['b mine c', 'mine c']);

  check('the server\'s own change of an attribute wins, and again after that', () => {
    show('<p title="a">1</p>');
    $('p').title = 'mine';
    morph($('#root'), '<p title="b">1</p>');
    const won = $('p').title;
    $('p').title = 'mine';
    morph($('#root'), '<p title="b">2</p>');
    const stayed = $('p').title;
    morph($('#root'), '<p>2</p>');
    return [won, stayed, $('#root').innerHTML];
  }, ['b', 'mine', '<p>2</p>']);

  check('what the server says for the second time is no change, not even back to what it was', () => {
    show('<p title="a">1</p>');
    $('p').title = 'b';
    morph($('#root'), '<p title="b">2</p>'); // agreed
    morph($('#root'), '<p title="a">3</p>');
    return $('p').title;
  }, 'a');

  check('the memory knows the server\'s value', () => {
    show('<button class="a">b</button>');
    const button = $('button');
    button.disabled = true;
    button.className = 'a lv-loading';
    morph($('#root'), '<button class="a" title="t">c</button>');
    return [button.disabled, button.className, memory.server(button, 'disabled'), memory.server(button, 'class'), memory.server(button, 'title')];
  }, [true, 'a lv-loading', null, 'a', 't']);

  check('what a browser shows on its own: found text and opened details', () => {
    const html = (n) => `<p hidden="until-found">x</p><details><summary>s</summary></details><b>${n}</b>`;
    show(html(1));
    $('p').removeAttribute('hidden');
    $('details').open = true;
    morph($('#root'), html(2));
    return [$('p').hidden, $('details').open, $('b').textContent];
  }, [false, true, '2']);

  check('a canvas that a script sized and drew on', () => {
    show('<p>1</p><canvas></canvas>');
    const canvas = $('canvas');
    canvas.width = 20;
    canvas.getContext('2d').fillRect(0, 0, 5, 5);
    morph($('#root'), '<p>2</p><canvas class="c"></canvas>');
    return [canvas.isConnected, canvas.width, canvas.getContext('2d').getImageData(1, 1, 1, 1).data[3]];
  }, [true, 20, 255]);
});

morphSuite('nodes that others changed', (check) => {
  check('nodes that they inserted stay, where the neighbours are', () => {
    show('<ul><li id="a">a</li><li id="b">b</li></ul>');
    const mine = document.createElement('li');
    mine.textContent = 'mine';
    $('#a').after(mine);
    morph($('#root'), '<ul><li id="n">n</li><li id="a">A</li><li id="b">b</li><li id="c">c</li></ul>');
    return $('ul').textContent;
  }, 'nAminebc');

  check('an element with an id that only others gave isn\'t the server\'s', () => {
    show('<p id="a">1</p><b>x</b>');
    const old = $('#a');
    old.remove();
    $('#root').insertAdjacentElement('beforeend', document.createElement('p')).id = 'a';
    morph($('#root'), '<p id="a">2</p><b>y</b>');
    // It is changed, so that it comes back, and the children are the server's.
    return [old.isConnected, $('#root').innerHTML];
  }, [true, '<p id="a">2</p><b>y</b>']);

  check('what they took out stays out until the server changes it', () => {
    show('<p>1</p><section><b>x</b></section><i>y</i>');
    const section = $('section');
    section.remove();
    morph($('#root'), '<p>2</p><section><b>x</b></section><i>y</i>');
    const away = $('#root').innerHTML;
    morph($('#root'), '<p>2</p><section><b>changed</b></section><i>y</i>');
    return [away, $('section') === section, $('#root').innerHTML];
  }, ['<p>2</p><i>y</i>', true, '<p>2</p><section><b>changed</b></section><i>y</i>']);

  check('what is changed while it is out is theirs, too', async () => {
    show('<p>1</p><section class="a"><b>x</b></section>');
    const section = $('section');
    section.remove();
    await null;
    await null;
    section.className = 'mine';
    section.firstChild.title = 'mine';
    $('#root').append(section);
    morph($('#root'), '<p>2</p><section class="a"><b>x</b></section>');
    return $('#root').innerHTML;
  }, '<p>2</p><section class="mine"><b title="mine">x</b></section>');

  check('what they moved is patched where it is', () => {
    show('<div><p id="a">1</p></div><section></section>');
    $('section').append($('#a'));
    morph($('#root'), '<div><p id="a">2</p></div><section></section>');
    return $('#root').innerHTML;
  }, '<div></div><section><p id="a">2</p></section>');

  check('rows that a script sorted stay sorted until the server sorts them', () => {
    const rows = (names, n) => names.map((name) => `<li id="${name}">${name}${n}</li>`).join('');
    show(rows(['a', 'b', 'c'], 1));
    $('#root').prepend($('#c'));
    morph($('#root'), rows(['a', 'b', 'c', 'd'], 2));
    const sorted = $('#root').textContent;
    morph($('#root'), rows(['b', 'a', 'd', 'c'], 3));
    return [sorted, $('#root').textContent];
  }, ['c2a2b2d2', 'b3a3d3c3']);

  check('a wrapper stays around, new nodes come beside it, and it goes where the children must be exact', () => {
    show('<p id="a">a</p><p id="b">b</p>');
    const [wrapper, a] = [document.createElement('div'), $('#a')];
    a.replaceWith(wrapper);
    wrapper.append(a);
    morph($('#root'), '<p id="n">n</p><p id="a">A</p><p id="m">m</p><p id="b">b</p>');
    const wrapped = $('#root').innerHTML;
    for (const p of [...document.querySelectorAll('#root > p')]) p.remove();
    morph($('#root'), '<p id="n">n</p><p id="a">A</p><p id="m">M</p><p id="b">b</p>');
    return [wrapped, $('#root').innerHTML];
  }, [
    '<p id="n">n</p><div><p id="a">A</p></div><p id="m">m</p><p id="b">b</p>',
    '<p id="n">n</p><p id="a">A</p><p id="m">M</p><p id="b">b</p>',
  ]);

  check('what a script put into an element that goes returns to its place', () => {
    show('<section></section><p id="a">1</p><p id="b">2</p>');
    $('section').append($('#a'));
    morph($('#root'), '<p id="a">1</p><p id="b">2</p>');
    return $('#root').innerHTML;
  }, '<p id="a">1</p><p id="b">2</p>');

  check('what a script moved out of an element that goes, goes as well', () => {
    show('<section><p id="a">1</p></section>');
    document.body.append($('#a'));
    morph($('#root'), '<b>x</b>');
    return [$('#a'), $('#root').innerHTML];
  }, [null, '<b>x</b>']);

  check('a text that others edited is the server\'s once it changes there, and not twice', () => {
    show('<p>one</p>');
    $('p').firstChild.data = 'one, and more';
    $('p').append('!');
    morph($('#root'), '<p>one</p><b></b>');
    const stayed = $('p').textContent;
    $('p').firstChild.splitText(2);
    morph($('#root'), '<p>two</p><b></b>');
    return [stayed, $('p').innerHTML];
  }, ['one, and more!', 'two']);

  check('a translation goes with the text that it translates', () => {
    show('<p>one</p><p>two</p>');
    for (const p of document.querySelectorAll('#root p')) {
      const font = document.createElement('font');
      font.textContent = `translated ${p.textContent}`;
      p.firstChild.replaceWith(font);
    }
    morph($('#root'), '<p>one</p><p>three</p>');
    return $('#root').innerHTML;
  }, '<p><font>translated one</font></p><p>three</p>');

  check('an element that a script filled stays filled when the server fills its neighbours', () => {
    show('<div id="map"></div><p>1</p>');
    $('#map').append('tiles');
    morph($('#root'), '<div id="map" class="m"></div><p>2</p>');
    return $('#root').innerHTML;
  }, '<div id="map" class="m">tiles</div><p>2</p>');
});

morphSuite('custom elements', (check) => {
  check('their own roles, reflected attributes and children stay', () => {
    if (!customElements.get('x-tabs'))
      customElements.define('x-tabs', class extends HTMLElement {
        static observedAttributes = ['open'];
        connectedCallback() {
          this.setAttribute('role', 'tablist');
          this.append(document.createElement('i'));
        }
        attributeChangedCallback(_, __, value) {
          this.setAttribute('aria-expanded', value !== null);
        }
      });
    show('<p>1</p>');
    morph($('#root'), '<p>1</p><x-tabs><b>1</b></x-tabs>');
    const first = $('x-tabs').outerHTML;
    morph($('#root'), '<p>2</p><x-tabs open=""><b>2</b><b>3</b></x-tabs>');
    return [first, $('x-tabs').outerHTML];
  }, [
    '<x-tabs role="tablist"><b>1</b><i></i></x-tabs>',
    '<x-tabs role="tablist" open="" aria-expanded="true"><b>2</b><b>3</b><i></i></x-tabs>',
  ]);

  check('one that moves itself to the body is patched there, and goes with its place', () => {
    if (!customElements.get('x-toast'))
      customElements.define('x-toast', class extends HTMLElement {
        connectedCallback() {
          if (this.parentNode !== document.body) document.body.append(this);
        }
      });
    show('<p></p>');
    const seen = [];
    for (const n of [1, 2]) {
      morph($('#root'), `<p></p><x-toast>${n}</x-toast><b>${n}</b>`);
      seen.push($('#root').innerHTML, document.querySelectorAll('body > x-toast').length, $('x-toast').textContent);
    }
    morph($('#root'), '<p></p>');
    return [seen, $('x-toast')];
  }, [['<p></p><b>1</b>', 1, '1', '<p></p><b>2</b>', 1, '2'], null]);

  check('one that moved itself to the body before the script of live pages ran is known by its id', () => {
    if (!customElements.get('x-early'))
      customElements.define('x-early', class extends HTMLElement {
        connectedCallback() {
          if (this.parentNode !== document.body) document.body.append(this);
        }
      });
    const html = (n) => `<p>${n}</p><x-early id="early" title="${n}"><b>${n}</b></x-early>`;
    const early = document.body.appendChild(Object.assign(document.createElement('x-early'), { id: 'early', title: '0' }));
    early.append(document.createElement('b'));
    show('<p>0</p>');
    const seen = [];
    for (const n of [1, 2]) {
      morph($('#root'), html(n));
      seen.push($('#early') === early, document.querySelectorAll('x-early').length, early.outerHTML);
    }
    morph($('#root'), '<p>3</p>');
    return [seen, $('#early')];
  }, [[true, 1, '<x-early id="early" title="1"><b>1</b></x-early>', true, 1, '<x-early id="early" title="2"><b>2</b></x-early>'], null]);

  check('those that empty, refill or remove what is around them while it is patched', () => {
    if (!customElements.get('x-clear'))
      customElements.define('x-clear', class extends HTMLElement {
        static observedAttributes = ['n'];
        attributeChangedCallback(_, old) {
          if (old) this.disturb();
        }
        connectedCallback() {
          if (!this.hasAttribute('n')) this.disturb();
        }
        disturb() {
          if (this.title === 'clears') $('#root').replaceChildren();
          if (this.title === 'refills') $('#root').replaceChildren(Object.assign(document.createElement('p'), { textContent: 'mine' }));
          if (this.title === 'removes') this.parentNode?.remove();
        }
      });
    const seen = [];
    for (const title of ['clears', 'refills', 'removes'])
      for (const n of ['', ' n="N"']) {
        const html = (i) => `<i>${i}</i><div><x-clear title="${title}"${n.replace('N', i)}></x-clear><b>${i}</b></div><u>${i}</u>`;
        const plain = (i) => `<i>${i}</i><u>${i}</u>`;
        show(n ? html(0) : plain(0));
        morph($('#root'), html(1));
        morph($('#root'), plain(2));
        morph($('#root'), plain(3));
        seen.push($('#root').textContent.replace('mine', ''));
      }
    return seen;
  }, Array(6).fill('33'));

  check('what they do to each other while they are patched is theirs', () => {
    if (!customElements.get('x-loud'))
      customElements.define('x-loud', class extends HTMLElement {
        static observedAttributes = ['n'];
        attributeChangedCallback() {
          if (this.isConnected && this.getAttribute('n') > 1) document.querySelector('#quiet')?.classList.add('heard');
        }
      });
    show('<x-loud n="1"></x-loud><p id="quiet" class="a">1</p>');
    morph($('#root'), '<x-loud n="2"></x-loud><p id="quiet" class="a b">2</p>');
    morph($('#root'), '<x-loud n="2"></x-loud><p id="quiet" class="b">2</p>');
    return $('#quiet').className;
  }, 'heard b');

  check('handlers of blur may remove nodes while a patch does', () => {
    show('<p id="a"><input></p><p id="b"></p><p id="c"></p>');
    $('input').focus();
    $('input').addEventListener('blur', () => ($('#a')?.remove(), $('#b')?.remove()));
    morph($('#root'), '<p id="c"></p><p id="d"></p>');
    return $('#root').innerHTML;
  }, '<p id="c"></p><p id="d"></p>');
});
