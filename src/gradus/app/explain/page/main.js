// Choosing, stepping, searching, folding, themes, and the table; what the keys do; the interface for tests.
const by = (id) => document.getElementById(id);
let timer = 0;

function choose(key, move = false) {
  if (typeof key === 'number' && nodes[key].group && view.folded.has(nodes[key].group)) fold(nodes[key].group, false, false);
  view.chosen = key;
  const item = view.by.get(key);
  if (item && item.group) describeGroup(item);
  else describe(nodes[key]);
  refresh();
  if (move && item) reveal(item);
}

function fold(group, shut, refit = true) {
  if (shut) view.folded.add(group);
  else view.folded.delete(group);
  if (shut && typeof view.chosen === 'number' && nodes[view.chosen].group === group) view.chosen = null;
  paint();
  if (refit) fit(0.5); else aim();
  by('layers').textContent = view.folded.size ? 'Expand all' : 'Fold layers';
  if (!shut && String(view.chosen).startsWith('group ')) choose(nodes.findIndex((n) => n.group === group && n.kind === 'operation'), true);
}

function go(position, walking = true) {
  view.position = Math.max(0, Math.min(steps.length, position));
  view.walking = walking && view.position > 0;
  const step = view.walking ? steps[view.position - 1] : null;
  const caption = by('caption');
  caption.replaceChildren();
  by('phase').className = step ? step.phase : '';
  by('phase').textContent = step ? step.phase : view.position ? 'all done' : 'start';
  if (step) rich(stepParts(step), caption);
  else caption.textContent = view.position ? 'Every value and gradient. Press play, or the arrow keys, to see them come about.' : 'Nothing is computed yet: first the values, from the inputs to the output.';
  by('position').value = view.position;
  by('position').setAttribute('aria-valuetext', caption.textContent);
  by('count').textContent = `${view.position} / ${steps.length}`;
  if (step) {
    const item = itemOf(step.node);
    view.chosen = item.key;
    if (item.group) describeGroup(item); else describe(nodes[step.node]);
    reveal(item);
  }
  refresh();
}

function play() {
  if (view.position >= steps.length) go(0);
  by('play').classList.add('playing');
  by('play').setAttribute('aria-label', 'Pause');
  clearInterval(timer);
  timer = setInterval(() => (view.position < steps.length ? go(view.position + 1) : pause()), 1500 / Number(by('speed').value));
}

function pause() {
  clearInterval(timer);
  timer = 0;
  by('play').classList.remove('playing');
  by('play').setAttribute('aria-label', 'Play');
}
const toggle = () => (timer ? pause() : play());
const step = (by_) => { pause(); go(!view.walking && view.position === steps.length && by_ > 0 ? 1 : view.position + by_); };

function matches(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const rank = (n) => (n.name.toLowerCase() === wanted ? 0 : n.name.toLowerCase().startsWith(wanted) ? 1 : 2);
  return nodes.filter((n) => n.kind !== 'constant' && [n.name, n.expression, n.op, n.group || ''].some((t) => t.toLowerCase().includes(wanted)))
    .sort((a, b) => rank(a) - rank(b) || a.id - b.id);
}

function search(text) {
  const found = matches(text);
  const list = by('found');
  list.replaceChildren(...found.slice(0, 12).map((node, i) => {
    const entry = make('li', '', node.name, make('span', 'soft', node.kind === 'operation' ? ` = ${pretty(node.expression)}` : ''));
    entry.setAttribute('role', 'option');
    entry.setAttribute('aria-selected', i === 0);
    entry.addEventListener('click', () => { take(node.id); });
    return entry;
  }));
  if (text.trim() && !found.length) list.append(make('li', 'soft', 'nothing found'));
  list.hidden = !text.trim();
  const shown = new Set(found.map((n) => itemOf(n.id)));
  for (const item of view.items) item.element.classList.toggle('dim', found.length > 0 && !shown.has(item));
  return found.map((n) => n.id);
}

function take(id) {
  by('found').hidden = true;
  by('search').value = '';
  pause();
  choose(id, true);
  const item = view.by.get(id);
  if (item) item.element.focus({ preventScroll: true });
}

function allFolded(shut) {
  view.folded = new Set(shut ? groups : []);
  view.chosen = null;
  paint();
  fit(0.35);
  by('layers').textContent = shut ? 'Expand all' : 'Fold layers';
}

function fillTable() {
  const table = make('table', ''), body = make('tbody', '');
  table.append(make('caption', '', `All nodes of ${data.title}, in the order in which they are computed`));
  table.append(make('thead', '', make('tr', '', ...['Node', 'Computed as', 'Value', 'Gradient', 'Contributions'].map((t) => make('th', '', t)))));
  const ranged = (t) => (!t ? '' : brief(t, 10, 9) + (t.count > 9 ? `, ${number(t.range()[0], 4)} to ${number(t.range()[1], 4)}` : ''));
  for (const node of nodes) {
    if (node.kind === 'constant') continue;
    const parts = node.uses.filter((e) => e.contribution).map((e) => `${nodes[e.to].name}: ${plain(productParts(e))}`).join('; ');
    const name = make('th', '', node.name);
    name.scope = 'row';
    body.append(make('tr', '', name, make('td', '', node.kind === 'input' ? 'given' : pretty(node.expression)), make('td', 'value', ranged(node.value)), make('td', 'gradient', ranged(node.gradient)), make('td', 'soft', parts)));
  }
  table.append(body);
  by('table').replaceChildren(table);
}

