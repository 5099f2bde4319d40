// One element of a tensor, spelt out: the products and sums that it is made of.
const most_terms = 8;

/// "name[2,3]", counted from 1 as in mathematics.
function elementName(node, row, column, prefix = '') {
  const t = node.value;
  if (t.count === 1) return prefix + node.name;
  return `${prefix}${node.name}[${t.shape.length > 1 ? `${row + 1},` : ''}${column + 1}]`;
}

/// The sum over k of a(k) b(k): the largest products in full, how many more there are, and the total.
function productSum(count, a, b, total, kind) {
  const all = Array.from({ length: count }, (_, k) => [k, a(k), b(k)]);
  const some = count <= most_terms ? all : [...all].sort((p, q) => Math.abs(q[1] * q[2]) - Math.abs(p[1] * p[2])).slice(0, most_terms);
  const text = some.map(([, x, y]) => `${bracketed(number(x, 5))}\u00b7${bracketed(number(y, 5))}`).join(' + ');
  const rest = count > most_terms ? ` + ${count - most_terms} smaller products` : '';
  return [[`${text}${rest} = `], [number(total), kind]];
}

/// The element of an argument that element (row, column) of `shape` is made of, by broadcasting.
function broadcast(t, row, column) {
  return t.count === 1 ? t.element(0) : t.at(t.rows === 1 ? 0 : row % t.rows, t.columns === 1 ? 0 : column);
}

function valueElement(node, row, column) {
  const inputs = node.inputs.map((id) => nodes[id].value);
  const result = node.value.at(row, column);
  if (node.op === 'matmul' && inputs[0].shape.length === 2 && inputs[1].shape.length === 2) {
    return productSum(inputs[0].columns, (k) => inputs[0].at(row, k), (k) => inputs[1].at(k, column), result, 'value');
  }
  const same = inputs.every((t) => t.count === 1 || t.columns === node.value.columns || t.columns === 1);
  if (node.pointwise && inputs.length && same) {
    const text = substituted(node, (input) => bracketed(number(broadcast(input.value, row, column))));
    if (text) return [[text + ' = '], [number(result), 'value']];
  }
  return [[number(result, node.value.exact ? 12 : 4), 'value']];
}

/// What edge brings to element (row, column) of its argument.
function contributionElement(edge, row, column) {
  const to = nodes[edge.to], part = edge.contribution.at(row, column), incoming = to.gradient;
  const other = to.inputs.length === 2 ? nodes[to.inputs[1 - edge.slot]].value : null;
  if (to.op === 'matmul' && other.shape.length === 2 && nodes[edge.from].value.shape.length === 2) {
    if (edge.slot === 0) return productSum(other.columns, (k) => incoming.at(row, k), (k) => other.at(column, k), part, 'gradient');
    return productSum(other.rows, (k) => other.at(k, row), (k) => incoming.at(k, column), part, 'gradient');
  }
  if (edge.local && edge.local.count === edge.contribution.count && edge.local.columns === edge.contribution.columns) {
    return [[`${bracketed(number(edge.local.at(row, column)))} \u00d7 ${bracketed(number(incoming.at(row, column)))} = `], [number(part), 'gradient']];
  }
  return [[number(part), 'gradient']];
}

/// Lines for the panel about one element.
function spellOut(node, kind, row, column) {
  if (kind === 'value') return [[[elementName(node, row, column) + ' = '], ...valueElement(node, row, column)]];
  const uses = node.uses.filter((e) => e.contribution);
  const total = node.gradient.at(row, column);
  const name = elementName(node, row, column, `${symbol}${output.name}/${symbol}`);
  const lines = uses.map((e) => [[`through ${nodes[e.to].name}: `], ...contributionElement(e, row, column)]);
  if (uses.length === 1) return [[[`${name} = `], ...contributionElement(uses[0], row, column)]];
  if (uses.length) lines.push([[`${name} = ${uses.map((e) => bracketed(number(e.contribution.at(row, column)))).join(' + ')} = `], [number(total), 'gradient']]);
  else lines.push([[`${name} = `], [number(total, node.gradient.exact ? 12 : 4), 'gradient']]);
  return lines;
}
