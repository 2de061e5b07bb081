/*
 * Search: every place that was looked at for a library, with the verdict.
 */
function triesOf(model) {
  const tries = rowsOf(model.of('try'), 'rule', 'path', 'verdict', 'reason');
  for (const row of tries) {
    const search = model.search.filter(span => span.begin <= row.time && row.time <= span.end).pop();
    row.wanted = search ? search.first.name : baseName(row.path);
    row.by = search && model.objects[search.first.by] ? model.objects[search.first.by].name : '';
  }
  return tries;
}

const searchView = {
  id: 'search', title: 'Search',
  build(model, root) {
    const tries = triesOf(model);
    if (!tries.length) {
      root.append(heading('Search', 'Where the loader looked for libraries.'), nothing('No library was searched for.'));
      return;
    }
    const vain = tries.filter(row => row.verdict !== 'found');
    const filter = make('input', { type: 'search', placeholder: 'Filter: name, path, rule, verdict', 'aria-label': 'Filter the places', oninput: () => refill() });
    let only = false;
    const table = new LongTable({ label: 'Places looked at', rows: tries, tall: true, columns: [
      { title: 'Time', width: '90px', class: 'number', cell: row => time(row.time), value: row => row.time },
      { title: 'Wanted', width: 'minmax(150px, 1fr)', cell: row => row.wanted, value: row => row.wanted },
      { title: 'By', width: 'minmax(120px, .8fr)', cell: row => row.by, value: row => row.by },
      { title: 'Rule', width: '110px', cell: row => row.rule, value: row => row.rule },
      { title: 'Place', width: 'minmax(240px, 2.4fr)', class: 'mono tail', cell: row => make('bdi', { title: row.path }, row.path), value: row => row.path },
      { title: 'Verdict', width: '150px', cell: row => make('span', { class: row.verdict === 'found' ? 'good' : 'soft', title: row.reason },
        row.verdict + (row.reason ? ': ' + row.reason : '')), value: row => row.verdict },
    ] });
    const refill = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      table.show((only ? vain : tries).filter(row => {
        const all = `${row.wanted} ${row.by} ${row.rule} ${row.path} ${row.verdict} ${row.reason}`.toLowerCase();
        return words.every(word => all.includes(word));
      }));
    };
    root.append(heading('Search', `${plural(model.search.length, 'search', 'searches')}, ${plural(tries.length, 'place')} looked at, ${count(vain.length)} in vain.`,
      toggle('In vain only', false, on => { only = on; refill(); })), filter, make('div', { class: 'stretch' }, table.element));
  },
};
