// The picture: boxes for nodes and folded layers, curves for edges, the numbers on them.
const svg = document.getElementById('graph');
const view = { folded: new Set(), down: false, position: steps.length, chosen: null, items: [], links: [], by: new Map() };
const groups = [...new Set(nodes.map((n) => n.group).filter(Boolean))];
const measure = { name: 8.6, gapAlong: 98, gapAcross: 30, gapDown: 88, tensor: 88 };

function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
const cut = (text, most) => (text.length > most ? text.slice(0, most - 1) + '\u2026' : text);
const arrows = (text) => text.replace(/ -> /g, ' \u2192 ');
const itemOf = (id) => view.by.get(nodes[id].group && view.folded.has(nodes[id].group) ? 'group ' + nodes[id].group : id);

function nodeItem(node) {
  const constant = node.kind === 'constant';
  const name = cut(constant ? brief(node.value) : node.name, 20);
  const sub = constant ? '' : node.kind === 'input' ? (isNumber(node.value) ? '' : shapeText(node.value.shape)) : cut(pretty(node.expression), 22);
  const width = Math.max(constant ? 30 : 64, name.length * measure.name + (constant ? 12 : 24), sub.length * 6.3 + 20);
  return { key: node.id, node, name, sub, width, height: constant ? 30 : sub ? 48 : 40, kind: node.kind };
}

function groupItem(group) {
  const [name, ...rest] = arrows(group).split(': ');
  const inside = nodes.filter((n) => n.group === group);
  const sub = rest.join(': ') || `${inside.length} nodes`;
  return { key: 'group ' + group, group, inside, name: cut(name, 20), sub: cut(sub, 26), width: Math.max(120, sub.length * 6.4 + 56), height: 60, kind: 'group' };
}

/// Boxes and links that are to be seen, with the layers that are folded as one box each.
function collect() {
  view.items = [];
  view.by = new Map();
  const add = (item) => { view.by.set(item.key, item); view.items.push(item); };
  for (const node of nodes) {
    if (!node.group || !view.folded.has(node.group)) add(nodeItem(node));
    else if (!view.by.has('group ' + node.group)) add(groupItem(node.group));
  }
  const merged = new Map();
  for (const edge of edges) {
    const from = itemOf(edge.from), to = itemOf(edge.to);
    if (from === to) continue;
    const key = from.group || to.group ? `${from.key}|${to.key}|${edge.from}` : 'edge ' + edge.id;
    if (!merged.has(key)) merged.set(key, { from, to, source: nodes[edge.from], edges: [] });
    merged.get(key).edges.push(edge);
  }
  view.links = [...merged.values()];
}

function arrange() {
  collect();
  const number = new Map(view.items.map((item, i) => [item, i]));
  const links = view.links.map((l) => ({ from: number.get(l.from), to: number.get(l.to) }));
  const pictures = new Set(view.links.filter((l) => !isNumber(l.source.value)).map((l) => l.from));
  const sizes = view.items.map((item) => ({ size: view.down ? item.width : Math.max(item.height, pictures.has(item) ? measure.tensor : 0) }));
  const places = layOut(sizes, links, view.down ? 26 : measure.gapAcross);
  if (!places) {  // folding made a cycle: show all
    view.folded.clear();
    return arrange();
  }
  const along = [];
  const thick = Array(places.layers).fill(0);
  view.items.forEach((item, i) => {
    const l = places.items[i].layer;
    thick[l] = Math.max(thick[l], view.down ? item.height : item.width);
  });
  thick.reduce((at, t, l) => { along[l] = at + t / 2; return at + t + (view.down ? measure.gapDown : measure.gapAlong); }, 0);
  const point = (p) => (view.down ? { x: p.across, y: along[p.layer] } : { x: along[p.layer], y: p.across });
  view.items.forEach((item, i) => Object.assign(item, point(places.items[i])));
  view.links.forEach((link, i) => { link.points = places.links[i].map(point); });
}