function showTable(open) {
  if (open && !by('table').firstChild) fillTable();
  by('table').classList.toggle('open', open);
  by('show-table').setAttribute('aria-expanded', open);
  fit(0.35);
}

function theme(dark) {
  document.documentElement.classList.toggle('dark', dark);
  if (typeof view.chosen === 'number') describe(nodes[view.chosen]);
}

function press(event) {
  const inField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'range';
  if (event.key === 'Escape') { by('found').hidden = true; by('search').value = ''; search(''); svg.focus(); return; }
  if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
  const onButton = event.target.tagName === 'BUTTON';
  const key = event.target.dataset ? event.target.dataset.key : undefined;
  const actions = {
    ArrowRight: () => step(1), ArrowLeft: () => step(-1), Home: () => { pause(); go(0); }, End: () => { pause(); go(steps.length, false); },
    '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8), 0: () => fit(), '/': () => by('search').focus(),
  };
  if (event.key === ' ' && !onButton) actions[' '] = toggle;
  if (event.key === 'Enter' && key !== undefined) actions.Enter = () => pickKey(key);
  if (event.key === 'Enter' && event.target.dataset && event.target.dataset.fold) actions.Enter = () => fold(event.target.dataset.fold, true);
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
}

function pickKey(key) {
  pause();
  if (key.startsWith('group ') && view.chosen === key) return fold(key.slice(6), false);
  view.walking = false;
  choose(key.startsWith('group ') ? key : Number(key));
}

/// Left to right, or top to bottom where that shows more.
function orient() {
  paint();
  const across = fitting();
  if (across < 0.62) {
    view.down = true;
    paint();
    if (fitting() < across * 1.1) { view.down = false; paint(); }
  }
  fit(0.55);
}

function setUp() {
  by('title').textContent = data.title;
  by('title').title = data.title;
  by('position').max = steps.length;
  if (data.not_finite) {
    by('troubles').hidden = false;
    by('troubles').querySelector('pre').textContent = data.not_finite.trim();
    by('troubles').addEventListener('toggle', () => fit(0.35));
  }
  theme(matchMedia('(prefers-color-scheme: dark)').matches);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => theme(event.matches));
  view.folded = new Set(nodes.length > 16 ? groups : []);
  by('layers').hidden = !groups.length;
  orient();
  by('layers').textContent = view.folded.size ? 'Expand all' : 'Fold layers';
  const first = itemOf(output.id);
  choose(first.key);
  go(steps.length, false);
  const click = (id, action) => by(id).addEventListener('click', action);
  click('first', () => { pause(); go(0); }), click('previous', () => step(-1)), click('next', () => step(1)), click('last', () => { pause(); go(steps.length, false); });
  click('play', toggle), click('closer', () => zoom(1.25)), click('farther', () => zoom(0.8)), click('fit', () => fit());
  click('turn', () => { view.down = !view.down; paint(); fit(0.35); }), click('layers', () => allFolded(!view.folded.size));
  click('theme', () => theme(!document.documentElement.classList.contains('dark')));
  click('show-table', () => { showTable(!by('table').classList.contains('open')); if (by('table').classList.contains('open')) by('table').scrollIntoView({ block: 'nearest' }); });
  by('position').addEventListener('input', () => { pause(); go(Number(by('position').value)); });
  by('speed').addEventListener('change', () => { if (timer) play(); });
  by('search').addEventListener('input', () => search(by('search').value));
  by('search').addEventListener('keydown', (event) => { if (event.key === 'Enter' && matches(by('search').value).length) take(matches(by('search').value)[0].id); });
  svg.addEventListener('click', (event) => {
    if (moved > 6) return;
    const shut = event.target.closest('[data-fold]'), item = event.target.closest('[data-key]');
    if (shut) fold(shut.dataset.fold, true);
    else if (item && item.dataset.key.startsWith('group ') && event.target.closest('.fold')) fold(item.dataset.key.slice(6), false);
    else if (item) pickKey(item.dataset.key);
  });
  document.addEventListener('keydown', press);
  addEventListener('beforeprint', () => { fillTable(); fit(); });
  addEventListener('resize', () => fit(0.35));
  setUpHints();
  setUpZoom();
}
setUp();

/// For tests: what can be done, and what is seen.
window.gradus = {
  data, steps: steps.length, step, go, play, pause, search, choose, fold, fit, theme,
  node: (name) => { const n = nodes.find((m) => m.name === name); return n && { id: n.id, value: n.value.list(), gradient: n.gradient && n.gradient.list(), shape: n.value.shape }; },
  state: () => ({ position: view.position, steps: steps.length, playing: !!timer, chosen: view.chosen, caption: by('caption').textContent, phase: by('phase').textContent, boxes: view.items.length, folded: [...view.folded], groups, scale: camera.scale, panel: panel.innerText }),
};
