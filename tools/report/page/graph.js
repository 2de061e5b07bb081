/*
 * Dependencies: who needs whom, who brought whom, and by which rule it was found. Columns are the
 * distance from the program; what is in focus shows its own edges, all else steps back.
 */
const NODE = { width: 156, height: 20, gap: 5, between: 64 };
const RULE_SAYS = { program: 'the program', 'library-path': 'library path', rpath: 'RPATH', runpath: 'RUNPATH', cache: 'ld.so.cache',
  default: 'default folders', path: 'a path', preload: 'preload', known: 'known before', loader: 'the loader', libc: 'the libc’s rule', vdso: 'the kernel (vdso)', missing: 'missing' };

/* The distance of each object from those that nobody needs. */
function levelsOf(model) {
  const shown = model.list.filter(object => !['vdso', 'builtin'].includes(object.kind) || object.neededBy.length);
  const level = new Map();
  let next = shown.filter(object => object.kind === 'program' || (!object.neededBy.length && object.kind !== 'missing'));
  if (!next.length) next = shown.slice(0, 1);
  const columns = [];
  for (let depth = 0; next.length; depth++) {
    next.forEach(object => level.set(object.number, depth));
    columns.push(next);
    const found = new Set();
    for (const object of next) for (const need of object.needs)
      if (!level.has(need.object) && model.objects[need.object]) found.add(model.objects[need.object]);
    next = [...found];
  }
  return { columns, level };
}

/* Within a column, objects stand near those that need them: fewer edges cross. */
function arrange(columns, level) {
  const place = new Map();
  const settle = column => column.forEach((object, i) => place.set(object.number, (i + 0.5) / column.length));
  columns.forEach(settle);
  for (let pass = 0; pass < 6; pass++)
    for (const column of pass % 2 ? [...columns].reverse() : columns) {
      const weight = new Map(column.map(object => {
        const near = (pass % 2 ? object.needs.map(need => need.object) : object.neededBy.map(need => need.by))
          .filter(number => place.has(number) && level.get(number) !== level.get(object.number));
        return [object, near.length ? near.reduce((sum, number) => sum + place.get(number), 0) / near.length : place.get(object.number)];
      }));
      column.sort((a, b) => weight.get(a) - weight.get(b));
      settle(column);
    }
}

class Graph {
  constructor(model, chosen) {
    this.model = model;
    this.chosen = chosen;
    Object.assign(this, levelsOf(model));
    arrange(this.columns, this.level);
    this.edges = this.columns.flat().flatMap(object => object.needs.filter(need => this.level.has(need.object)).map(need =>
      ({ from: object.number, to: need.object, brought: model.objects[need.object].by === object.number && !need.again })));
    /* a large graph shows what is in focus and around it alone */
    this.large = Math.max(...this.columns.map(column => column.length)) > 20;
    this.svg = draw('svg', { class: 'graph', role: 'group', 'aria-label': 'Dependency graph',
      onkeydown: event => this.key(event), onclick: event => { if (event.target === this.svg) this.focus(null); } });
  }

  /* Places and draws the objects of which `shows` is true. */
  layout(shows) {
    this.seen = this.columns.map(column => column.filter(object => shows(object.number))).filter(column => column.length);
    const tallest = Math.max(...this.seen.map(column => column.length));
    const step = NODE.height + (tallest < 7 ? 28 : tallest < 15 ? 14 : NODE.gap);
    this.at = new Map();
    this.seen.forEach((column, x) => {
      const top = tallest > 30 ? 0 : (tallest - column.length) / 2;
      column.forEach((object, y) => this.at.set(object.number, { x: 6 + x * (NODE.width + NODE.between), y: 6 + (top + y) * step, column: x, row: y }));
    });
    const width = this.seen.length * (NODE.width + NODE.between) - NODE.between + 30, height = tallest * step + 12;
    const fits = 780 / width; /* a small graph uses the room that there is; one that is a little too wide gives way */
    const scale = fits > 0.85 ? Math.min(1.35, fits, Math.max(1, 560 / height)) : 1;
    this.svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.svg.setAttribute('width', width * scale);
    this.svg.setAttribute('height', height * scale);
    this.nodes = new Map();
    for (const edge of this.edges) edge.path = null;
    this.svg.replaceChildren(...this.edges.map(edge => this.drawEdge(edge)).filter(Boolean),
      ...this.seen.flat().map(object => this.drawNode(object)));
  }