/// Where links leave and arrive: spread over the side of the box in the order of their other ends.
function setPorts() {
  const across = view.down ? 'x' : 'y';
  const spreadOver = (list, end, room) => {
    const other = (l) => (end === 'to' ? l.points[l.points.length - 2] : l.points[1])[across];
    list.sort((a, b) => other(a) - other(b) || a.edges[0].slot - b.edges[0].slot);
    const pitch = Math.min(16, room / list.length);
    list.forEach((l, i) => { l[end + 'Shift'] = (i - (list.length - 1) / 2) * pitch; });
  };
  for (const item of view.items) {
    spreadOver(view.links.filter((l) => l.to === item), 'to', (view.down ? item.width : item.height) - 12);
    item.uses = view.links.filter((l) => l.from === item).length;
    item.arrivals = view.links.filter((l) => l.to === item).length;
  }
  const twins = new Map();
  for (const link of view.links) {
    const key = link.from.key + '|' + link.to.key;
    if (!twins.has(key)) twins.set(key, []);
    twins.get(key).push(link);
  }
  for (const list of twins.values()) list.forEach((l, i) => { l.bow = (i - (list.length - 1) / 2) * (view.down ? 124 : 78); });
}

/// The curve of a link as cubic pieces: [from, control, control, to].
function piecesOf(link) {
  const p = link.points.map((q) => ({ ...q }));
  const end = p.length - 1;
  const [main, cross, half] = view.down ? ['y', 'x', 'height'] : ['x', 'y', 'width'];
  p[0][main] += link.from[half] / 2;
  p[end][main] -= link.to[half] / 2 + 7;
  p[end][cross] += link.toShift;
  return p.slice(1).map((to, i) => {
    const bend = (to[main] - p[i][main]) * 0.45;
    const a = { ...p[i] }, b = { ...to };
    a[main] += bend, b[main] -= bend, a[cross] += 0.35 * link.bow, b[cross] += link.bow;
    return [p[i], a, b, to];
  });
}

function pointOn([p, a, b, q], t) {
  const u = 1 - t, mix = (k) => u * u * u * p[k] + 3 * u * u * t * a[k] + 3 * u * t * t * b[k] + t * t * t * q[k];
  return { x: mix('x'), y: mix('y') };
}

/// Where the numbers of a link stand: on its curve, clear of boxes and of numbers that have their place.
function placeNumbers(link, pieces, taken) {
  const picture = !isNumber(link.source.value);
  const width = picture ? 70 : 16 + 7.8 * Math.max(...[link.source.value, link.back].map((t) => (t ? brief(t, 5).length : 0)));
  const [above, below] = picture ? [40, 28] : [20, 20];
  const first = link.to.arrivals > 1 && link.from.uses < 2 ? 0.38 : link.from.uses > 1 && link.to.arrivals < 2 ? 0.6 : 0.5;
  const spots = [];
  const middle = Math.floor((pieces.length - 1) / 2);
  const sequence = [middle, ...pieces.map((_, i) => i).filter((i) => i !== middle)];
  for (const i of sequence) for (const t of i === middle ? [first, 0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.82] : [0.5, 0.3, 0.7]) spots.push(pointOn(pieces[i], t));
  if (pieces.length > 1) spots.unshift(pieces[middle][3]);
  const box = (p) => ({ left: p.x - width / 2, right: p.x + width / 2, top: p.y - above, bottom: p.y + below });
  const overlap = (m, n) => Math.max(0, Math.min(m.right, n.right) - Math.max(m.left, n.left)) * Math.max(0, Math.min(m.bottom, n.bottom) - Math.max(m.top, n.top));
  let best = null, least = Infinity;
  for (const spot of spots) {
    const cost = taken.reduce((sum, other) => sum + overlap(box(spot), other), 0);
    if (cost < least - 1) { best = spot; least = cost; }
    if (least === 0) break;
  }
  taken.push(box(best));
  return best;
}

/// A small picture of a tensor: blue above zero, orange below, the stronger the larger.
function thumb(t, kind, x, y) {
  const columns = Math.min(t.columns, 16), rows = Math.min(t.rows, 4), width = 64, cell = rows > 1 ? 5 : 8;
  const out = draw('g', { class: 'thumb ' + kind });
  const top = kind === 'value' ? y - 5 - rows * cell : y + 6;
  const most = t.range()[2] || 1;
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    const v = t.at(Math.floor(((r + 0.5) * t.rows) / rows), Math.floor(((c + 0.5) * t.columns) / columns));
    const rect = draw('rect', { x: x - width / 2 + (c * width) / columns, y: top + r * cell, width: width / columns + 0.2, height: cell + 0.2 });
    rect.style.fill = `rgb(var(${v < 0 ? '--warm' : '--cool'}) / ${(0.06 + 0.94 * Math.abs(v) / most).toFixed(3)})`;
    out.append(rect);
  }
  const frame = draw('rect', { class: 'frame', x: x - width / 2, y: top, width, height: rows * cell });
  frame.style.fill = 'none';
  frame.style.stroke = `var(--${kind})`;
  out.append(frame);
  if (kind === 'value') out.append(draw('text', { class: 'number value', x, y: top - 5 }, shapeText(t.shape)));
  return out;
}

