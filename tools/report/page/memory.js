/*
 * Memory: the objects' segments to scale, in the order of their addresses. Gaps are cut out of the
 * strip; each row shows one object on a scale of its own or on that of the greatest.
 */
const PROTECTION = { 'r--': 'p-read', 'r-x': 'p-code', '--x': 'p-code', 'rw-': 'p-data', '-w-': 'p-data', 'rwx': 'p-wild', '-wx': 'p-wild' };
const PROTECTION_SAYS = [['p-read', 'read'], ['p-code', 'read, execute'], ['p-data', 'read, write'], ['p-zero', 'zero pages (bss)'], ['p-relro', 'read-only after relocation (RELRO)'], ['p-wild', 'write and execute']];

const segmentStyle = segment => PROTECTION[segment.protection] || 'p-read';

/* The pieces of an object: segments, their parts without file, and what became read-only. */
function piecesOf(object) {
  const pieces = [];
  for (const segment of object.segments) {
    const file = Math.min(segment.end, segment.start + segment.file_size);
    const says = `${object.name} ${segment.protection}\n${hex(segment.start)} – ${hex(segment.end)}, ${bytes(segment.end - segment.start)}`;
    if (file > segment.start) pieces.push({ start: segment.start, end: file, style: segmentStyle(segment), says: `${says}\nfrom offset ${hex(segment.offset)} of the file` });
    if (segment.end > file) pieces.push({ start: file, end: segment.end, style: 'p-zero', says: `${says}\nzero: ${bytes(segment.end - file)}` });
  }
  const map = object.map;
  if (map && map.relro_end > map.relro_start)
    pieces.push({ start: map.relro_start, end: map.relro_end, style: 'p-relro', says: `${object.name}: read-only after relocation\n${hex(map.relro_start)} – ${hex(map.relro_end)}` });
  return pieces;
}

/* Neighbours with little between them make a cluster: the strip cuts what lies between clusters. */
function clustersOf(objects) {
  const clusters = [];
  for (const object of objects) {
    const last = clusters[clusters.length - 1];
    if (last && object.map.start - last.end < 1 << 20) {
      last.end = Math.max(last.end, object.map.end);
      last.objects.push(object);
    } else {
      clusters.push({ start: object.map.start, end: object.map.end, objects: [object] });
    }
  }
  return clusters;
}

function pieceElement(piece, start, size) {
  const left = (piece.start - start) / size * 100, width = (piece.end - piece.start) / size * 100;
  return make('i', { class: 'piece ' + piece.style, style: `left:${left.toFixed(3)}%;width:${width.toFixed(3)}%`, 'data-tip': piece.says });
}

function strip(clusters, chosen, pick) {
  const whole = clusters.reduce((sum, cluster) => sum + cluster.end - cluster.start, 0);
  const parts = clusters.flatMap((cluster, i) => {
    const size = cluster.end - cluster.start;
    const gap = i ? cluster.start - clusters[i - 1].end : 0;
    return [gap ? make('span', { class: 'gap', 'data-tip': `gap of ${bytes(gap)}` }, '⋯') : null,
      make('span', { class: 'cluster', style: `flex-grow:${Math.max(size / whole, 0.012)}`, 'data-tip': `${hex(cluster.start)} – ${hex(cluster.end)}\n${plural(cluster.objects.length, 'object')}, ${bytes(size)}` },
        cluster.objects.map(object => make('button', { type: 'button', class: 'block', tabindex: -1, 'aria-hidden': 'true', 'aria-pressed': String(object === chosen),
          style: `left:${((object.map.start - cluster.start) / size * 100).toFixed(3)}%;width:${((object.map.end - object.map.start) / size * 100).toFixed(3)}%`, onclick: () => pick(object) },
        piecesOf(object).filter(piece => piece.style !== 'p-relro').map(piece => pieceElement(piece, object.map.start, object.map.end - object.map.start)))))];
  });
  return make('div', { class: 'strip', role: 'img', 'aria-label': `${plural(clusters.length, 'region')} of the address space; the table below lists the objects` }, parts);
}