  drawEdge(edge) {
    const from = this.at.get(edge.from), to = this.at.get(edge.to);
    if (!from || !to) return null;
    const ahead = to.column > from.column, back = to.column < from.column;
    const x1 = back ? from.x : from.x + NODE.width, y1 = from.y + NODE.height / 2, x2 = ahead ? to.x : to.x + NODE.width, y2 = to.y + NODE.height / 2;
    const bend = to.column === from.column ? 30 : Math.max(30, Math.abs(x2 - x1) / 2);
    return edge.path = draw('path', { d: `M${x1} ${y1}C${back ? x1 - bend : x1 + bend} ${y1} ${ahead ? x2 - bend : x2 + bend} ${y2} ${x2} ${y2}` });
  }

  drawNode(object) {
    const at = this.at.get(object.number);
    const room = 21;
    const node = draw('g', { class: `node rule-${object.preload ? 'preload' : object.rule}`, transform: `translate(${at.x},${at.y})`, tabindex: -1, role: 'button',
      'aria-label': `${object.name}, ${this.says(object)}`, 'data-tip': `${object.name}\n${this.says(object)}`,
      onclick: () => this.focus(object.number), onfocus: () => { this.current = object.number; } },
    draw('rect', { width: NODE.width, height: NODE.height, rx: 4 }), draw('circle', { cx: 10, cy: NODE.height / 2, r: 3.5 }),
    draw('text', { x: 19, y: 14 }, object.name.length > room ? object.name.slice(0, room - 1) + '…' : object.name));
    this.nodes.set(object.number, node);
    return node;
  }

  says(object) {
    const by = this.model.objects[object.by];
    return `${object.preload ? 'preloaded by ' + object.preload : RULE_SAYS[object.rule] || object.rule}${by ? ', brought by ' + by.name : ''}`;
  }

  /* The objects on the way from the program: who brought whom. */
  ancestors(number) {
    const line = [];
    for (let object = this.model.objects[number]; object && !line.includes(object.number); object = this.model.objects[object.by]) line.push(object.number);
    return line;
  }

  /* Brings one object into focus; null: none, all are shown. */
  focus(number) {
    this.grip = this.svg.contains(document.activeElement); /* the focus of the keyboard goes on */
    const line = new Set(number ? this.ancestors(number) : []);
    const near = new Set(line);
    for (const edge of this.edges)
      if (edge.from === number || edge.to === number) near.add(edge.from).add(edge.to);
    this.layout(other => !number || !this.large || near.has(other));
    for (const edge of this.edges) {
      const onLine = line.has(edge.from) && line.has(edge.to) && edge.brought;
      const style = edge.to === number || onLine ? 'near in' : edge.from === number ? 'near out' : number ? 'away' : edge.brought ? 'brought' : this.large ? 'away' : '';
      edge.path?.setAttribute('class', 'edge ' + style);
    }
    for (const [other, node] of this.nodes) {
      node.classList.toggle('away', Boolean(number) && !near.has(other));
      node.classList.toggle('chosen', other === number);
      node.setAttribute('aria-pressed', String(other === number));
    }
    this.go(number || this.current || this.seen[0][0].number);
    this.chosen(number);
  }

  go(number) {
    const node = this.nodes.get(number);
    if (!node) return;
    for (const other of this.nodes.values()) other.setAttribute('tabindex', -1);
    node.setAttribute('tabindex', 0);
    this.current = number;
    if (this.svg.contains(document.activeElement) || this.grip) {
      node.focus({ preventScroll: true });
      node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  key(event) {
    const at = this.at.get(this.current);
    if (!at) return;
    const step = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] }[event.key];
    if (event.key === 'Enter' || event.key === ' ') this.focus(this.current);
    else if (event.key === 'Escape') this.focus(null);
    else if (step && this.seen[at.column + step[0]]) {
      const column = this.seen[at.column + step[0]];
      const to = step[0] ? column.reduce((a, b) => (Math.abs(this.at.get(b.number).y - at.y) < Math.abs(this.at.get(a.number).y - at.y) ? b : a)) : column[at.row + step[1]];
      if (to) this.go(to.number);
    } else return;
    event.preventDefault();
  }
}

