/*
 * A table of any length: only the rows that are seen exist as elements, so that 300,000 rows scroll,
 * sort and filter without waiting.
 *
 *   new LongTable({ label, columns, rows, select })
 *     columns  [{ title, width (of CSS grid), cell(row) → text or element, value(row) to sort by, class, tip }]
 *     rows     an array (of any kind) of row numbers or objects
 *     select   called with the row when it is chosen: by click, or by keys
 *   .element, .show(rows)
 */
const ROW_HEIGHT = 26;
let tableCount = 0;

class LongTable {
  constructor({ label, columns, rows, select, tall }) {
    this.columns = columns;
    this.select = select;
    this.id = 'table' + tableCount++;
    this.chosen = -1;
    this.sorted = null;
    this.template = columns.map(column => column.width).join(' ');
    this.head = make('div', { class: 'row head', role: 'row', style: `grid-template-columns:${this.template}` },
      columns.map((column, i) => this.headCell(column, i)));
    this.body = make('div', { class: 'body', role: 'rowgroup' });
    this.element = make('div', { class: 'table' + (tall ? ' tall' : ''), role: 'grid', tabindex: 0, 'aria-label': label,
      'aria-colcount': columns.length, onscroll: () => this.render(), onkeydown: event => this.key(event) },
      make('div', { role: 'rowgroup', class: 'headgroup' }, this.head), this.body);
    new ResizeObserver(() => this.render()).observe(this.element);
    this.show(rows);
  }

  headCell(column, i) {
    const sort = column.value && (() => this.sortBy(i));
    return make('div', { role: 'columnheader', class: column.class, title: column.tip },
      sort ? make('button', { type: 'button', tabindex: -1, onclick: sort, title: column.tip || 'Sort by ' + column.title }, column.title)
        : column.title);
  }

  /* Shows these rows, from the top. */
  show(rows) {
    this.given = rows;
    this.rows = this.sorted ? this.inOrder(rows) : rows;
    this.chosen = -1;
    this.element.setAttribute('aria-rowcount', rows.length + 1);
    this.body.style.height = rows.length * ROW_HEIGHT + 'px';
    this.element.scrollTop = 0;
    this.first = -1;
    this.render();
  }

  inOrder(rows) {
    const { value } = this.columns[this.sorted.column];
    const keys = new Map();
    for (const row of rows) keys.set(row, value(row));
    const up = this.sorted.up ? 1 : -1;
    return Array.from(rows).sort((a, b) => {
      const left = keys.get(a), right = keys.get(b);
      return (left < right ? -1 : left > right ? 1 : 0) * up;
    });
  }

  sortBy(column) {
    const sample = this.given.length ? this.columns[column].value(this.given[0]) : '';
    const first = typeof sample === 'string';
    if (!this.sorted || this.sorted.column !== column) this.sorted = { column, up: first };
    else if (this.sorted.up === first) this.sorted.up = !first;
    else this.sorted = null;
    [...this.head.children].forEach((cell, i) => cell.setAttribute('aria-sort',
      !this.sorted || this.sorted.column !== i ? 'none' : this.sorted.up ? 'ascending' : 'descending'));
    this.show(this.given);
  }

  render() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW_HEIGHT) - 8);
    const last = Math.min(this.rows.length, first + Math.ceil((this.element.clientHeight || 600) / ROW_HEIGHT) + 16);
    if (first === this.first && last === this.last) return;
    this.first = first;
    this.last = last;
    const lines = [];
    for (let i = first; i < last; i++) lines.push(this.line(i));
    this.body.replaceChildren(...lines);
  }

  line(i) {
    const row = this.rows[i];
    return make('div', { class: 'row', role: 'row', id: `${this.id}-${i}`, 'aria-rowindex': i + 2,
      'aria-selected': String(i === this.chosen), onclick: () => this.choose(i),
      style: `top:${i * ROW_HEIGHT}px;grid-template-columns:${this.template}` },
      this.columns.map(column => {
        const cell = column.cell(row);
        return make('div', { role: 'gridcell', class: column.class,
          title: typeof cell === 'string' && cell.length > 12 ? cell : null }, cell);
      }));
  }

  choose(i) {
    if (i < 0 || i >= this.rows.length) return;
    this.chosen = i;
    const top = i * ROW_HEIGHT, head = this.head.offsetHeight, seen = this.element.clientHeight - head;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    if (top + ROW_HEIGHT > this.element.scrollTop + seen) this.element.scrollTop = top + ROW_HEIGHT - seen;
    this.first = -1;
    this.render();
    this.element.setAttribute('aria-activedescendant', `${this.id}-${i}`);
    this.select?.(this.rows[i]);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2);
    const last = this.rows.length - 1;
    const to = { ArrowDown: this.chosen + 1, ArrowUp: Math.max(0, this.chosen - 1), PageDown: Math.min(last, this.chosen + page),
      PageUp: Math.max(0, this.chosen - page), Home: 0, End: last }[event.key];
    if (to !== undefined && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      this.choose(Math.min(last, to));
    } else if (event.key === 's' && !event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      const columns = this.columns.map((column, i) => i).filter(i => this.columns[i].value);
      const at = this.sorted ? columns.indexOf(this.sorted.column) : -1;
      this.sorted = null;
      if (at + 1 < columns.length) this.sortBy(columns[at + 1]);
      else this.show(this.given);
    }
  }
}

/* A number with a bar as long as its share of the greatest. */
function barCell(label, share) {
  return make('span', { class: 'bar-cell' }, make('i', { style: `width:${Math.max(0, Math.min(100, share * 100)).toFixed(1)}%` }),
    make('b', null, label));
}
