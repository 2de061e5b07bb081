/*
 * The page: which process and which view is shown, the theme, the keys.
 */
const VIEWS = [overviewView, timelineView, graphView, searchView, memoryView, bindingsView, gotView, tlsView, orderView, costView];
if (DATA.traces.length === 2) VIEWS.splice(1, 0, changesView);

const state = { trace: 0, run: 0, view: VIEWS[0].id, focus: null };

function currentModel() {
  const trace = DATA.traces[state.trace];
  return modelOf(trace, trace.runs[state.run]);
}

/* Shows a view; `focus` is what the view is to begin with (the number of an object). */
function openView(id, focus = null) {
  const view = VIEWS.find(other => other.id === id) || VIEWS[0];
  const main = byId('view');

  state.view = view.id;
  state.focus = focus;
  byId('tip').hidden = true;
  main.replaceChildren();
  main.className = 'view-' + view.id;
  main.dataset.ready = '';
  for (const link of byId('nav').querySelectorAll('a'))
    if (link.hash === '#' + view.id) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  const model = currentModel();
  if (model.trace.cut) main.append(make('p', { class: 'notice', role: 'alert' }, 'Only a part of the trace could be read: ' + model.trace.cut));
  view.build(model, main, focus);
  main.scrollTop = 0;
  main.dataset.ready = view.id;
}

function fillBar() {
  const model = currentModel();
  const chip = (name, title) => name && make('span', { class: 'chip', title }, name);
  const shown = model.arguments.length ? model.arguments.join(' ') : model.title;

  byId('program').replaceChildren(make('strong', null, model.title), make('code', { title: shown }, shown));
  byId('chips').replaceChildren(...[chip(model.begin.machine), chip(model.libc && model.libc.libc),
    chip(model.run.parent >= 0 ? 'fork' : '', 'made by fork, it has executed no program since'),
    chip(model.begin.loader)].filter(Boolean));
  document.title = model.title + ' – myld report';
}

/* What the picker calls a run, without reading all of it. */
function runName(trace, run, comparing, index) {
  let from = run;
  while (from.parent >= 0) from = trace.runs[from.parent];
  const begin = from.tables.trace;
  const words = begin ? begin.arguments.lists[0] : [];
  const name = (words.length ? baseName(text(words[0])) : 'process') + (run.parent >= 0 ? ` (fork of ${trace.runs[run.parent].pid})` : '');
  return `${comparing ? 'AB'[index] + ' · ' : ''}${name} · ${run.pid}`;
}

function fillRuns() {
  const select = byId('run');
  const comparing = DATA.traces.length > 1;

  DATA.traces.forEach((trace, t) => trace.runs.forEach((run, r) =>
    select.append(make('option', { value: t + ' ' + r }, runName(trace, run, comparing, t)))));
  byId('runs').hidden = select.options.length < 2;
  select.addEventListener('change', () => {
    [state.trace, state.run] = select.value.split(' ').map(Number);
    fillBar();
    openView(state.view);
  });
}

/* ---- theme ---- */

function darkNow() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  const dark = darkNow();
  byId('theme').textContent = dark ? 'Light' : 'Dark';
  byId('theme').setAttribute('aria-label', `Switch to ${dark ? 'light' : 'dark'} colours`);
}

function switchTheme() {
  const theme = darkNow() ? 'light' : 'dark';
  setTheme(theme);
  try { localStorage.setItem('myld-report-theme', theme); } catch { /* a page from a file may have no storage */ }
}

function startTheme() {
  let kept = null;
  try { kept = localStorage.getItem('myld-report-theme'); } catch { /* as above */ }
  const asked = new URLSearchParams(location.search).get('theme');
  setTheme(asked || kept);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => setTheme());
  byId('theme').addEventListener('click', switchTheme);
}

/* ---- keys ---- */

const KEYS = [
  ['1 … 9, 0', 'a view, in the order of the list'], ['/', 'to the filter of the view'], ['t', 'light or dark'],
  ['?', 'this list'], ['Tab', 'to the next control'], ['↑ ↓ Page Home End', 'rows of a table; the row is shown beside it'],
  ['s', 'in a table: sort by the next column'], ['+ − ← → 0', 'in the timeline and the map: zoom, move, all'],
  ['↑ ↓ ← → Enter Esc', 'in the graph: move, focus, all'], ['Esc', 'in a filter: clear it'],
];

function openKeys() {
  const dialog = byId('keys');
  dialog.replaceChildren(make('h2', { id: 'keys-title' }, 'Keys'),
    make('dl', null, KEYS.map(([key, what]) => [make('dt', null, make('kbd', null, key)), make('dd', null, what)])),
    make('form', { method: 'dialog' }, make('button', null, 'Close')));
  dialog.showModal();
}

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest('input, select, dialog')) return;
  const digit = '1234567890'.indexOf(event.key);
  if (digit >= 0 && !(event.key === '0' && event.target.closest('[data-zoom]')) && VIEWS[digit]) location.hash = VIEWS[digit].id;
  else if (event.key === 't') switchTheme();
  else if (event.key === '?') openKeys();
  else if (event.key === '/') byId('view').querySelector('input[type=search]')?.focus();
  else return;
  event.preventDefault();
}

function start() {
  byId('nav').append(make('ol', null, VIEWS.map((view, i) => make('li', null,
    make('a', { href: '#' + view.id }, make('kbd', { 'aria-hidden': 'true' }, '1234567890'[i] || ''), view.title)))));
  fillRuns();
  fillBar();
  startTheme();
  startTips();
  byId('help').addEventListener('click', openKeys);
  document.addEventListener('keydown', pressed);
  addEventListener('hashchange', () => openView(location.hash.slice(1)));
  openView(location.hash.slice(1));
}

start();
