/*
 * Constructors and destructors, in the order in which they ran.
 */
function orderRows(model) {
  const early = callSpans(model, model.construct, true), late = callSpans(model, model.destruct, false);
  const rows = [...early, ...late].sort((a, b) => a.begin - b.begin);
  rows.forEach((row, i) => { row.number = i + 1; });
  return rows;
}

/* Why this object's constructors could run now: what it needs was constructed before. */
function orderDetail(model, rows, row) {
  const object = model.objects[row.object];
  const before = new Set(rows.slice(0, rows.indexOf(row)).map(other => other.object));
  const withCode = new Set(rows.map(other => other.object));
  const needs = [...new Set(object.needs.map(need => need.object))].map(number => model.objects[number]).filter(Boolean);
  return [make('h2', null, object.name), facts(['Called', `${row.kind} ${row.index}`], ['Function', make('code', null, hex(row.function))],
    object.map && ['In the file', make('code', null, hex(row.function - object.map.bias))], ['From', time(row.begin)], ['Lasted', time(row.end - row.begin)]),
  make('h3', null, 'What it needs'), needs.length ? make('ul', null, needs.map(need => make('li', null, need.name,
    make('span', { class: 'muted' }, !withCode.has(need.number) ? ' – has nothing to call' : before.has(need.number) ? ' – before it' : ' – later')))) : make('p', { class: 'muted' }, 'nothing')];
}

const orderView = {
  id: 'constructors', title: 'Constructors',
  build(model, root) {
    const rows = orderRows(model);
    if (!rows.length) return root.append(heading('Constructors', ''), nothing('No constructor or destructor was called.'));
    const constructors = rows.filter(row => !row.kind.startsWith('fini'));
    const longest = Math.max(...rows.map(row => row.end - row.begin), 1);
    const whole = constructors.reduce((sum, row) => sum + row.end - row.begin, 0);
    const detail = make('aside', { class: 'panel detail', 'aria-live': 'polite', 'aria-label': 'The chosen call' });
    const table = new LongTable({ label: 'Constructors and destructors', rows, tall: true, select: row => detail.replaceChildren(...orderDetail(model, rows, row)), columns: [
      { title: '#', width: '56px', class: 'number', cell: row => String(row.number), value: row => row.number },
      { title: 'Object', width: 'minmax(150px, 1fr)', cell: row => row.name, value: row => row.name },
      { title: 'Function', width: '150px', cell: row => `${row.kind} ${row.index}`, value: row => row.kind },
      { title: 'Address', width: '132px', class: 'mono', cell: row => hex(row.function), value: row => row.function },
      { title: 'From', width: '90px', class: 'number', cell: row => time(row.begin), value: row => row.begin },
      { title: 'Lasted', width: '150px', cell: row => barCell(time(row.end - row.begin), (row.end - row.begin) / longest), value: row => row.end - row.begin },
    ] });
    const show = which => {
      const some = which === 'all' ? rows : which === 'early' ? constructors : rows.filter(row => row.kind.startsWith('fini'));
      table.show(some);
    };
    root.append(heading('Constructors', `${plural(constructors.length, 'constructor')} in ${time(whole)}, ${plural(rows.length - constructors.length, 'destructor')}. What an object needs is constructed before it, and destroyed after.`,
      choice('Which', [['early', 'Constructors'], ['late', 'Destructors'], ['all', 'Both']], 'early', show)),
    make('div', { class: 'split stretch' }, table.element, detail));
    show('early');
    if (constructors.length) table.choose(0);
  },
};
