// The steps of the forward and the backward sweep, what is known after each, and what each says.
const symbol = '\u2202';
const slope = (node) => `${symbol}${output.name}/${symbol}${node.name}`;

function buildSteps() {
  const steps = [];
  for (const node of nodes) if (node.kind === 'input') steps.push({ kind: 'input', phase: 'forward', node: node.id });
  for (const node of nodes) if (node.kind === 'operation') steps.push({ kind: 'value', phase: 'forward', node: node.id });
  if (!data.backward.length) return steps;
  steps.push({ kind: 'seed', phase: 'backward', node: output.id });
  const left = nodes.map((node) => node.uses.filter((e) => e.contribution).length);
  for (const to of data.backward) {
    for (const edge of nodes[to].into) {
      if (!edge.contribution) continue;
      steps.push({ kind: 'edge', phase: 'backward', edge: edge.id, node: edge.from });
      const all = nodes[edge.from].uses.filter((e) => e.contribution).length;
      if (--left[edge.from] === 0 && all > 1) steps.push({ kind: 'sum', phase: 'backward', node: edge.from });
    }
  }
  return steps;
}
const steps = buildSteps();

/// By node and edge: the number of steps after which its value, its gradient, its contribution is known.
const known = { value: nodes.map(() => 0), gradient: nodes.map(() => steps.length), part: edges.map(() => steps.length) };
steps.forEach((step, i) => {
  if (step.kind === 'input' || step.kind === 'value') known.value[step.node] = i + 1;
  else known.gradient[step.node] = i + 1;
  if (step.kind === 'edge') known.part[step.edge] = i + 1;
});

function forwardParts(node) {
  if (node.kind === 'input') return [[`${node.name} = `], [brief(node.value), 'value'], [', given']];
  const numbers = substituted(node, (input) => bracketed(brief(input.value)));
  const parts = [[`${node.name} = ${pretty(node.expression)} = `]];
  if (numbers && numbers !== pretty(node.expression)) parts.push([`${numbers} = `]);
  parts.push([brief(node.value), 'value']);
  return parts;
}

/// "local \u00d7 incoming = contribution", as far as the edge has a local derivative.
function productParts(edge, digits = 6) {
  const to = nodes[edge.to];
  const result = [brief(edge.contribution, digits), 'gradient'];
  if (edge.local && isNumber(edge.local) && isNumber(edge.contribution) && isNumber(to.gradient)) {
    return [[`${bracketed(brief(edge.local, digits))} \u00d7 ${bracketed(brief(to.gradient, digits))} = `], result];
  }
  if (to.op === 'matmul') {
    const other = nodes[to.inputs[1 - edge.slot]].name;
    const way = edge.slot === 0 ? `${slope(to)} @ ${other}'` : `${other}' @ ${slope(to)}`;
    return [[`${way} = `], result];
  }
  if (edge.local && brief(edge.local, 4, 4) !== shapeText(edge.local.shape)) {
    return [[`${brief(edge.local, 4, 4)} \u00d7 ${bracketed(brief(to.gradient, 4, 4))} = `], result];
  }
  if (edge.local) return [['local \u00d7 incoming, element by element = '], result];
  return [result];
}

function sumParts(node, digits = 6) {
  const uses = node.uses.filter((e) => e.contribution);
  const terms = uses.map((e) => bracketed(brief(e.contribution, digits, 4))).join(' + ');
  return [[`${terms} = `], [brief(node.gradient, digits, 4), 'gradient']];
}

function stepParts(step) {
  const node = nodes[step.node];
  if (step.phase === 'forward') return forwardParts(node);
  if (step.kind === 'seed') return [[`${slope(node)} = `], [brief(node.gradient), 'gradient'], [': the output changes as much as itself']];
  if (step.kind === 'sum') return [[`${node.name} was used ${node.uses.filter((e) => e.contribution).length} times, a copy adds: ${slope(node)} = `], ...sumParts(node)];
  const edge = edges[step.edge];
  const to = nodes[edge.to];
  const scalar = edge.local && isNumber(edge.local) && isNumber(edge.contribution);
  const what = scalar ? 'contribution = local \u00d7 incoming = ' : '';
  return [[`to ${node.name} through ${to.name} = ${pretty(to.expression)}: ${what}`], ...productParts(edge)];
}

const phaseOf = (position) => (position === 0 ? 'start' : position > steps.length ? 'done' : steps[position - 1].phase);
