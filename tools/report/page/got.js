/*
 * GOT and PLT: the words that an object's calls go through, before and after they were bound; those
 * that wait for their first call fill up as the slider goes through the run.
 */
const RESERVED_WORDS = 3; /* of .got.plt: .dynamic, the link map, the resolver */
const WORD = 8;

const CELL_SAYS = [['c-reserved', 'the loader’s own'], ['c-start', 'bound at the start'], ['c-ifunc', 'chosen by a resolver'],
  ['c-lazy', 'bound by its first call'], ['c-waiting', 'waits for its first call']];

/* The words of one object's GOT that the trace tells of, by address. */
function cellsOf(model, object) {
  const table = referencesOf(model);
  const cells = new Map();
  const cell = (place, more) => cells.set(place, { ...(cells.get(place) || { place }), ...more });
  const got = object.slots ? object.slots.got : 0;

  for (let row = 0; row < table.rows; row++) {
    if (table.from[row] !== object.number) continue;
    const late = row >= table.first, type = text(table.type[row]);
    if (!late && !/JUMP_SLOT|GLOB_DAT/.test(type)) continue;
    cell(table.place[row], { row, kind: late ? 'c-lazy' : 'c-start', symbol: text(table.symbol[row]), to: table.to[row], type: late ? 'PLT slot' : type.replace(/^R_(X86_64|[A-Z0-9]+)_/, ''),
      time: table.time[row], before: late ? hexAt(table.before, row) : '', after: hexAt(table.value, row), late });
  }
  for (const row of rowsOf(model.of('ifunc'), 'symbol'))
    if (row.object === object.number) {
      const old = cells.get(row.place);
      if (old || (got && row.place >= got && row.place < got + WORD * (RESERVED_WORDS + object.dynamic.plt)))
        cell(row.place, { kind: old && old.late ? old.kind : 'c-ifunc', symbol: row.symbol || old?.symbol || '', to: row.in, type: old?.type || 'IRELATIVE', time: old?.late ? old.time : row.time,
          before: old?.before || '', after: hex(row.value) });
    }
  if (got && object.slots.lazy)
    for (let i = 0; i < RESERVED_WORDS + object.dynamic.plt; i++) {
      const place = got + i * WORD;
      if (i < RESERVED_WORDS) cell(place, { kind: 'c-reserved', symbol: ['address of .dynamic', 'the object, for the resolver', 'the resolver'][i], type: 'reserved' });
      else if (!cells.has(place)) cell(place, { kind: 'c-waiting', symbol: '', type: 'PLT slot' });
    }
  return [...cells.values()].sort((a, b) => a.place - b.place);
}

class SlotPlayer {
  constructor(model, object) {
    this.model = model;
    this.cells = cellsOf(model, object);
    this.late = this.cells.filter(cell => cell.late).sort((a, b) => a.time - b.time);
    this.until = this.late.length;
    this.grid = make('div', { class: 'cells', role: 'img' });
    this.legend = make('div');
    this.status = make('output', { class: 'muted' });
    this.slider = make('input', { type: 'range', min: 0, max: this.late.length, value: this.late.length, 'aria-label': 'First calls that have happened', oninput: () => this.show(Number(this.slider.value)) });
    this.table = new LongTable({ label: 'Words of the GOT', rows: [], tall: true, columns: [
      { title: 'Word', width: '128px', class: 'mono', cell: cell => hex(cell.place), value: cell => cell.place },
      { title: 'Symbol', width: 'minmax(170px, 1.4fr)', class: 'mono', cell: cell => cell.symbol, value: cell => cell.symbol },
      { title: 'Kind', width: '96px', cell: cell => cell.type, value: cell => cell.type },
      { title: 'Before', width: '128px', class: 'mono', cell: cell => cell.before || '', value: cell => cell.before || '' },
      { title: 'After', width: '128px', class: 'mono', cell: cell => (this.happened(cell) ? cell.after || '' : make('span', { class: 'soft' }, cell.kind === 'c-reserved' ? '' : 'waits')), value: cell => cell.after || '' },
      { title: 'In', width: 'minmax(110px, 1fr)', cell: cell => (this.happened(cell) && model.objects[cell.to] ? model.objects[cell.to].name : ''), value: cell => (model.objects[cell.to] ? model.objects[cell.to].name : '') },
      { title: 'Time', width: '84px', class: 'number', cell: cell => (cell.time && this.happened(cell) ? time(cell.time) : ''), value: cell => cell.time || 0 },
    ] });
  }

