// The arithmetic of the chosen node, or what is inside the chosen layer.
const panel = document.getElementById('panel');

function make(tag, kind, ...children) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.append(...children);
  return element;
}
const line = (parts, kind = 'math') => rich(parts, make('p', kind));

function nodeLink(node) {
  const button = make('button', 'link', node.name);
  button.type = 'button';
  button.addEventListener('click', () => choose(node.id, true));
  return button;
}

function describe(node) {
  const kind = node.kind === 'operation' ? node.op : node.kind;
  const tags = [kind, isNumber(node.value) ? 'number' : shapeText(node.value.shape), ...(node.group ? [arrows(node.group)] : [])];
  panel.replaceChildren(make('h2', '', node.kind === 'constant' ? brief(node.value, 12) : node.name), make('div', 'tags', ...tags.map((t) => make('span', '', t))));
  panel.append(make('h3', 'value', 'Value'));
  if (node.kind === 'operation') panel.append(line([[`${node.name} = ${pretty(node.expression)}`]]));
  if (isNumber(node.value)) {
    const numbers = node.kind === 'operation' && substituted(node, (input) => bracketed(brief(input.value)));
    panel.append(line([[numbers ? `= ${numbers} = ` : ''], [brief(node.value, 12), 'value']], 'math big'));
  } else panel.append(tensorView(node, node.value, 'value'));
  if (node.inputs.length) panel.append(make('p', 'soft', 'made of ', ...separated(node.inputs.map((id) => nodeLink(nodes[id])))));
  describeGradient(node);
  describeRule(node);
  panel.scrollTop = 0;
}

function separated(list) {
  return list.flatMap((element, i) => (i ? [', ', element] : [element]));
}

function describeGradient(node) {
  if (!node.gradient) {
    panel.append(make('h3', 'gradient', 'Gradient'), make('p', 'soft', node.kind === 'constant' ? 'A constant: nothing to derive by.' : 'No variable lies behind it, so reverse mode leaves it out.'));
    return;
  }
  panel.append(make('h3', 'gradient', 'Gradient ', make('span', 'name', slope(node))));
  const uses = node.uses.filter((e) => e.contribution);
  if (node === output) panel.append(line([[`${slope(node)} = `], [brief(node.gradient), 'gradient'], [', where reverse mode begins']]));
  else if (!uses.length) panel.append(line([['0: no path leads to the output']]));
  else {
    panel.append(make('p', 'soft', uses.length > 1 ? `Used ${uses.length} times, so ${uses.length} contributions are added (local \u00d7 incoming):` : 'One contribution (local \u00d7 incoming):'));
    const list = make('ul', 'uses back');
    for (const edge of uses) {
      const to = nodes[edge.to];
      list.append(make('li', '', make('span', 'soft', 'through ', nodeLink(to), ` = ${pretty(to.expression)}`), line(productParts(edge))));
    }
    panel.append(list);
    if (isNumber(node.gradient)) {
      const sum = uses.length > 1 ? sumParts(node) : [[brief(node.gradient, 12), 'gradient']];
      panel.append(line([[`${slope(node)} = `], ...sum], 'math big'));
    }
  }
  if (!isNumber(node.gradient)) panel.append(tensorView(node, node.gradient, 'gradient'));
}

function describeRule(node) {
  const back = node.into.filter((e) => e.contribution);
  if (!node.rule && !back.length) return;
  panel.append(make('h3', '', 'What it passes back'));
  if (node.rule) panel.append(make('p', 'rule', node.rule));
  const list = make('ul', 'uses back');
  for (const edge of back) {
    const item = make('li', '', make('span', 'soft', 'to ', nodeLink(nodes[edge.from])), line(productParts(edge)));
    if (edge.reads.length) item.append(make('span', 'soft', 'reads the stored ', ...separated(edge.reads.map((id) => nodeLink(nodes[id])))));
    list.append(item);
  }
  if (back.length) panel.append(list);
}

