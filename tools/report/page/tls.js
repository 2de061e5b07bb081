/*
 * TLS: the block of each thread, to scale around the thread pointer, and the modules in it.
 */

/* Where each module lies, from the last that was told of it. */
function tlsModules(model) {
  const modules = new Map();
  for (const row of rowsOf(model.of('tls_module'))) modules.set(row.module, row);
  return [...modules.values()].sort((a, b) => a.module - b.module);
}

function tlsDrawing(model, modules, layout) {
  const own = modules.filter(module => module.is_static && module.size);
  const below = own.some(module => module.offset < 0);
  const from = Math.min(0, ...own.map(module => module.offset)), to = Math.max(0, ...own.map(module => module.offset + module.size));
  const surplus = layout ? layout.surplus : 0;
  const start = below ? from - surplus : 0, end = below ? 0 : to + surplus;
  const width = 1080, scale = (width - 90) / (end - start || 1), x = at => (below ? 10 : 80) + (at - start) * scale;
  const svg = draw('svg', { viewBox: `0 0 ${width} 118`, class: 'tls', role: 'img', 'aria-label': `Static block: ${own.length} modules ${below ? 'below' : 'above'} the thread pointer; the table below lists them` });
  const box = (at, size, style, tip) => draw('rect', { x: x(at), y: 30, width: Math.max(size * scale, 1), height: 46, class: style, 'data-tip': tip });

  if (surplus) svg.append(box(below ? start : to, surplus, 'span t-surplus', `kept for libraries that are opened later: ${bytes(surplus)}`),
    draw('text', { x: x((below ? start : to) + surplus / 2), y: 57, class: 'mid' }, `kept for dlopen · ${bytes(surplus)}`));
  own.forEach((module, i) => {
    const name = model.objects[module.object].name;
    const tip = `${name}, module ${module.module}\n${bytes(module.size)} at ${module.offset}, aligned to ${module.alignment}`;
    svg.append(box(module.offset, module.file_size, 'span p-data', tip + `\ninitial values: ${bytes(module.file_size)}`),
      box(module.offset + module.file_size, module.size - module.file_size, 'span p-zero', tip + `\nzero: ${bytes(module.size - module.file_size)}`));
    svg.append(draw('rect', { x: x(module.offset), y: 30, width: Math.max(module.size * scale, 1), height: 46, class: 'outline' }));
    if (module.size * scale > 30 || own.length < 12) svg.append(draw('text', { x: x(module.offset + module.size / 2), y: i % 2 ? 92 : 106, class: 'mid' }, name.replace(/\.so.*$/, '')),
      draw('line', { x1: x(module.offset + module.size / 2), x2: x(module.offset + module.size / 2), y1: 77, y2: i % 2 ? 82 : 96, class: 'grid' }));
  });
  svg.append(draw('line', { x1: x(0), x2: x(0), y1: 16, y2: 84, class: 'enter' }), draw('text', { x: x(0) + (below ? -6 : 6), y: 24, class: below ? 'end' : '' }, 'thread pointer'));
  svg.append(draw('rect', { x: below ? x(0) : 6, y: 30, width: below ? width - x(0) - 6 : x(0) - 8, height: 46, class: 'span t-thread', 'data-tip': 'the libc’s thread block' }),
    draw('text', { x: below ? x(0) + (width - x(0) - 6) / 2 : x(0) / 2, y: 57, class: 'mid' }, 'libc'));
  return svg;
}

const tlsView = {
  id: 'tls', title: 'TLS',
  build(model, root) {
    const modules = tlsModules(model);
    const layout = rowsOf(model.of('tls_layout')).pop();
    const blocks = rowsOf(model.of('tls_block')), threads = rowsOf(model.of('thread'), 'action');
    const name = number => (model.objects[number] ? model.objects[number].name : '');
    root.append(heading('Thread-local storage', layout ? `Each thread has a static block of ${bytes(layout.size)}: ${bytes(layout.used)} used by ${plural(layout.modules, 'module')}, ${bytes(layout.surplus)} kept for libraries that are opened later.`
      : 'Variables of which each thread has its own.'));
    if (!modules.length && !threads.length) return root.append(nothing('No object has thread-local variables.'));
    if (modules.length) root.append(make('section', { class: 'panel' }, tlsDrawing(model, modules, layout), legend(['p-data', 'initial values'], ['p-zero', 'zero'], ['t-surplus', 'kept for dlopen'])));
    root.append(make('div', { class: 'stretch' }, new LongTable({ label: 'Modules', rows: modules, tall: false, columns: [
      { title: 'Module', width: '80px', class: 'number', cell: row => String(row.module), value: row => row.module },
      { title: 'Object', width: 'minmax(180px, 1fr)', cell: row => name(row.object), value: row => name(row.object) },
      { title: 'Size', width: '100px', class: 'number', cell: row => bytes(row.size), value: row => row.size },
      { title: 'Initial values', width: '120px', class: 'number', cell: row => bytes(row.file_size), value: row => row.file_size },
      { title: 'Aligned to', width: '110px', class: 'number', cell: row => String(row.alignment), value: row => row.alignment },
      { title: 'Lies', width: '220px', cell: row => (row.is_static ? `at thread pointer ${row.offset < 0 ? '−' : '+'} ${Math.abs(row.offset)}` : 'in a block of its own'), value: row => row.offset },
    ] }).element, blocks.length ? make('section', { class: 'panel gapped' }, make('h2', null, `Blocks made when a thread first touched a module (${blocks.length})`),
      make('ul', { class: 'plainlist' }, blocks.slice(0, 500).map(row => make('li', null, make('code', null, hex(row.block)), ` ${name(row.object)}, ${bytes(row.size)}, thread ${row.tid}, at ${time(row.time)}`)))) : null,
    threads.length ? make('section', { class: 'panel gapped' }, make('h2', null, `Threads (${plural(threads.length, 'event')})`),
      make('ul', { class: 'plainlist' }, threads.slice(0, 500).map(row => make('li', null, make('code', null, hex(row.pointer)), ` ${{ first: 'the first thread', new: 'a new thread', again: 'a stack that was used before', end: 'ended' }[row.action] || row.action}, at ${time(row.time)}`)))) : null));
  },
};
