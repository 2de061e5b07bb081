'use strict';
/*
 * The data: from columns (tools/report/page.c) to a model of each process.
 *
 * In: the JSON in #data. Out: DATA, and model(trace, run): objects with all that is told of them,
 * stages, and the tables themselves, each a set of typed arrays.
 */
const DATA = JSON.parse(document.getElementById('data').textContent);
const STRINGS = DATA.strings;

/* A column of numbers from its steps. Values beyond 2^53 are in .large, as hexadecimal text. */
function readColumn(told, rows) {
  if (told.lists) return told.lists;
  const values = new Float64Array(rows);
  if ('same' in told) return values.fill(told.same);
  let value = 0, step = 0, row = 0;
  for (const entry of told.steps || told) {
    if (typeof entry === 'string') {
      for (let n = +entry; n > 0; n--) values[row++] = value += step;
    } else {
      values[row++] = value += step = entry;
    }
  }
  values.large = told.large;
  return values;
}

function readTable(told) {
  const table = { rows: told.rows };
  for (const name in told) if (name !== 'rows') table[name] = readColumn(told[name], told.rows);
  return table;
}

/* The rows of both, where a forked process goes on with its parent's. */
function joinTables(before, until, after) {
  let rows = 0;
  while (rows < before.rows && before.time[rows] <= until) rows++;
  const joined = { rows: rows + (after ? after.rows : 0) };
  for (const name in before) {
    if (name === 'rows') continue;
    if (Array.isArray(before[name])) {
      joined[name] = before[name].slice(0, rows).concat(after ? after[name] : []);
    } else {
      joined[name] = new Float64Array(joined.rows);
      joined[name].set(before[name].subarray(0, rows));
      if (after) joined[name].set(after[name], rows);
    }
  }
  return joined;
}

/* The tables of a run, read when first asked for. */
function tablesOf(trace, run) {
  if (run.read) return run.read;
  const own = {};
  for (const name in run.tables) own[name] = readTable(run.tables[name]);
  run.read = own;
  if (run.parent >= 0) {
    const begin = Math.min(...Object.values(own).map(table => table.time[0]));
    const parent = tablesOf(trace, trace.runs[run.parent]);
    run.read = {};
    for (const name of new Set([...Object.keys(parent), ...Object.keys(own)]))
      run.read[name] = parent[name] ? joinTables(parent[name], begin, own[name]) : own[name];
  }
  return run.read;
}

const NO_ROWS = { rows: 0 };
const baseName = path => path.slice(path.lastIndexOf('/') + 1);
const text = number => STRINGS[number];

/* Each row of a table as an object: for the small tables. `texts` names the columns of texts. */
function rowsOf(table, ...texts) {
  const names = Object.keys(table).filter(name => name !== 'rows');
  return Array.from({ length: table.rows }, (_, row) => {
    const result = { row };
    for (const name of names) {
      const value = table[name][row];
      result[name] = texts.includes(name) ? text(value) : value;
      if (table[name].large && row in table[name].large) result[name] = BigInt('0x' + table[name].large[row]);
    }
    return result;
  });
}

/* Pairs of begin and end, innermost first closed: {begin, end, open, row of begin and of end}. */
function spansOf(rows, key, last) {
  const open = [], spans = [];
  for (const row of rows) {
    if (row.state === 'begin') {
      const span = { begin: row.time, end: last, open: true, first: row, last: row };
      open.push(span);
      spans.push(span);
      continue;
    }
    for (let i = open.length - 1; i >= 0; i--) {
      if (open[i].first[key] !== row[key] || open[i].first.tid !== row.tid) continue;
      Object.assign(open[i], { end: row.time, open: false, last: row });
      open.splice(i, 1);
      break;
    }
  }
  return spans;
}

/* ---- the model of a process ---- */