function describeGroup(item) {
  panel.replaceChildren(make('h2', '', item.name), make('div', 'tags', make('span', '', item.sub), make('span', '', `${item.inside.length} nodes`)));
  const open = make('button', 'only-screen', 'Expand');
  open.type = 'button';
  open.addEventListener('click', () => fold(item.group, false));
  panel.append(make('p', '', open));
  const list = make('ul', 'uses');
  for (const node of item.inside) {
    if (node.kind === 'constant') continue;
    const entry = make('li', '', make('span', 'math', nodeLink(node), node.kind === 'operation' ? ` = ${pretty(node.expression)}` : ''));
    const parts = [[brief(node.value), 'value']];
    if (node.gradient) parts.push([', gradient '], [brief(node.gradient), 'gradient']);
    entry.append(line(parts));
    list.append(entry);
  }
  panel.append(list);
}

/// A table for what can be read, a picture with a window of numbers for what is larger.
function tensorView(node, t, kind) {
  const box = make('div', '');
  const spelled = make('div', 'spelled math');
  spelled.hidden = true;
  const pick = (row, column) => {
    spelled.hidden = false;
    spelled.replaceChildren(...spellOut(node, kind, row, column).map((parts) => line(parts)));
  };
  const [low, high] = t.range();
  if (t.thinned) box.append(make('p', 'soft', `${shapeText(t.shape)} is too large for a page: every so many rows and columns, ${t.rows}\u00d7${t.columns} of them.`));
  if (t.rows * t.columns <= 160 && t.columns <= 16) box.append(cellTable(t, 0, 0, t.rows, t.columns, pick));
  else {
    const numbers = make('div', '');
    const window_ = (row, column) => {
      const r = Math.max(0, Math.min(row - 2, t.rows - 6)), c = Math.max(0, Math.min(column - 2, t.columns - 5));
      numbers.replaceChildren(cellTable(t, r, c, Math.min(t.rows, r + 6), Math.min(t.columns, c + 5), pick));
      pick(row, column);
    };
    box.append(...heatMap(t, t.thinned ? null : window_), numbers);
  }
  box.append(make('p', 'soft', `${number(low, 5)} to ${number(high, 5)}${t.exact ? '' : ', kept to 4 digits'}${t.thinned ? '' : '; choose an element to see what it is made of'}`));
  box.append(spelled);
  return box;
}

function cellTable(t, row0, column0, row1, column1, pick) {
  const table = make('table', 'cells'), head = make('tr', '', make('td', ''));
  const most = t.range()[2] || 1;
  for (let c = column0; c < column1; c++) head.append(make('th', '', String(c + 1)));
  const body = make('tbody', '');
  for (let r = row0; r < row1; r++) {
    const row = make('tr', '', make('th', '', String(r + 1)));
    for (let c = column0; c < column1; c++) {
      const x = t.at(r, c), cell = make('td', '', number(x, t.exact ? 6 : 4));
      cell.style.background = `rgb(var(${x < 0 ? '--warm' : '--cool'}) / ${(0.45 * Math.abs(x) / most).toFixed(3)})`;
      cell.tabIndex = 0;
      if (t.exact) cell.title = String(x);
      cell.addEventListener('click', () => pick(r, c));
      cell.addEventListener('keydown', (event) => { if (event.key === 'Enter') pick(r, c); });
      row.append(cell);
    }
    body.append(row);
  }
  table.append(make('thead', '', head), body);
  const scroll = make('div', 'scroll', table);
  scroll.tabIndex = 0;
  return scroll;
}

/// Columns of the picture: a single row is folded into a rectangle, so that an image looks like one.
function foldedWidth(t) {
  if (t.rows > 1) return t.columns;
  for (let w = Math.ceil(Math.sqrt(t.columns)); w < t.columns && w < 4 * Math.sqrt(t.columns); w++) if (t.columns % w === 0) return w;
  return Math.min(t.columns, 64);
}

