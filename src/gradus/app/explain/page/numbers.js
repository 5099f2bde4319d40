'use strict';
// The data of the page, and numbers as text. A tensor is [shape, place in the pool, transposed?].
const data = JSON.parse(document.getElementById('data').textContent);
const pool = [], ranges = [];

/// Numbers of the pool: a list as it is, one number repeated, or packed (base64, 3 bytes each: the upper ones of an f32).
function numbersAt(place) {
  if (pool[place]) return pool[place];
  const stored = data.pool[place];
  if (Array.isArray(stored)) pool[place] = stored.map(Number);
  else if ('all' in stored) pool[place] = new Float64Array(stored.count).fill(Number(stored.all));
  else pool[place] = unpack(stored.packed);
  return pool[place];
}

function unpack(text) {
  const bytes = atob(text);
  const count = bytes.length / 3;
  const words = new Uint32Array(count);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    words[i] = (bytes.charCodeAt(at) << 24) | (bytes.charCodeAt(at + 1) << 16) | (bytes.charCodeAt(at + 2) << 8);
  }
  return new Float32Array(words.buffer);
}

class Tensor {
  constructor([shape, place, turned, thinned]) {
    this.shape = shape;
    this.place = place;
    this.turned = !!turned;
    this.thinned = thinned || null;  // [rows, columns] that are stored of a tensor that is too large for a page
    this.count = shape.reduce((a, b) => a * b, 1);
    const last = shape.length ? shape[shape.length - 1] : 1;
    this.columns = this.thinned ? this.thinned[1] : last;
    this.rows = this.thinned ? this.thinned[0] : last ? this.count / last : 0;
  }
  get exact() { return Array.isArray(data.pool[this.place]) || 'all' in data.pool[this.place]; }
  get numbers() { return numbersAt(this.place); }
  at(row, column) { return this.numbers[this.turned ? column * this.rows + row : row * this.columns + column]; }
  element(i) { return this.turned ? this.at(Math.floor(i / this.columns), i % this.columns) : this.numbers[i]; }
  list() { return Array.from({ length: this.rows * this.columns }, (_, i) => this.element(i)); }
  range() {
    if (ranges[this.place]) return ranges[this.place];
    let low = Infinity, high = -Infinity;
    for (const x of this.numbers) { if (x < low) low = x; if (x > high) high = x; }
    return (ranges[this.place] = [low, high, Math.max(Math.abs(low), Math.abs(high))]);
  }
}
const tensor = (stored) => (stored ? new Tensor(stored) : null);

const nodes = data.nodes.map((n, id) => ({ id, ...n, value: tensor(n.value), gradient: tensor(n.gradient), uses: [], into: [] }));
const edges = data.edges.map((e, id) => ({ id, ...e, local: tensor(e.local), contribution: tensor(e.contribution) }));
for (const edge of edges) {
  nodes[edge.from].uses.push(edge);
  nodes[edge.to].into.push(edge);
}
const order = new Map(data.backward.map((id, i) => [id, i]));
for (const node of nodes) node.uses.sort((a, b) => order.get(a.to) - order.get(b.to) || a.slot - b.slot);
const output = nodes[data.output];

function number(x, digits = 6) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'NaN' : x < 0 ? '\u2212\u221e' : '\u221e';
  if (x === 0) return '0';
  return Number(x.toPrecision(digits)).toString().replace(/-/g, '\u2212');
}
const bracketed = (text) => (text.startsWith('\u2212') || / /.test(text) ? `(${text})` : text);
const shapeText = (shape) => (shape.length ? shape.join('\u00d7') : 'number');
const isNumber = (t) => t && t.count === 1;

/// A tensor in a line: the number, all elements of a small one, else its shape.
function brief(t, digits = 6, most = 6) {
  if (!t) return '';
  if (t.count === 1) return number(t.element(0), digits);
  if (t.count > most || t.shape.length > 2) return shapeText(t.shape);
  const rows = [];
  for (let r = 0; r < t.rows; r++) rows.push(Array.from({ length: t.columns }, (_, c) => number(t.at(r, c), digits)).join(' '));
  return `[${rows.join('; ')}]`;
}

/// The node's expression with `text(input)` for each name: "g1 + g2" -> "8 + 9". Names stand in the order of the inputs.
function substituted(node, text) {
  const expression = node.expression;
  let at = expression.startsWith(node.op + '(') ? node.op.length + 1 : 0;
  let out = expression.slice(0, at);
  for (const id of node.inputs) {
    const name = nodes[id].name;
    const found = expression.indexOf(name, at);
    if (found < 0) return null;
    out += expression.slice(at, found) + text(nodes[id]);
    at = found + name.length;
  }
  return pretty(out + expression.slice(at));
}
const pretty = (text) => text.replace(/ \* /g, ' \u00b7 ').replace(/ - /g, ' \u2212 ').replace(/ @ /g, ' @ ');

/// Texts with a class each: [["8 \u00b7 2", ""], ["16", "gradient"]]. As plain text for screen readers, as spans for eyes.
const plain = (parts) => parts.map(([text]) => text).join('');
function rich(parts, into) {
  for (const [text, kind] of parts) {
    const span = document.createElement(kind === 'value' || kind === 'gradient' ? 'b' : 'span');
    if (kind) span.className = kind;
    span.textContent = text;
    into.append(span);
  }
  return into;
}
