/*
 * Changes: two traces side by side, A before and B after. Objects are the same when their names are,
 * references when object, symbol, version and number among their like are.
 */
function numbersOf(model) {
  const stages = new Map(startStages(model).map(span => [span.first.stage, span.end - span.begin]));
  const sum = of => model.list.reduce((all, object) => all + of(object), 0);
  const page = model.begin.page_size || 4096;
  return [
    ['Start, all', model.enter ? model.enter.time : null, time], ...Object.keys(STAGE_SAYS).map(stage => ['Stage ' + stage, stages.has(stage) ? stages.get(stage) : null, time]),
    ['Objects', model.list.length, count], ['Places looked at', model.of('try').rows, count], ['Relocations', sum(object => object.relocations), count],
    ['Bound at the start', model.of('bind').rows, count], ['Bound by first calls', model.of('slot').rows, count],
    ['Constructors, destructors', model.of('call').rows, count], ['Written memory', sum(object => (object.pages ? object.pages.written * page : 0)), bytes],
    ['Size of all segments', sum(object => (object.map ? object.map.end - object.map.start : 0)), bytes], ['Errors', model.of('error').rows, count],
  ];
}

/* What of an object is worth comparing: each with a name. Addresses differ in each run. */
function traits(object) {
  const dynamic = object.dynamic || {};
  return { file: object.path, 'found by': object.preload || object.rule, relocations: object.relocations, 'references bound': object.bound,
    size: object.map ? object.map.end - object.map.start : 0, symbols: dynamic.symbols, soname: dynamic.soname, RUNPATH: dynamic.runpath, RPATH: dynamic.rpath,
    needs: object.needs.map(need => need.name).join(' ') };
}

function objectChanges(a, b) {
  const left = new Map(a.list.map(object => [object.name, object])), right = new Map(b.list.map(object => [object.name, object]));
  const rows = [];
  for (const [name, object] of left) if (!right.has(name)) rows.push({ kind: 'Object gone', what: name, a: object.path, b: '' });
  for (const [name, object] of right) if (!left.has(name)) rows.push({ kind: 'Object new', what: name, a: '', b: object.path });
  for (const [name, object] of left) {
    if (!right.has(name)) continue;
    const before = traits(object), after = traits(right.get(name));
    for (const trait in before)
      if (before[trait] !== after[trait]) rows.push({ kind: 'Object: ' + trait, what: name, a: String(before[trait] ?? ''), b: String(after[trait] ?? '') });
  }
  return rows;
}

/* Each reference of a trace under a key, and what it was bound to: the object, by which rule. */
function boundTo(model) {
  const table = referencesOf(model);
  const bound = new Map(), seen = new Map();
  for (let row = 0; row < table.rows; row++) {
    const from = model.objects[table.from[row]];
    const plain = `${from ? from.name : ''}\n${table.symbol[row]}\n${table.version[row]}`;
    const number = seen.get(plain) || 0;
    seen.set(plain, number + 1);
    const to = model.objects[table.to[row]];
    bound.set(number ? `${plain}\n${number}` : plain, { to: to ? to.name : 'nobody', late: row >= table.first, symbol: table.symbol[row], from: from ? from.name : '' });
  }
  return bound;
}

function bindingChanges(a, b) {
  const left = boundTo(a), right = boundTo(b);
  const names = [new Set(a.list.map(object => object.name)), new Set(b.list.map(object => object.name))];
  const rows = [];
  const when = one => one.to + (one.late ? ', at its first call' : ', at the start');
  const row = (kind, one, before, after) => rows.push({ kind, what: `${text(one.symbol)} of ${one.from}`, a: before, b: after });
  for (const [key, one] of left) {
    const other = right.get(key);
    if (!other) { if (names[1].has(one.from)) row('Binding gone', one, when(one), ''); }
    else if (one.to !== other.to) row('Binding: bound to', one, one.to, other.to);
    else if (one.late !== other.late) row('Binding: when', one, when(one), when(other));
  }
  for (const [key, one] of right) if (!left.has(key) && names[0].has(one.from)) row('Binding new', one, '', when(one));
  return rows;
}

