/*
 * Bindings: every reference with the definition that it got, at the start or by its first call. The
 * filter asks each text once and each row by number, so that it follows the typing.
 */
const FILTER_FIELDS = ['symbol', 'version', 'from', 'to', 'rule', 'type'];

function stringNumber(wanted) {
  const found = STRINGS.indexOf(wanted);
  return found >= 0 ? found : STRINGS.push(wanted) - 1;
}

/* The rows of `bind` and of `slot` as one set of columns; lazy[row] tells which. */
function referencesOf(model) {
  if (model.references) return model.references;
  const bind = model.of('bind'), slot = model.of('slot');
  const rows = bind.rows + slot.rows;
  const table = { rows, first: bind.rows };
  for (const name of ['time', 'pid', 'from', 'to', 'symbol', 'version', 'rule', 'scope', 'position', 'type', 'place', 'value', 'again', 'before', 'index', 'stored']) {
    const column = table[name] = new Float64Array(rows);
    if (bind[name]) column.set(bind[name]);
    if (slot[name]) column.set(slot[name], bind.rows);
    const large = [[bind, 0], [slot, bind.rows]].flatMap(([from, add]) => Object.entries(from[name]?.large || {}).map(([row, value]) => [+row + add, value]));
    column.large = Object.fromEntries(large);
  }
  table.type.fill(stringNumber('first call'), bind.rows);
  const chosen = new Map(rowsOf(model.of('ifunc')).map(row => [row.place, row.value]));
  table.chosen = row => !table.value[row] && chosen.has(table.place[row]); /* by a resolver, after the binding */
  table.valueAt = row => (table.chosen(row) ? hex(chosen.get(table.place[row])) : hexAt(table.value, row));
  model.references = table;
  return table;
}

let loweredStrings = null;

/* Which texts contain the word. */
function textsWith(word) {
  if (!loweredStrings || loweredStrings.length !== STRINGS.length) loweredStrings = STRINGS.map(one => one.toLowerCase());
  const found = new Uint8Array(loweredStrings.length);
  for (let i = 0; i < found.length; i++) if (loweredStrings[i].includes(word)) found[i] = 1;
  return found;
}

function objectsWith(model, word) {
  const found = new Uint8Array(model.objects.length);
  for (const object of model.list) if (object.name.toLowerCase().includes(word)) found[object.number] = 1;
  return found;
}

/* A test of rows for one word of the filter: `word`, `field:word`, `-word`. */
function wordTest(model, table, word) {
  const not = word.startsWith('-') && word.length > 1;
  if (not) word = word.slice(1);
  const [, field, rest] = /^(\w+):(.*)$/.exec(word) || [];
  const named = FILTER_FIELDS.includes(field);
  const wanted = named ? rest : word;
  const texts = textsWith(wanted), objects = objectsWith(model, wanted);
  const { symbol, version, from, to } = table;
  let test;
  if (!wanted) test = () => true;
  else if (named) test = field === 'from' || field === 'to' ? row => objects[table[field][row]] : row => texts[table[field][row]];
  else test = row => texts[symbol[row]] || texts[version[row]] || objects[from[row]] || objects[to[row]];
  return not ? row => !test(row) : test;
}

/* The numbers of the rows that fit. */
function filterReferences(model, query, { lazy, undefined: missing, other, repeats }) {
  const table = referencesOf(model);
  const tests = query.toLowerCase().split(/\s+/).filter(Boolean).map(word => wordTest(model, table, word));
  if (lazy) tests.push(row => row >= table.first);
  if (missing) tests.push(row => !table.to[row]);
  if (other) tests.push(row => table.to[row] && table.to[row] !== table.from[row]);
  if (!repeats) tests.push(row => !table.again[row]);
  const found = new Uint32Array(table.rows);
  let length = 0;
  rows: for (let row = 0; row < table.rows; row++) {
    for (const test of tests) if (!test(row)) continue rows;
    found[length++] = row;
  }
  return found.subarray(0, length);
}

/* ---- one binding, in words ---- */

const BINDING_SAYS = {
  local: 'A local or hidden symbol: it is bound to its own object, nobody else is asked.',
  protected: 'A protected symbol: its own definition, nobody else is asked.',
  own: 'The object is linked with -Bsymbolic: its own definitions come first.',
  unique: 'A unique symbol: the first definition of the process serves everybody.',
  undefined: 'Nobody defines it. A weak reference gets 0; any other one waits for its first use.',
};

/* The objects that were asked before the one that had it. */
function askedBefore(model, table, row) {
  const scopes = rowsOf(model.of('scope'), 'kind').filter(scope => scope.object === table.from[row] && scope.number === table.scope[row]);
  const scope = scopes.pop();
  return scope ? scope.objects.slice(0, table.position[row]) : [];
}

function segmentAt(model, address) {
  for (const object of model.list)
    for (const segment of object.segments)
      if (address >= segment.start && address < segment.end)
        return [object.name + ' ', make('span', { class: 'whole' }, `+${hex(address - object.map.bias)} (${segment.protection})`)];
  return null;
}