const label = (t, kind, x, y) => (t.count > 1 ? thumb(t, kind, x, y) : draw('text', { class: 'number ' + kind, x, y: kind === 'value' ? y - 6 : y + 16 }, brief(t, 5)));

/// The gradient that comes back through a link, and the step after which it is known.
function setBack(link) {
  const parts = link.edges.filter((e) => e.contribution);
  const whole = parts.length === link.source.uses.filter((e) => e.contribution).length;
  link.back = parts.length === 1 ? parts[0].contribution : parts.length && whole ? link.source.gradient : null;
  link.known = parts.length === 1 ? known.part[parts[0].id] : known.gradient[link.source.id];
}

function linkElement(link, taken) {
  const pieces = piecesOf(link), tip = pieces[pieces.length - 1][3];
  const path = `M${pieces[0][0].x} ${pieces[0][0].y}` + pieces.map(([, a, b, q]) => ` C${a.x} ${a.y} ${b.x} ${b.y} ${q.x} ${q.y}`).join('');
  link.element = draw('g', { class: 'edge' }, draw('path', { class: 'line', d: path }));
  link.element.append(draw('path', { class: 'tip', d: view.down ? `M${tip.x - 4} ${tip.y}h8l-4 7z` : `M${tip.x} ${tip.y - 4}v8l7 -4z` }));
  link.numbers = draw('g', { class: 'numbers' });
  if (link.source.kind === 'constant' && link.from.node && isNumber(link.source.value)) return link.element;
  const at = placeNumbers(link, pieces, taken);
  link.value = label(link.source.value, 'value', at.x, at.y);
  link.gradient = link.back ? label(link.back, 'gradient', at.x, at.y) : null;
  link.numbers.append(link.value, ...(link.gradient ? [link.gradient] : []));
  return link.element;
}

function itemElement(item) {
  const g = draw('g', { class: `node ${item.kind}`, tabindex: 0, role: 'button', 'data-key': item.key, transform: `translate(${item.x} ${item.y})` });
  g.append(draw('rect', { class: 'box', x: -item.width / 2, y: -item.height / 2, width: item.width, height: item.height, rx: item.kind === 'input' ? item.height / 2 : 10 }));
  g.append(draw('text', { class: 'name', y: item.sub ? -3 : 5 }, item.name));
  if (item.sub) g.append(draw('text', { class: 'sub', y: 15 }, item.sub));
  if (item.group) g.append(foldMark(item.width / 2, -item.height / 2, true));
  const many = item.node && item.node.uses.filter((e) => e.contribution).length > 1;
  if (many && isNumber(item.node.gradient)) {
    item.total = draw('text', { class: 'number gradient', y: item.height / 2 + 17 }, `sum ${brief(item.node.gradient, 5)}`);
    g.append(item.total);
  }
  item.element = g;
  return g;
}

function foldMark(x, y, plus) {
  const g = draw('g', { class: 'fold', transform: `translate(${x} ${y})` }, draw('rect', { x: -10, y: -10, width: 20, height: 20, rx: 6 }));
  g.append(draw('path', { d: plus ? 'M-5 0h10M0 -5v10' : 'M-5 0h10' }));
  return g;
}

/// Where a frame's title stands: the first of its corners and sides that no box covers.
function titlePlace(x, y, width, height, long) {
  const free = (p) => !view.items.some((i) => Math.abs(p.x + long / 2 - i.x) < (long + i.width) / 2 && Math.abs(p.y - 5 - i.y) < (14 + i.height) / 2);
  const places = [y + 20, y + height - 9].flatMap((at) => [x + 12, x + (width - long) / 2, x + width - long - 44].map((from) => ({ x: from, y: at })));
  return places.find(free) || places[0];
}

