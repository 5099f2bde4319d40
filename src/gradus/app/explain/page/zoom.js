// Wheel, drag, pinch, buttons: the part of the plane that is seen.
const camera = { x: 0, y: 0, scale: 1 };
const pointers = new Map();
let moved = 0;

function aim() {
  const root = document.getElementById('root');
  if (root) root.setAttribute('transform', `translate(${camera.x.toFixed(2)} ${camera.y.toFixed(2)}) scale(${camera.scale.toFixed(4)})`);
}

function bounds() {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (x, y, w, h) => { left = Math.min(left, x - w); right = Math.max(right, x + w); top = Math.min(top, y - h); bottom = Math.max(bottom, y + h); };
  for (const item of view.items) take(item.x, item.y, item.width / 2 + 6, item.height / 2 + 20);
  for (const link of view.links) for (const p of link.points) take(p.x, p.y, 10, 20);
  const end = itemOf(output.id);
  if (view.down) take(end.x, end.y + end.height / 2 + 40, 40, 26);
  else take(end.x + end.width / 2 + 60, end.y, 30, 24);
  return { left, top, width: right - left, height: bottom - top };
}

/// The scale at which the whole graph fits, drawn as it is.
function fitting() {
  const box = svg.getBoundingClientRect(), b = bounds();
  return Math.min(1.35, (box.width - 40) / b.width, (box.height - 56) / b.height);
}

function fit(least = 0) {
  const box = svg.getBoundingClientRect(), b = bounds();
  const room = { width: box.width - 40, height: box.height - 56 };
  camera.scale = Math.max(least, fitting());
  camera.x = (box.width - b.width * camera.scale) / 2 - b.left * camera.scale;
  camera.y = (box.height - b.height * camera.scale) / 2 - b.top * camera.scale - 6;
  if (b.width * camera.scale > room.width + 1) camera.x = 20 - b.left * camera.scale;
  if (b.height * camera.scale > room.height + 1) camera.y = 20 - b.top * camera.scale;
  aim();
}

/// Zooms by `factor` around a point of the picture.
function zoom(factor, x, y) {
  const box = svg.getBoundingClientRect();
  if (x === undefined) [x, y] = [box.width / 2, box.height / 2];
  const scale = Math.min(6, Math.max(0.04, camera.scale * factor));
  camera.x = x - ((x - camera.x) * scale) / camera.scale;
  camera.y = y - ((y - camera.y) * scale) / camera.scale;
  camera.scale = scale;
  aim();
}

/// Moves the picture as little as needed for `item` to be seen.
function reveal(item) {
  const box = svg.getBoundingClientRect(), edge = 24;
  const x = item.x * camera.scale + camera.x, y = item.y * camera.scale + camera.y;
  const w = (item.width / 2) * camera.scale + edge, h = (item.height / 2) * camera.scale + edge;
  camera.x += Math.max(0, w - x) - Math.max(0, x + w - box.width);
  camera.y += Math.max(0, h - y) - Math.max(0, y + h - box.height);
  aim();
}

function setUpZoom() {
  const local = (event) => { const box = svg.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; };
  svg.addEventListener('wheel', (event) => {
    event.preventDefault();
    const at = local(event);
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), at.x, at.y);
  }, { passive: false });
  svg.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, local(event));
    moved = 0;
  });
  svg.addEventListener('pointermove', (event) => {
    const old = pointers.get(event.pointerId);
    if (!old) return;
    const now = local(event);
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
    moved += Math.hypot(now.x - old.x, now.y - old.y);
    if (others.length === 1) {
      const other = others[0], before = Math.hypot(old.x - other.x, old.y - other.y), after = Math.hypot(now.x - other.x, now.y - other.y);
      if (before > 8) zoom(after / before, (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else if (!others.length && moved > 4) {
      if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
      svg.classList.add('dragged');
      camera.x += now.x - old.x;
      camera.y += now.y - old.y;
      aim();
    }
    pointers.set(event.pointerId, now);
  });
  const release = (event) => { pointers.delete(event.pointerId); svg.classList.remove('dragged'); };
  svg.addEventListener('pointerup', release);
  svg.addEventListener('pointercancel', release);
  svg.addEventListener('pointerleave', release);
}
