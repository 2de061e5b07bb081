/*
 * Small helpers: elements, numbers in words, the note that follows the pointer.
 */

/* An element: attributes, `on…` listeners, then children (texts or elements; nothing for null). */
function make(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'text') element.textContent = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(2).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

const byId = id => document.getElementById(id);

/* ---- numbers ---- */

const plainNumber = new Intl.NumberFormat('en');
const count = number => plainNumber.format(number);
const plural = (number, one, many = one + 's') => `${count(number)} ${number === 1 ? one : many}`;

/* An address or a word of memory. */
function hex(value) {
  if (typeof value === 'bigint') return '0x' + value.toString(16);
  return '0x' + (value < 0 ? BigInt.asUintN(64, BigInt(value)).toString(16) : value.toString(16));
}

/* The same for a cell of a column, whose value may be beyond JavaScript's numbers. */
function hexAt(column, row) {
  const large = column.large && column.large[row];
  return large ? '0x' + large : hex(column[row]);
}

/* Nanoseconds, with three digits that count. */
function time(nanoseconds) {
  const size = Math.abs(nanoseconds);
  if (size >= 1e9) return three(nanoseconds / 1e9) + ' s';
  if (size >= 1e6) return three(nanoseconds / 1e6) + ' ms';
  if (size >= 1e3) return three(nanoseconds / 1e3) + ' µs';
  return nanoseconds + ' ns';
}

function three(number) {
  const size = Math.abs(number);
  return number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function bytes(number) {
  if (number >= 1 << 30) return three(number / (1 << 30)) + ' GiB';
  if (number >= 1 << 20) return three(number / (1 << 20)) + ' MiB';
  if (number >= 1 << 10) return three(number / (1 << 10)) + ' KiB';
  return number + ' B';
}

const percent = part => (part * 100).toFixed(part < 0.1 ? 1 : 0) + ' %';

/* ---- parts that several views use ---- */

/* A list of names and values; an entry may be null. */
function facts(...entries) {
  return make('dl', { class: 'facts' }, entries.filter(Boolean).map(([name, value]) =>
    [make('dt', null, name), make('dd', null, value)]));
}

/* The head of a view: its title, and a line that says what is seen. */
function heading(title, says, ...tools) {
  return make('div', { class: 'heading' }, make('div', null, make('h1', null, title), make('p', null, says)),
    make('div', { class: 'tools' }, tools));
}

/* A button that stays pressed. */
function toggle(label, pressed, changed, title) {
  const button = make('button', { type: 'button', class: 'toggle', 'aria-pressed': String(pressed), title,
    onclick: () => {
      const now = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(now));
      changed(now);
    } }, label);
  return button;
}

/* One of several: buttons of which one is pressed. */
function choice(label, options, chosen, changed) {
  const buttons = options.map(([value, name]) => make('button', { type: 'button', 'aria-pressed': String(value === chosen),
    onclick: () => {
      buttons.forEach((other, i) => other.setAttribute('aria-pressed', String(options[i][0] === value)));
      changed(value);
    } }, name));
  return make('div', { class: 'choice', role: 'group', 'aria-label': label }, buttons);
}

function legend(...entries) {
  return make('ul', { class: 'legend' }, entries.map(([style, name]) =>
    make('li', null, make('i', { class: style }), name)));
}

/* Nothing of this kind in the trace. */
const nothing = says => make('p', { class: 'nothing' }, says);

/* Follows the pointer over what has a data-tip, and stands beside it when it has the focus. */
function startTips() {
  const tip = byId('tip');
  const show = (target, x, y) => {
    tip.textContent = target.dataset.tip;
    tip.hidden = false;
    tip.style.left = Math.max(4, Math.min(x + 12, innerWidth - tip.offsetWidth - 8)) + 'px';
    tip.style.top = (y + 16 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 8 : y + 16) + 'px';
  };
  document.addEventListener('mousemove', event => {
    const target = event.target.closest?.('[data-tip]');
    if (target) show(target, event.clientX, event.clientY);
    else tip.hidden = true;
  });
  document.addEventListener('focusin', event => {
    const target = event.target.closest('[data-tip]');
    const box = target && target.getBoundingClientRect();
    if (target && target.matches(':focus-visible')) show(target, box.left, box.bottom - 12);
    else tip.hidden = true;
  });
}