/* Neighbours that changed places in the order of constructors. */
function orderChanges(a, b) {
  const sequence = model => [...new Set(model.construct.map(span => model.objects[span.first.object].name))];
  const left = sequence(a), right = sequence(b);
  const [first, second] = [left.filter(name => right.includes(name)), right.filter(name => left.includes(name))];
  return first.map((name, i) => ({ name, i, j: second.indexOf(name) })).filter(one => one.i !== one.j)
    .map(one => ({ kind: 'Constructors: order', what: one.name, a: `number ${one.i + 1}`, b: `number ${one.j + 1}` }));
}

function numberTable(a, b) {
  const left = numbersOf(a), right = numbersOf(b);
  const rows = left.map(([name, before, say], i) => [name, before, right[i][1], say]).filter(([, before, after]) => before !== null || after !== null);
  return make('table', { class: 'plain numbers' }, make('caption', null, 'Numbers of both runs'),
    make('thead', null, make('tr', null, ['', 'A', 'B', 'Change'].map((name, i) => make('th', { scope: 'col', class: i ? 'number' : null }, name)))),
    make('tbody', null, rows.map(([name, before, after, say]) => {
      const change = (after || 0) - (before || 0);
      return make('tr', null, make('th', { scope: 'row' }, name), make('td', { class: 'number' }, before === null ? '–' : say(before)), make('td', { class: 'number' }, after === null ? '–' : say(after)),
        make('td', { class: 'number ' + (change ? '' : 'soft') }, change ? `${change > 0 ? '+' : '−'}${say(Math.abs(change))}${before ? ` (${change > 0 ? '+' : '−'}${percent(Math.abs(change) / before)})` : ''}` : '='));
    })));
}

/* The process of B that goes with one of A: the one whose program has the same name, else the first. */
function counterparts() {
  const [left, right] = DATA.traces;
  const a = state.trace === 0 ? modelOf(left, left.runs[state.run]) : null;
  if (!a) {
    const b = modelOf(right, right.runs[state.run]);
    const run = left.runs.find(other => modelOf(left, other).title === b.title) || left.runs[0];
    return [modelOf(left, run), b];
  }
  const run = right.runs.find(other => modelOf(right, other).title === a.title) || right.runs[0];
  return [a, modelOf(right, run)];
}

const changesView = {
  id: 'changes', title: 'Changes',
  build(model, root) {
    const [a, b] = counterparts();
    const rows = [...objectChanges(a, b), ...orderChanges(a, b), ...bindingChanges(a, b)];
    const kinds = [...new Set(rows.map(row => row.kind))];
    const pick = make('select', { 'aria-label': 'Kind of change', onchange: () => refill() }, make('option', { value: '' }, 'All kinds'), kinds.map(kind => make('option', { value: kind }, `${kind} (${count(rows.filter(row => row.kind === kind).length)})`)));
    const filter = make('input', { type: 'search', placeholder: 'Filter the changes', 'aria-label': 'Filter the changes', oninput: () => refill() });
    const table = new LongTable({ label: 'Changes', rows, tall: true, columns: [
      { title: 'Change', width: '196px', cell: row => row.kind, value: row => row.kind },
      { title: 'Of', width: 'minmax(170px, 1.3fr)', cell: row => row.what, value: row => row.what },
      { title: 'A', width: 'minmax(140px, 1fr)', cell: row => row.a, value: row => row.a },
      { title: 'B', width: 'minmax(140px, 1fr)', cell: row => row.b, value: row => row.b },
    ] });
    const refill = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      table.show(rows.filter(row => (!pick.value || row.kind === pick.value) && words.every(word => `${row.kind} ${row.what} ${row.a} ${row.b}`.toLowerCase().includes(word))));
    };
    const name = one => make('span', null, make('code', null, one.arguments.join(' ')), make('span', { class: 'muted' }, ` (${one.trace.file}, process ${one.run.pid})`));
    root.append(heading('Changes', ['From A ', name(a), ' to B ', name(b)], pick),
      make('div', { class: 'changes stretch' }, make('section', { class: 'panel scroll' }, numberTable(a, b)),
        make('div', { class: 'stack' }, filter, rows.length ? make('div', { class: 'fill' }, table.element) : nothing('Objects, bindings and the order of constructors are the same.'))));
  },
};