function readObjects(of) {
  const objects = [];
  for (const row of rowsOf(of('object'), 'kind', 'path', 'name'))
    objects[row.object] = {
      number: row.object, kind: row.kind, path: row.path, asked: row.name, by: row.by, time: row.time,
      name: (baseName(row.path) || row.name || row.kind) + (row.space > 0 ? ` (namespace ${row.space})` : ''), segments: [], needs: [], neededBy: [],
      relocations: 0, bound: 0, serves: 0, lazy: 0, spent: { relocate: 0, construct: 0, load: 0 },
    };
  const put = (name, field, ...texts) => {
    for (const row of rowsOf(of(name), ...texts)) if (objects[row.object]) objects[row.object][field] = row;
  };
  put('map', 'map');
  put('dynamic', 'dynamic', 'soname', 'rpath', 'runpath', 'hash');
  put('pages', 'pages');
  put('slots', 'slots');
  put('unload', 'unload');
  for (const row of rowsOf(of('segment'), 'protection')) objects[row.object]?.segments.push(row);
  for (const row of rowsOf(of('need'), 'name')) {
    objects[row.by]?.needs.push(row);
    objects[row.object]?.neededBy.push(row);
  }
  return objects;
}

/* By which rule each object was found: from the search that ended with it. */
function readRules(of, objects) {
  const found = new Map();
  for (const row of rowsOf(of('search'), 'state', 'name', 'path', 'rule'))
    if (row.state === 'end' && row.path) found.set(row.by + ' ' + row.name, row);
  for (const object of objects) {
    if (!object) continue;
    const search = found.get(object.by + ' ' + object.asked);
    object.rule = search ? search.rule : { library: 'known' }[object.kind] || object.kind;
  }
  for (const row of rowsOf(of('preload'), 'name', 'source'))
    if (objects[row.object]) objects[row.object].preload = row.source;
}

/* How often each object's references were bound, and how often it served others. */
function countBindings(table, objects, lazy) {
  const from = new Uint32Array(objects.length), to = new Uint32Array(objects.length);
  for (let row = 0; row < table.rows; row++) {
    from[table.from[row]]++;
    if (table.from[row] !== table.to[row]) to[table.to[row]]++;
  }
  objects.forEach((object, number) => {
    object.bound += from[number];
    object.serves += to[number];
    if (lazy) object.lazy += from[number];
  });
}

function addCosts(model) {
  for (const span of model.relocate) {
    const object = model.objects[span.first.object];
    object.spent.relocate += span.end - span.begin;
    object.relocation = span.last;
    object.relocations = span.last.relr + span.last.relative + span.last.symbolic + span.last.plt;
  }
  for (const span of model.construct) model.objects[span.first.object].spent.construct += span.end - span.begin;
  for (const object of model.list) if (object.dynamic) object.spent.load = object.dynamic.time - object.time;
  for (const span of model.search) {
    const row = span.last;
    const object = model.list.find(other => other.by === row.by && other.asked === row.name);
    if (object) object.spent.load += span.end - span.begin;
  }
}

/* All that the views need to know of one process. */
function makeModel(trace, run) {
  const tables = tablesOf(trace, run);
  const of = name => tables[name] || NO_ROWS;
  const begin = rowsOf(of('trace'), 'loader', 'machine', 'started', 'detail')[0] || {};
  const last = Math.max(...Object.values(tables).map(table => table.time[table.rows - 1]));
  const objects = readObjects(of);
  const model = { trace, run, of, begin, last, objects, list: objects.filter(Boolean) };
  const spans = (name, key, ...texts) => spansOf(rowsOf(of(name), 'state', ...texts), key, last);

  readRules(of, objects);
  model.arguments = begin.arguments ? begin.arguments.map(text) : [];
  model.program = model.list.find(object => object.kind === 'program');
  model.title = model.program ? model.program.name : baseName(model.arguments[0] || 'process ' + run.pid);
  model.libc = rowsOf(of('libc'), 'libc').pop();
  model.enter = rowsOf(of('enter')).pop();
  model.stages = spans('stage', 'stage', 'stage');
  model.search = spans('search', 'name', 'name', 'path', 'rule');
  model.relocate = spans('relocate', 'object');
  model.construct = spans('construct', 'object');
  model.destruct = spans('destruct', 'object');
  model.opens = spans('dlopen', 'file', 'file', 'error');
  countBindings(of('bind'), objects, false);
  countBindings(of('slot'), objects, true);
  addCosts(model);
  return model;
}

/* The model of a run, made once. */
function modelOf(trace, run) {
  return run.model || (run.model = makeModel(trace, run));
}