function heatMap(t, pick) {
  const width = foldedWidth(t), height = Math.ceil((t.rows * t.columns) / width);
  const canvas = make('canvas', ''), readout = make('p', 'readout');
  Object.assign(canvas, { width, height });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `Heat map of ${shapeText(t.shape)} numbers; the table below has them`);
  const image = new ImageData(width, height), style = getComputedStyle(document.documentElement);
  const [cool, warm] = ['--cool', '--warm'].map((name) => style.getPropertyValue(name).trim().split(/\s+/).map(Number));
  const most = t.range()[2] || 1;
  const pixels = image.data, numbers = t.numbers, [down, across] = t.turned ? [1, t.rows] : [t.columns, 1];
  for (let r = 0, to = 0; r < t.rows; r++) for (let c = 0; c < t.columns; c++, to += 4) {
    const x = numbers[r * down + c * across], ink = x < 0 ? warm : cool;
    pixels[to] = ink[0], pixels[to + 1] = ink[1], pixels[to + 2] = ink[2];
    pixels[to + 3] = 255 * Math.sqrt(Math.abs(x) / most);
  }
  canvas.getContext('2d').putImageData(image, 0, 0);
  const element = (event) => {
    const box = canvas.getBoundingClientRect(), scale = Math.min(box.width / width, box.height / height);
    const x = Math.floor((event.clientX - box.left - (box.width - width * scale) / 2) / scale);
    const y = Math.floor((event.clientY - box.top - (box.height - height * scale) / 2) / scale);
    const i = y * width + x;
    return x < 0 || y < 0 || x >= width || i >= t.rows * t.columns ? -1 : i;
  };
  canvas.addEventListener('pointermove', (event) => {
    const i = element(event);
    if (i >= 0) readout.textContent = `row ${Math.floor(i / t.columns) + 1}, column ${(i % t.columns) + 1}: ${number(t.element(i), t.exact ? 6 : 4)}`;
  });
  canvas.addEventListener('click', (event) => { const i = element(event); if (pick && i >= 0) pick(Math.floor(i / t.columns), i % t.columns); });
  readout.textContent = `blue above zero, orange below${width !== t.columns ? `; ${width} in a row` : ''}`;
  if (pick) queueMicrotask(() => { const i = t.numbers.indexOf(t.range()[1]); if (!t.turned && i >= 0) pick(Math.floor(i / t.columns), i % t.columns); else pick(0, 0); });
  return [canvas, readout];
}

/// A node's arithmetic beside the pointer, or beside the node that has the focus.
function setUpHints() {
  const hint = document.getElementById('hint');
  const show = (event) => {
    const element = event.target.closest && event.target.closest('[data-key]');
    const node = element && nodes[Number(element.dataset.key)];
    if (!node || node.kind === 'constant') { hint.hidden = true; return; }
    hint.replaceChildren(line(forwardParts(node)));
    const uses = node.uses.filter((e) => e.contribution);
    if (node.gradient && view.position >= known.gradient[node.id]) {
      const parts = uses.length > 1 ? sumParts(node) : uses.length ? productParts(uses[0]) : [[brief(node.gradient), 'gradient']];
      hint.append(line([[`${slope(node)} = `], ...parts]));
    }
    if (node.rule) hint.append(make('p', 'soft', node.rule));
    hint.hidden = false;
    const stage = document.getElementById('stage').getBoundingClientRect(), box = element.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left - stage.left), stage.width - hint.offsetWidth - 8);
    const below = box.bottom - stage.top + 8;
    hint.style.left = `${left}px`;
    hint.style.top = `${below + hint.offsetHeight < stage.height ? below : Math.max(4, box.top - stage.top - hint.offsetHeight - 8)}px`;
  };
  svg.addEventListener('pointerover', (event) => { if (event.pointerType === 'mouse' && !event.buttons) show(event); });
  svg.addEventListener('pointerleave', () => { hint.hidden = true; });
  svg.addEventListener('pointerdown', () => { hint.hidden = true; });
  svg.addEventListener('focusin', (event) => { if (event.target.matches(':focus-visible')) show(event); });
  svg.addEventListener('focusout', () => { hint.hidden = true; });
  svg.addEventListener('wheel', () => { hint.hidden = true; }, { passive: true });
}