function segmentTable(object) {
  return make('table', { class: 'plain small' }, make('caption', null, 'Segments of ' + object.name),
    make('thead', null, make('tr', null, ['Segment', 'Size', 'Zero'].map((name, i) => make('th', { scope: 'col', class: i ? 'number' : null }, name)))),
    make('tbody', null, object.segments.map(segment => make('tr', null,
      make('th', { scope: 'row' }, make('i', { class: 'dot ' + segmentStyle(segment) }), make('code', { title: hex(segment.start) + ' – ' + hex(segment.end) }, segment.protection + ' +' + hex(segment.start - object.map.start))),
      make('td', { class: 'number' }, bytes(segment.end - segment.start)),
      make('td', { class: 'number' }, segment.end - segment.start > segment.file_size ? bytes(segment.end - segment.start - segment.file_size) : '')))));
}

function memoryDetail(model, object) {
  const pages = object.pages;
  const bar = make('div', { class: 'lane-bar big' }, piecesOf(object).map(piece => pieceElement(piece, object.map.start, object.map.end - object.map.start)));
  return [make('h2', null, object.name), bar, segmentTable(object), facts(
    ['Start', make('code', null, hex(object.map.start))], ['End', make('code', null, hex(object.map.end))], ['Bias', make('code', null, hex(object.map.bias))],
    object.map.entry > 0 && ['Entry', make('code', null, hex(object.map.entry))], object.map.dynamic > 0 && ['.dynamic', make('code', null, hex(object.map.dynamic))],
    object.map.relro_end > object.map.relro_start && ['RELRO', make('code', null, `${hex(object.map.relro_start)} – ${hex(object.map.relro_end)}`)],
    pages && ['Pages', `${count(pages.total)}; ${count(pages.present)} in memory, ${count(pages.written)} written`],
    object.map.by_kernel > 0 && ['Mapped by', 'the kernel'], object.map.executable_stack > 0 && ['Stack', 'asks for an executable one'])];
}

const memoryView = {
  id: 'memory', title: 'Memory',
  build(model, root, focus) {
    const objects = model.list.filter(object => object.map && object.map.end > object.map.start).sort((a, b) => a.map.start - b.map.start);
    if (!objects.length) return root.append(heading('Memory', ''), nothing('No object was mapped.'));
    const clusters = clustersOf(objects);
    const greatest = Math.max(...objects.map(object => object.map.end - object.map.start));
    const whole = objects.reduce((sum, object) => sum + object.map.end - object.map.start, 0);
    const detail = make('aside', { class: 'panel detail', 'aria-live': 'polite', 'aria-label': 'The chosen object' });
    const top = make('section', { class: 'panel' });
    let same = true;
    const choose = object => {
      detail.replaceChildren(...memoryDetail(model, object).filter(Boolean));
      top.replaceChildren(strip(clusters, object, picked => table.choose(table.rows.indexOf(picked))));
    };
    const table = new LongTable({ label: 'Objects by address', rows: objects, tall: true, select: choose, columns: [
      { title: 'Start', width: '128px', class: 'mono', cell: object => hex(object.map.start), value: object => object.map.start },
      { title: 'Object', width: '180px', cell: object => object.name, value: object => object.name },
      { title: 'Size', width: '82px', class: 'number', cell: object => bytes(object.map.end - object.map.start), value: object => object.map.end - object.map.start },
      { title: 'Segments', width: 'minmax(160px, 1fr)', cell: object => make('div', { class: 'lane-bar', style: same ? `width:${Math.max(0.6, (object.map.end - object.map.start) / greatest * 100).toFixed(2)}%` : '' },
        piecesOf(object).map(piece => pieceElement(piece, object.map.start, object.map.end - object.map.start))) },
    ] });
    root.append(heading('Memory', `${plural(objects.length, 'object')} in ${plural(clusters.length, 'region')}, ${bytes(whole)}. To scale; what lies between the regions is cut out (⋯).`,
      choice('Scale', [[true, 'One scale'], [false, 'Full width']], true, value => { same = value; table.first = -1; table.render(); })),
    top, legend(...PROTECTION_SAYS.filter(([style]) => objects.some(object => piecesOf(object).some(piece => piece.style === style)))),
    make('div', { class: 'split stretch' }, table.element, detail));
    const chosen = objects.findIndex(object => object.number === focus);
    table.choose(chosen >= 0 ? chosen : objects.indexOf(model.program) >= 0 ? objects.indexOf(model.program) : 0);
  },
};