/* What is told of one object, with links to those around it. */
function objectDetail(model, object, go) {
  const link = number => make('button', { type: 'button', class: 'link', onclick: () => go(number) }, model.objects[number].name);
  const list = (title, needs, side) => needs.length > 0 && [make('h3', null, `${title} (${needs.length})`),
    make('ul', null, needs.filter(need => model.objects[need[side]]).map(need => make('li', null, link(need[side]),
      side === 'object' && !need.again && model.objects[need.object].by === object.number ? make('span', { class: 'muted' }, ' brought') : '')))];
  const dynamic = object.dynamic || {};
  return [make('h2', null, object.name), facts(
    ['File', make('code', null, object.path)], ['Kind', object.kind],
    object.asked && object.asked !== object.name && ['Asked for as', make('code', null, object.asked)],
    model.objects[object.by] && ['Brought by', link(object.by)],
    ['Found by', object.preload || RULE_SAYS[object.rule] || object.rule],
    dynamic.soname && dynamic.soname !== object.name && ['Soname', make('code', null, dynamic.soname)],
    dynamic.rpath && ['RPATH', make('code', null, dynamic.rpath)], dynamic.runpath && ['RUNPATH', make('code', null, dynamic.runpath)],
    object.map && ['Lies at', make('code', null, hex(object.map.start))],
    object.map && ['Size', bytes(object.map.end - object.map.start)],
    object.relocations > 0 && ['Relocations', count(object.relocations)],
    object.serves > 0 && ['Serves', plural(object.serves, 'reference') + ' of others'],
    object.spent.relocate > 0 && ['Relocated in', time(object.spent.relocate)],
    object.unload && ['Unloaded', 'at ' + time(object.unload.time)]),
  list('Needs', object.needs, 'object'), list('Needed by', object.neededBy, 'by')];
}

function ruleSummary(model, objects) {
  const rules = new Map();
  for (const object of objects) rules.set(object.preload || object.rule, (rules.get(object.preload || object.rule) || 0) + 1);
  return [make('h2', null, 'Found by'), facts(...[...rules].sort((a, b) => b[1] - a[1]).map(([rule, number]) => [RULE_SAYS[rule] || rule, count(number)])),
    make('p', { class: 'muted hint' }, 'Choose an object to see who needs it and whom it needs. Esc shows all again.')];
}

const graphView = {
  id: 'dependencies', title: 'Dependencies',
  build(model, root, focus) {
    if (!model.list.length) return root.append(heading('Dependencies', ''), nothing('No object was loaded.'));
    const detail = make('aside', { class: 'panel detail', 'aria-live': 'polite', 'aria-label': 'The object in focus' });
    const graph = new Graph(model, number => {
      const object = model.objects[number];
      detail.replaceChildren(...(object ? objectDetail(model, object, to => graph.focus(to)).flat(3).filter(Boolean) : ruleSummary(model, shown)));
      pick.value = number || '';
    });
    const shown = graph.columns.flat();
    const pick = make('select', { 'aria-label': 'Object in focus', onchange: () => graph.focus(Number(pick.value) || null) },
      make('option', { value: '' }, 'All objects'),
      [...shown].sort((a, b) => a.name.localeCompare(b.name)).map(object => make('option', { value: object.number }, object.name)));
    const used = Object.keys(RULE_SAYS).filter(rule => shown.some(object => (object.preload ? 'preload' : object.rule) === rule));
    root.append(heading('Dependencies', `${plural(shown.length, 'object')}, ${plural(graph.edges.length, 'need')}. Strong lines: who brought an object first. Columns: distance from the program.`, pick),
      legend(...used.map(rule => ['rule-' + rule, RULE_SAYS[rule]])),
      make('div', { class: 'split stretch' }, make('section', { class: 'panel scroll' }, graph.svg), detail));
    graph.focus(graph.level.has(focus) ? focus : null);
  },
};