  happened(cell) {
    return cell.late ? this.late.indexOf(cell) < this.until : cell.kind !== 'c-waiting';
  }

  show(until) {
    this.until = until;
    const last = this.late[until - 1];
    this.slider.setAttribute('aria-valuetext', `${until} of ${this.late.length}`);
    this.status.textContent = this.late.length ? `${until} of ${plural(this.late.length, 'first call')}` + (last ? ` · ${last.symbol} at ${time(last.time)}` : '') : 'no first calls';
    const most = 1600; /* more words than that are not told apart by eye */
    const kinds = new Map();
    const boxes = this.cells.map(cell => {
      const kind = this.happened(cell) || cell.kind === 'c-reserved' ? cell.kind : 'c-waiting';
      kinds.set(kind, (kinds.get(kind) || 0) + 1);
      return { cell, kind };
    });
    this.grid.replaceChildren(...boxes.slice(0, most).map(({ cell, kind }) => make('i', { class: `cell ${kind}${cell === last ? ' now' : ''}`,
      'data-tip': `${hex(cell.place)}  ${cell.symbol}\n${cell.type}${kind === 'c-waiting' ? ', waits for its first call' : cell.after ? `\n${cell.before || '(file’s content)'} → ${cell.after}` : ''}` })),
    boxes.length > most ? `… ${count(boxes.length - most)} more` : '');
    this.legend.replaceChildren(legend(...CELL_SAYS.filter(([kind]) => kinds.has(kind)).map(([kind, says]) => [kind, `${says}: ${count(kinds.get(kind))}`])));
    this.grid.setAttribute('aria-label', CELL_SAYS.filter(([kind]) => kinds.has(kind)).map(([kind, says]) => `${kinds.get(kind)} ${says}`).join(', '));
    const top = this.table.element.scrollTop;
    if (!this.table.rows || this.table.rows.length !== this.cells.length) this.table.show(this.cells);
    else { this.table.first = -1; this.table.element.scrollTop = top; this.table.render(); }
    if (last && until < this.late.length) this.table.choose(this.table.rows.indexOf(last));
  }
}

const gotView = {
  id: 'got', title: 'GOT and PLT',
  build(model, root, focus) {
    const objects = model.list.filter(object => object.slots || object.bound);
    if (!objects.length) return root.append(heading('GOT and PLT', ''), nothing('No object has slots that were bound.'));
    const area = make('div', { class: 'stack stretch' });
    const open = object => {
      const player = new SlotPlayer(model, object);
      player.show(player.late.length);
      area.replaceChildren(make('section', { class: 'panel' }, player.grid, player.legend,
        player.late.length ? make('div', { class: 'player' }, make('button', { type: 'button', 'aria-label': 'One first call back', onclick: () => step(player, -1) }, '‹'), player.slider,
          make('button', { type: 'button', 'aria-label': 'One first call on', onclick: () => step(player, 1) }, '›'), player.status) : null),
      make('div', { class: 'fill' }, player.table.element));
    };
    const step = (player, by) => {
      player.slider.value = Number(player.slider.value) + by;
      player.show(Number(player.slider.value));
    };
    const first = objects.find(object => object.number === focus) || [...objects].sort((a, b) => b.lazy - a.lazy)[0];
    const pick = make('select', { 'aria-label': 'Object', onchange: () => open(model.objects[pick.value]) }, objects.map(object => make('option', { value: object.number, selected: object === first },
      `${object.name}${object.lazy ? ` · ${plural(object.lazy, 'first call')}` : ''}`)));
    root.append(heading('GOT and PLT', 'The words that calls and references to other objects go through, in the order of memory: each box is one.', pick), area);
    open(first);
  },
};
