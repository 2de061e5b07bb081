/*
 * Timeline: lanes of spans and marks over the time of the run. Zoom with the wheel or the keys.
 */
const LANE_LABEL = 118, LANE_ROW = 18, LANE_GAP = 9;

function lane(name, style, spans, tip) {
  return { name, spans: spans.map(span => ({ begin: span.begin, end: span.end, tip: tip(span), name: span.name,
    style: typeof style === 'string' ? style : style(span) })) };
}

/* Constructors as calls: each lasts until the next call, or until its object's are over. */
function callSpans(model, spans, early) {
  const calls = rowsOf(model.of('call'), 'kind').filter(row => early === !row.kind.startsWith('fini'));
  return calls.map((row, i) => {
    const around = spans.filter(span => span.first.object === row.object && span.begin <= row.time && row.time <= span.end).pop();
    const next = calls[i + 1];
    const limit = around ? around.end : row.time;
    return { ...row, begin: row.time, end: next && next.time < limit ? next.time : Math.max(limit, row.time),
      name: model.objects[row.object].name };
  });
}

function lanesOf(model) {
  const object = number => model.objects[number] ? model.objects[number].name : '?';
  const named = spans => spans.map(span => ({ ...span, name: span.first.name || object(span.first.object) }));
  const say = what => span => `${what} ${span.name}\n${time(span.end - span.begin)}${span.open ? ', not finished' : ''}, from ${time(span.begin)}`;
  const stages = model.stages.map(span => ({ ...span, name: span.first.stage }));
  const maps = model.list.filter(one => one.dynamic).map(one => ({ begin: one.time, end: one.dynamic.time, name: one.name }));
  const opens = model.opens.map(span => ({ ...span, name: span.first.file || 'the program' }));

  return [
    lane('Stages', span => 'stage-' + span.name, stages, say('stage')),
    lane('dlopen', 'stage-load', opens, say('dlopen')),
    lane('Search', 'stage-versions', named(model.search), say('search for')),
    lane('Map and read', 'stage-load', maps, say('map and read')),
    lane('Relocate', 'stage-relocate', named(model.relocate), say('relocate')),
    lane('Constructors', 'stage-init', callSpans(model, model.construct, true), span => `${span.kind} ${span.index} of ${say('')(span).trim()}`),
    lane('Destructors', 'stage-protect', callSpans(model, model.destruct, false), span => `${span.kind} ${span.index} of ${say('')(span).trim()}`),
    { name: 'First calls', marks: model.of('slot').rows ? model.of('slot').time : [] },
    { name: 'Threads', marks: rowsOf(model.of('thread')).map(row => row.time) },
  ].filter(one => (one.spans || one.marks).length);
}

/* Spans that overlap go below each other. */
function stackRows(spans) {
  const ends = [];
  for (const span of spans) {
    let row = ends.findIndex(end => end <= span.begin);
    if (row < 0) row = ends.length;
    ends[row] = span.end;
    span.row = Math.min(row, 5);
  }
  return Math.min(ends.length, 6) || 1;
}

class Timeline {
  constructor(model) {
    this.model = model;
    this.lanes = lanesOf(model);
    for (const one of this.lanes) one.rows = one.spans ? stackRows(one.spans) : 1;
    this.height = this.lanes.reduce((sum, one) => sum + one.rows * LANE_ROW + LANE_GAP, 26);
    this.svg = draw('svg', { tabindex: 0, 'data-zoom': true, role: 'img', height: this.height, class: 'timeline',
      'aria-label': 'Timeline. Plus and minus zoom, left and right move, 0 shows all. The table below lists what lasted longest.' });
    this.changed = () => {};
    this.svg.addEventListener('wheel', event => this.wheel(event), { passive: false });
    this.svg.addEventListener('keydown', event => this.key(event));
    this.svg.addEventListener('pointerdown', event => this.drag(event));
    new ResizeObserver(() => this.render()).observe(this.svg);
    this.all = [0, model.last * 1.002 || 1];
    this.window = this.all;
  }

  show(begin, end) {
    const least = 500, [first, last] = this.all;
    const width = Math.min(Math.max(end - begin, least), last - first);
    const from = Math.min(Math.max(begin, first), last - width);
    this.window = [from, from + width];
    this.render();
    this.changed();
  }

  zoom(factor, around = 0.5) {
    const [begin, end] = this.window;
    const middle = begin + (end - begin) * around;
    this.show(middle - (middle - begin) * factor, middle + (end - middle) * factor);
  }

  move(part) {
    const [begin, end] = this.window;
    this.show(begin + (end - begin) * part, end + (end - begin) * part);
  }

  wheel(event) {
    if (!event.ctrlKey && !event.shiftKey && Math.abs(event.deltaY) < Math.abs(event.deltaX)) return;
    event.preventDefault();
    const box = this.svg.getBoundingClientRect();
    this.zoom(event.deltaY > 0 ? 1.25 : 0.8, Math.max(0, (event.clientX - box.left - LANE_LABEL) / (box.width - LANE_LABEL)));
  }

  key(event) {
    const act = { '+': () => this.zoom(0.6), '=': () => this.zoom(0.6), '-': () => this.zoom(1.6), 0: () => this.show(...this.all),
      ArrowLeft: () => this.move(-0.25), ArrowRight: () => this.move(0.25) }[event.key];
    if (!act || event.ctrlKey) return;
    event.preventDefault();
    act();
  }

  drag(event) {
    const [begin, end] = this.window;
    const scale = (end - begin) / (this.svg.clientWidth - LANE_LABEL);
    const from = event.clientX;
    this.svg.onpointermove = move => this.show(begin + (from - move.clientX) * scale, end + (from - move.clientX) * scale);
    this.svg.onpointerup = this.svg.onpointerleave = () => { this.svg.onpointermove = null; };
  }