/* As the tools of the system write it: symbol@VERSION. */
const symbolCell = (symbol, version) => make('span', { title: version ? `${symbol}@${version}` : symbol }, symbol, version ? make('span', { class: 'soft' }, '@' + version) : null);

function bindingDetail(model, row) {
  const table = referencesOf(model);
  const name = number => (model.objects[number] ? model.objects[number].name : 'nobody');
  const rule = text(table.rule[row]), version = text(table.version[row]);
  const asked = ['global', 'group'].includes(rule) ? askedBefore(model, table, row) : [];
  const word = column => {
    const value = column === 'value' ? table.valueAt(row) : hexAt(table[column], row);
    return [make('code', null, value), make('div', { class: 'muted' }, segmentAt(model, Number(value)))];
  };
  const late = row >= table.first;
  return [make('h2', null, make('code', null, text(table.symbol[row]))), facts(
    version && ['Version', version], ['Wanted by', name(table.from[row])], ['Bound to', name(table.to[row])], ['Rule', rule],
    ['When', `${late ? 'at its first call, ' : 'at the start, '}${time(table.time[row])}`], ['Relocation', text(table.type[row])],
    ['Place', word('place')], late && ['Before', word('before')], ['Value', word('value')],
    table.chosen(row) && ['Chosen by', 'a resolver (IFUNC)'],
    late && !table.stored[row] && ['Stored', 'no: the slot still asks at each call']),
  BINDING_SAYS[rule] ? make('p', { class: 'muted hint' }, BINDING_SAYS[rule]) : null,
  table.again[row] ? make('p', { class: 'muted hint' }, 'The same symbol as in the relocation before: not looked up again.') : null,
  asked.length ? make('h3', null, `Asked before (${asked.length})`) : null,
  asked.length ? make('ol', { class: 'asked' }, asked.slice(0, 60).map(number => make('li', null, name(number))),
    asked.length > 60 ? make('li', null, `… and ${asked.length - 60} more`) : null) : null];
}

const bindingsView = {
  id: 'bindings', title: 'Bindings',
  build(model, root) {
    const table = referencesOf(model);
    if (!table.rows) return root.append(heading('Bindings', ''), nothing('No reference was bound by name.'));
    const options = { lazy: false, undefined: false, other: false, repeats: true };
    const object = number => (model.objects[number] ? model.objects[number].name : '–');
    const detail = make('aside', { class: 'panel detail', 'aria-live': 'polite', 'aria-label': 'The chosen binding' }, make('p', { class: 'muted' }, 'Choose a binding to see how it came about.'));
    const found = make('output', { class: 'muted', id: 'found' });
    const grid = new LongTable({ label: 'Bindings', rows: [], tall: true, select: row => detail.replaceChildren(...bindingDetail(model, row).filter(Boolean)), columns: [
      { title: 'Symbol', width: 'minmax(220px, 2.6fr)', class: 'mono', cell: row => symbolCell(text(table.symbol[row]), text(table.version[row])), value: row => text(table.symbol[row]) },
      { title: 'Wanted by', width: 'minmax(130px, 1fr)', cell: row => object(table.from[row]), value: row => object(table.from[row]) },
      { title: 'Bound to', width: 'minmax(130px, 1fr)', cell: row => object(table.to[row]), value: row => object(table.to[row]) },
      { title: 'Rule', width: '76px', cell: row => text(table.rule[row]), value: row => text(table.rule[row]) },
      { title: 'Value', width: '126px', class: 'mono', cell: table.valueAt, value: row => table.value[row] },
      { title: 'Time', width: '80px', class: 'number', cell: row => time(table.time[row]), value: row => table.time[row] },
    ] });
    const refill = () => {
      const rows = filterReferences(model, filter.value, options);
      grid.show(rows);
      found.textContent = rows.length === table.rows ? plural(rows.length, 'binding') : `${count(rows.length)} of ${plural(table.rows, 'binding')}`;
    };
    const option = (name, label, title) => toggle(label, options[name], on => { options[name] = on; refill(); }, title);
    const filter = make('input', { type: 'search', id: 'filter', placeholder: 'Filter: malloc   from:libgtk   to:libc   version:2.34   type:copy   -rule:local', 'aria-label': 'Filter the bindings', oninput: refill,
      onkeydown: event => {
        if (event.key === 'ArrowDown') { event.preventDefault(); grid.element.focus(); grid.choose(0); }
      } });
    root.append(heading('Bindings', 'Which definition each reference got, and why.', found,
      option('other', 'To others', 'only bindings to another object'), option('lazy', 'First calls', 'only functions that were bound by their first call'),
      option('undefined', 'Undefined', 'only references that nobody defines'), option('repeats', 'Repeats', 'also references to the same symbol as the one before')),
    filter, make('div', { class: 'split stretch' }, grid.element, detail));
    refill();
    setTimeout(() => textsWith(''), 50); /* so that the first letter need not wait for it */
  },
};
