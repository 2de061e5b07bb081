/*
 * Cost: what each object takes of time, relocations, bindings and memory.
 */
const COSTS = [
  { title: 'Load', tip: 'from the search for it to its dynamic section being read', of: object => object.spent.load, say: time },
  { title: 'Relocate', tip: 'time of its relocation', of: object => object.spent.relocate, say: time },
  { title: 'Construct', tip: 'time of its constructors', of: object => object.spent.construct, say: time },
  { title: 'Relocations', tip: 'entries of RELR, RELA and PLT', of: object => object.relocations, say: count },
  { title: 'Bindings', tip: 'references bound by name, also by first calls', of: object => object.bound, say: count },
  { title: 'Serves', tip: 'references of others that were bound to it', of: object => object.serves, say: count },
  { title: 'Written', tip: 'memory that was written and belongs to this process alone', of: (object, page) => (object.pages ? object.pages.written * page : 0), say: bytes },
  { title: 'Size', tip: 'its segments in memory', of: object => (object.map ? object.map.end - object.map.start : 0), say: bytes },
];

const costView = {
  id: 'cost', title: 'Cost',
  build(model, root) {
    if (!model.list.length) return root.append(heading('Cost', ''), nothing('No object was loaded.'));
    const page = model.begin.page_size || 4096;
    const sums = COSTS.map(cost => model.list.reduce((sum, object) => sum + cost.of(object, page), 0));
    const most = COSTS.map(cost => Math.max(1, ...model.list.map(object => cost.of(object, page))));
    const detail = make('aside', { class: 'panel detail', 'aria-live': 'polite', 'aria-label': 'The chosen object' });
    const choose = object => {
      const end = object.relocation;
      detail.replaceChildren(...[make('h2', null, object.name), facts(...COSTS.map((cost, i) => [cost.title, make('span', { 'data-tip': percent(cost.of(object, page) / (sums[i] || 1)) + ' of all objects’' }, cost.say(cost.of(object, page)))])),
        end && make('h3', null, 'Its relocations'), end && facts(['RELR', count(end.relr)], ['RELATIVE', count(end.relative)], ['Symbolic', count(end.symbolic)], ['PLT', count(end.plt)]),
        object.slots && facts(['Slots bound', count(object.slots.bound)], ['Slots waiting', count(object.slots.lazy)], ['First calls', count(object.lazy)]),
        object.pages && make('h3', null, 'Its pages'), object.pages && facts(['All', count(object.pages.total)], ['In memory', count(object.pages.present)], ['Written', count(object.pages.written)])].filter(Boolean));
    };
    const table = new LongTable({ label: 'Cost of each object', rows: model.list, tall: true, select: choose, columns: [
      { title: 'Object', width: 'minmax(140px, 1.4fr)', cell: object => object.name, value: object => object.name },
      ...COSTS.map((cost, i) => ({ title: cost.title, tip: cost.tip, width: 'minmax(72px, 1fr)', value: object => cost.of(object, page),
        cell: object => (cost.of(object, page) ? barCell(cost.say(cost.of(object, page)), cost.of(object, page) / most[i]) : '') })),
    ] });
    root.append(heading('Cost', `All together: ${COSTS.map((cost, i) => `${cost.title.toLowerCase()} ${cost.say(sums[i])}`).join(' · ')}.`),
      make('div', { class: 'split narrow stretch' }, table.element, detail));
    table.sortBy(2);
    table.choose(0);
  },
};