  render() {
    const width = this.svg.clientWidth;
    if (!width) return;
    const [begin, end] = this.window;
    const x = at => LANE_LABEL + (at - begin) / (end - begin) * (width - LANE_LABEL - 8);
    const parts = [...this.axis(x, width)];
    let y = 24;
    for (const one of this.lanes) {
      parts.push(draw('line', { x1: 0, x2: width, y1: y - LANE_GAP / 2, y2: y - LANE_GAP / 2, class: 'rule' }));
      parts.push(...(one.spans ? this.spans(one, x, y, width) : this.marks(one, x, y, width)));
      parts.push(draw('text', { x: 0, y: y + 13, class: 'lane' }, one.name));
      y += one.rows * LANE_ROW + LANE_GAP;
    }
    if (this.model.enter && x(this.model.enter.time) >= LANE_LABEL)
      parts.push(draw('line', { x1: x(this.model.enter.time), x2: x(this.model.enter.time), y1: 18, y2: y, class: 'enter',
        'data-tip': 'The program is entered: ' + time(this.model.enter.time) }));
    this.svg.replaceChildren(...parts);
  }

  axis(x, width) {
    const [begin, end] = this.window;
    const rough = (end - begin) / Math.max(3, width / 130);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(by => by * power).find(size => size >= rough);
    const parts = [];
    for (let at = Math.ceil(begin / step) * step; at <= end; at += step)
      parts.push(draw('line', { x1: x(at), x2: x(at), y1: 16, y2: this.height, class: 'grid' }),
        x(at) < width - 50 && draw('text', { x: x(at) + 3, y: 11, class: 'tick' }, at ? time(Math.round(at)) : '0'));
    return parts.filter(Boolean);
  }

  spans(one, x, y, width) {
    const parts = [];
    for (const span of one.spans) {
      const left = Math.max(LANE_LABEL, x(span.begin)), right = Math.min(width, x(span.end));
      if (right < LANE_LABEL || left > width) continue;
      const size = Math.max(right - left, 1.5), top = y + span.row * LANE_ROW;
      parts.push(draw('rect', { x: left, y: top, width: Math.max(size - 0.5, 1), height: LANE_ROW - 2, rx: 2, class: 'span ' + span.style, 'data-tip': span.tip }));
      const room = Math.floor((size - 8) / 6.6);
      if (room > 2) parts.push(draw('text', { x: left + 5, y: top + 12, class: 'inside' },
        span.name.length > room ? span.name.slice(0, room - 1) + '…' : span.name));
    }
    return parts;
  }

  /* Marks of a few pixels' width: the more of them, the stronger. */
  marks(one, x, y, width) {
    const bins = new Map();
    for (const at of one.marks) {
      const left = Math.floor(x(at) / 3);
      if (left * 3 >= LANE_LABEL - 3 && left * 3 <= width) bins.set(left, (bins.get(left) || 0) + 1);
    }
    const most = Math.max(1, ...bins.values());
    return [...bins].map(([left, number]) => {
      const height = (LANE_ROW - 2) * (0.35 + 0.65 * number / most);
      return draw('rect', { x: left * 3, y: y + LANE_ROW - 2 - height, width: 2.5, height, class: 'span mark', 'data-tip': `${one.name}: ${number}` });
    });
  }
}

function longest(model, lanes, [begin, end]) {
  const all = lanes.flatMap(one => (one.spans || []).filter(span => span.begin < end && span.end > begin).map(span => ({ ...span, lane: one.name })));
  return all.sort((a, b) => b.end - b.begin - (a.end - a.begin)).slice(0, 200);
}

const timelineView = {
  id: 'timeline', title: 'Timeline',
  build(model, root) {
    const line = new Timeline(model);
    const enter = model.enter ? model.enter.time : model.last;
    const start = () => line.show(0, enter * 1.04);
    const table = new LongTable({ label: 'What lasted longest in the part that is shown', rows: [], tall: true,
      select: span => line.show(span.begin - (span.end - span.begin) * 0.5, span.end + (span.end - span.begin) * 0.5),
      columns: [
        { title: 'What', width: '130px', cell: span => span.lane, value: span => span.lane },
        { title: 'Of', width: 'minmax(160px, 1fr)', cell: span => span.name, value: span => span.name },
        { title: 'From', width: '110px', class: 'number', cell: span => time(span.begin), value: span => span.begin },
        { title: 'Lasted', width: '110px', class: 'number', cell: span => time(span.end - span.begin), value: span => span.end - span.begin },
      ] });
    const refill = () => table.show(longest(model, line.lanes, line.window));
    let waiting = 0;
    line.changed = () => { clearTimeout(waiting); if (document.activeElement !== table.element) waiting = setTimeout(refill, 120); };
    root.append(heading('Timeline', 'What happened when. Times include the work of tracing. Wheel or + and − zoom, drag or ← and → move.',
      choice('Part', [['start', 'Start'], ['run', 'Whole run']], 'start', which => (which === 'start' ? start() : line.show(...line.all))),
      make('button', { type: 'button', onclick: () => line.zoom(0.6), 'aria-label': 'Zoom in' }, '+'),
      make('button', { type: 'button', onclick: () => line.zoom(1.6), 'aria-label': 'Zoom out' }, '−')),
    make('section', { class: 'panel' }, line.svg),
    make('h2', { class: 'over' }, 'Longest in this part'), make('div', { class: 'stretch' }, table.element));
    start();
    refill();
  },
};