/// The dashed frame around a layer that is unfolded, with a mark that folds it.
function partElement(group) {
  const inside = view.items.filter((i) => i.node && i.node.group === group);
  if (!inside.length) return null;
  const low = (f) => Math.min(...inside.map(f)), high = (f) => Math.max(...inside.map(f));
  const x = low((i) => i.x - i.width / 2) - 14, y = low((i) => i.y - i.height / 2) - 34;
  const width = high((i) => i.x + i.width / 2) + 14 - x, height = high((i) => i.y + i.height / 2) + 22 - y;
  const fold = foldMark(x + width - 18, y + 16, false);
  fold.setAttribute('role', 'button');
  fold.setAttribute('tabindex', 0);
  fold.setAttribute('aria-label', 'Fold ' + group);
  fold.dataset.fold = group;
  return draw('g', { class: 'part' }, draw('rect', { class: 'frame', x, y, width, height, rx: 14 }), draw('text', titlePlace(x, y, width, height, group.length * 7.2), cut(arrows(group), 60)), fold);
}

function outputElement() {
  const item = itemOf(output.id);
  const x = item.x + (view.down ? 0 : item.width / 2), y = item.y + (view.down ? item.height / 2 : 0);
  const line = view.down ? `M${x} ${y}v52` : `M${x} ${y}h74`;
  const tip = view.down ? `M${x - 4} ${y + 52}h8l-4 7z` : `M${x + 74} ${y - 4}v8l7 -4z`;
  const at = view.down ? [x, y + 26] : [x + 38, y];
  view.result = { value: label(output.value, 'value', ...at), gradient: output.gradient ? label(output.gradient, 'gradient', ...at) : null };
  return draw('g', { class: 'edge' }, draw('path', { class: 'line', d: line }), draw('path', { class: 'tip', d: tip }), view.result.value, ...(view.result.gradient ? [view.result.gradient] : []));
}

function paint() {
  arrange();
  setPorts();
  const root = draw('g', { id: 'root' });
  for (const group of groups) if (!view.folded.has(group)) { const part = partElement(group); if (part) root.append(part); }
  const taken = view.items.map((i) => ({ left: i.x - i.width / 2, right: i.x + i.width / 2, top: i.y - i.height / 2, bottom: i.y + i.height / 2 }));
  view.links.forEach(setBack);
  for (const link of view.links) root.append(linkElement(link, taken));
  root.append(outputElement());
  for (const item of view.items) root.append(itemElement(item));
  for (const link of view.links) root.append(link.numbers);
  svg.replaceChildren(root);
  refresh();
}

/// Shows what is known after `view.position` steps, and the step itself.
function refresh() {
  const at = view.position, step = at > 0 && at <= steps.length && view.walking ? steps[at - 1] : null;
  const phase = step ? step.phase : '';
  const knows = (n) => n <= at;
  for (const item of view.items) {
    const inside = item.node ? [item.node] : item.inside;
    item.element.setAttribute('class', `node ${item.kind}`);
    if (!inside.some((n) => knows(known.value[n.id]))) item.element.classList.add('later');
    const now = step && (inside.some((n) => n.id === step.node) || (step.kind === 'edge' && inside.some((n) => n.id === edges[step.edge].to)));
    if (now) item.element.classList.add('now', phase);
    if (view.chosen === item.key) item.element.classList.add('chosen');
    if (item.total) item.total.classList.toggle('unknown', !knows(known.gradient[item.node.id]));
    item.element.setAttribute('aria-label', itemLabel(item, at));
  }
  for (const link of view.links) {
    const back = step && step.kind === 'edge' && link.edges.some((e) => e.id === step.edge);
    const ahead = step && step.kind === 'value' && link.edges.some((e) => e.to === step.node);
    const near = !step && (view.chosen === link.from.key || view.chosen === link.to.key);
    link.element.setAttribute('class', `edge${back || ahead ? ' now ' + phase : ''}${near ? ' near' : ''}`);
    link.numbers.setAttribute('class', `numbers${back || ahead ? ' now' : ''}`);
    if (link.value) link.value.classList.toggle('unknown', !knows(known.value[link.source.id]));
    if (link.gradient) link.gradient.classList.toggle('unknown', !knows(link.known));
  }
  view.result.value.classList.toggle('unknown', !knows(known.value[output.id]));
  if (view.result.gradient) view.result.gradient.classList.toggle('unknown', !knows(known.gradient[output.id]));
}

function itemLabel(item, at) {
  if (item.group) return `${item.group}, ${item.inside.length} nodes, folded`;
  const node = item.node;
  const value = known.value[node.id] <= at ? `, value ${brief(node.value)}` : '';
  const gradient = node.gradient && known.gradient[node.id] <= at ? `, gradient ${brief(node.gradient)}` : '';
  return `${node.name}${node.kind === 'operation' ? ' = ' + node.expression : ''}${value}${gradient}`;
}
