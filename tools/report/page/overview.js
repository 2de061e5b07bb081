/*
 * Overview: what ran, how long its start took and where the time went, what it needed, what failed.
 */
const STAGE_SAYS = {
  load: 'find, check and map the program and all that it needs', versions: 'is every version there that is needed?',
  tls: 'a place for every thread-local variable', 'libc-before': 'what must stand before relocation',
  relocate: 'put every address in its place', 'libc-after': 'bring up the libc', protect: 'make relocated data read-only',
  announce: 'tell debuggers', init: 'run the constructors of the libraries',
};

/* Stages of the start, not of a dlopen: those that were over, or begun, before the program was entered. */
function startStages(model) {
  const enter = model.enter ? model.enter.time : model.last;
  const seen = new Set();
  return model.stages.filter(span => span.begin <= enter && !seen.has(span.first.stage) && seen.add(span.first.stage));
}

function bigNumber(value, what, title) {
  return make('div', { class: 'figure', title }, make('b', null, value), make('span', null, what));
}

function figures(model) {
  const libraries = model.list.filter(object => object.kind === 'library').length;
  const bind = model.of('bind'), slot = model.of('slot');
  const waiting = model.list.reduce((sum, object) => sum + (object.slots ? object.slots.lazy : 0), 0);
  const relocations = model.list.reduce((sum, object) => sum + object.relocations, 0);
  const dirty = model.list.reduce((sum, object) => sum + (object.pages ? object.pages.written : 0), 0);
  const size = dirty * (model.begin.page_size || 4096);

  return make('div', { class: 'figures' },
    bigNumber(model.enter ? time(model.enter.time) : '–', 'to the first instruction', 'from the loader’s first event, with the trace switched on'),
    bigNumber(count(libraries), libraries === 1 ? 'library' : 'libraries'),
    bigNumber(count(relocations), 'relocations'),
    bigNumber(count(bind.rows), 'references bound at the start'),
    bigNumber(count(slot.rows), `functions bound at first call${waiting ? `, of ${count(waiting)} slots` : ''}`),
    bigNumber(dirty ? bytes(size) : '–', 'written pages', 'of the objects’ segments, measured after relocation'));
}

/* One bar for the whole start, cut into its stages. */
function stageBar(model, stages) {
  const whole = stages.reduce((sum, span) => sum + span.end - span.begin, 0) || 1;
  return make('div', { class: 'stagebar', role: 'img', 'aria-label': 'Share of each stage: ' +
    stages.map(span => `${span.first.stage} ${percent((span.end - span.begin) / whole)}`).join(', ') },
  stages.map(span => {
    const share = (span.end - span.begin) / whole;
    return make('span', { class: 'stage-' + span.first.stage, style: `flex-grow:${(share * 1000).toFixed(2)}`,
      'data-tip': `${span.first.stage} · ${time(span.end - span.begin)} · ${percent(share)}` }, share > 0.08 ? make('b', null, span.first.stage) : null);
  }));
}

function stageTable(stages) {
  const whole = stages.reduce((sum, span) => sum + span.end - span.begin, 0) || 1;
  return make('table', { class: 'plain' }, make('caption', null, 'Stages of the start'),
    make('thead', null, make('tr', null, ['Stage', 'What it does', 'Time', 'Share'].map(name => make('th', { scope: 'col', class: name === 'Time' ? 'number' : null }, name)))),
    make('tbody', null, stages.map(span => make('tr', null,
      make('th', { scope: 'row' }, make('i', { class: 'dot stage-' + span.first.stage }), span.first.stage),
      make('td', { class: 'muted' }, STAGE_SAYS[span.first.stage] || ''),
      make('td', { class: 'number' }, time(span.end - span.begin), span.open ? ' (not finished)' : ''),
      make('td', null, barCell(percent((span.end - span.begin) / whole), (span.end - span.begin) / whole))))));
}

/* Sentences about what a reader may want to look at. */
function remarks(model) {
  const said = [];
  const say = (view, ...words) => said.push(make('li', null, make('a', { href: '#' + view }, words)));
  const slowest = (field, what, view) => {
    const object = model.list.reduce((a, b) => (b.spent[field] > a.spent[field] ? b : a), model.list[0]);
    if (object && object.spent[field]) say(view, `${object.name} took longest to ${what}: ${time(object.spent[field])}`);
  };
  const vain = rowsOf(model.of('try'), 'verdict').filter(row => row.verdict !== 'found').length;
  const again = model.of('bind').again ? model.of('bind').again.reduce((sum, flag) => sum + flag, 0) : 0;

  slowest('relocate', 'relocate', 'cost');
  slowest('construct', 'construct', 'order');
  if (vain) say('search', `${plural(vain, 'place')} looked at in vain`);
  if (again) say('bindings', `${count(again)} of ${count(model.of('bind').rows)} references repeat the symbol before and needed no search`);
  if (model.opens.length) say('timeline', `${plural(model.opens.length, 'dlopen')} while it ran`);
  const writable = model.list.filter(object => object.segments.some(segment => segment.protection === 'rwx'));
  if (writable.length) say('memory', `memory that is both writable and executable: ${writable.map(object => object.name).join(', ')}`);
  return said;
}

function errorList(model) {
  const errors = rowsOf(model.of('error'), 'text', 'detail');
  return errors.map(row => make('p', { class: 'notice' + (row.fatal ? ' fatal' : '') }, make('b', null, row.fatal ? 'Error, the end: ' : 'A dl function failed: '),
    row.text, row.detail ? ' – ' + row.detail : '', make('span', { class: 'muted' }, ` at ${time(row.time)}`)));
}

const overviewView = {
  id: 'overview', title: 'Overview',
  build(model, root) {
    const stages = startStages(model);
    const libc = model.libc && model.objects[model.libc.object];
    const date = model.begin.date ? new Date(model.begin.date / 1000).toISOString().slice(0, 19).replace('T', ' ') + ' UTC' : '';
    const forked = model.run.parent >= 0;

    root.append(heading('Overview', model.enter ? 'From the loader’s first instruction to the program’s.' : forked
      ? 'A child made by fork: it goes on with what its parent had loaded.' : 'This trace ends before the program was entered.'),
    ...errorList(model), figures(model));
    if (stages.length) root.append(make('section', { class: 'panel' }, stageBar(model, stages), stageTable(stages)));
    root.append(make('div', { class: 'columns' },
      make('section', { class: 'panel' }, make('h2', null, 'Worth a look'), make('ul', { class: 'links' }, remarks(model))),
      make('section', { class: 'panel' }, make('h2', null, 'The run'), facts(
        ['Command', make('code', null, model.arguments.join(' '))],
        model.program && ['Program', make('code', null, model.program.path)],
        ['Started', model.begin.started === 'kernel' ? 'by the kernel: myld is the program’s interpreter' : 'as a command: myld PROGRAM'],
        libc && ['libc', [model.libc.libc, ' ', make('code', null, libc.path)]],
        ['Process', `${model.run.pid}${model.begin.parent ? `, child of ${model.begin.parent}` : ''}`],
        date && ['Date', date],
        ['Trace', `${model.trace.file}, ${plural(model.trace.lines, 'line')}${model.trace.passed_over
          ? `; ${plural(model.trace.passed_over, 'line')} of further detail not shown` : ''}`]))));
  },
};
