// Where things stand: layers along the graph, few crossings, everything near the middle of its neighbors
// (Sugiyama, Tagawa, Toda 1981). items: {size: across}, links: {from, to}, numbers into items.

/// The layer of each item, right before its first use, or null when there is a cycle.
function layersOf(items, links) {
  const into = items.map(() => []), waits = items.map(() => 0), back = items.map(() => 0);
  for (const link of links) { into[link.to].push(link.from); waits[link.from]++; }
  const ready = items.map((_, i) => i).filter((i) => !waits[i]);
  for (let done = 0; done < ready.length; done++) {
    for (const from of into[ready[done]]) {
      back[from] = Math.max(back[from], back[ready[done]] + 1);
      if (!--waits[from]) ready.push(from);
    }
  }
  const most = Math.max(0, ...back);
  return ready.length < items.length ? null : back.map((b) => most - b);
}

/// Places nearest to those wanted such that neighbors keep their distance (pool adjacent violators).
function spread(wanted, distance) {
  const blocks = [];
  let offset = 0;
  wanted.forEach((want, i) => {
    offset += i ? distance[i - 1] : 0;
    blocks.push({ sum: want - offset, count: 1 });
    while (blocks.length > 1) {
      const [a, b] = blocks.slice(-2);
      if (a.sum / a.count <= b.sum / b.count) break;
      blocks.splice(-2, 2, { sum: a.sum + b.sum, count: a.count + b.count });
    }
  });
  const places = [];
  offset = 0;
  for (const block of blocks) for (let k = 0; k < block.count; k++) {
    offset += places.length ? distance[places.length - 1] : 0;
    places.push(block.sum / block.count + offset);
  }
  return places;
}

function crossings(layers, spots) {
  let count = 0;
  for (const layer of layers) {
    const ends = [];
    for (const spot of layer) for (const to of spots[spot].after) ends.push([spots[spot].place, spots[to].place]);
    if (ends.length > 400) return 0;
    for (let i = 0; i < ends.length; i++) for (let j = i + 1; j < ends.length; j++) {
      if ((ends[i][0] - ends[j][0]) * (ends[i][1] - ends[j][1]) < 0) count++;
    }
  }
  return count;
}

/// {layer, across} of each item, and for each link the {layer, across} that it passes; null when there is a cycle.
function layOut(items, links, gap) {
  const layer = layersOf(items, links);
  if (!layer) return null;
  const spots = items.map((item, i) => ({ layer: layer[i], size: item.size, before: [], after: [], place: 0 }));
  const routes = links.map((link) => {
    const route = [link.from];
    for (let l = layer[link.from] + 1; l < layer[link.to]; l++) {
      route.push(spots.length);
      spots.push({ layer: l, size: 26, before: [], after: [], place: 0 });
    }
    route.push(link.to);
    for (let i = 1; i < route.length; i++) { spots[route[i - 1]].after.push(route[i]); spots[route[i]].before.push(route[i - 1]); }
    return route;
  });
  const layers = Array.from({ length: Math.max(-1, ...spots.map((s) => s.layer)) + 1 }, () => []);
  spots.forEach((spot, i) => layers[spot.layer].push(i));
  sortLayers(layers, spots);
  placeLayers(layers, spots, gap);
  const point = (i) => ({ layer: spots[i].layer, across: spots[i].place });
  return { items: items.map((_, i) => point(i)), links: routes.map((route) => route.map(point)), layers: layers.length };
}

const mean = (list, value) => list.reduce((sum, i) => sum + value(i), 0) / list.length;

function sortLayers(layers, spots) {
  const renumber = (layer) => layer.forEach((spot, i) => { spots[spot].place = i; });
  layers.forEach(renumber);
  let best = layers.map((l) => [...l]), least = crossings(layers, spots);
  for (let sweep = 0; sweep < 16 && least > 0; sweep++) {
    const back = sweep % 2 === 0;
    for (const layer of back ? [...layers].reverse() : layers) {
      const near = new Map(layer.map((i) => {
        const others = back ? spots[i].after : spots[i].before;
        return [i, others.length ? mean(others, (o) => spots[o].place) : spots[i].place];
      }));
      layer.sort((a, b) => near.get(a) - near.get(b));
      renumber(layer);
    }
    const count = crossings(layers, spots);
    if (count < least) { least = count; best = layers.map((l) => [...l]); }
  }
  layers.forEach((layer, i) => { layer.splice(0, layer.length, ...best[i]); renumber(layer); });
}

function placeLayers(layers, spots, gap) {
  const distances = layers.map((layer) => layer.slice(1).map((spot, i) => (spots[spot].size + spots[layer[i]].size) / 2 + gap));
  layers.forEach((layer, l) => {
    let at = 0;
    layer.forEach((spot, i) => { at += i ? distances[l][i - 1] : 0; spots[spot].place = at; });
    layer.forEach((spot) => { spots[spot].place -= at / 2; });
  });
  for (let sweep = 0; sweep < 12; sweep++) {
    const turn = sweep % 3;
    const sequence = layers.map((_, i) => i);
    if (turn === 1) sequence.reverse();
    for (const l of sequence) {
      const wanted = layers[l].map((i) => {
        const others = turn === 0 ? spots[i].before : turn === 1 ? spots[i].after : [...spots[i].before, ...spots[i].after];
        return others.length ? mean(others, (o) => spots[o].place) : spots[i].place;
      });
      spread(wanted, distances[l]).forEach((place, i) => { spots[layers[l][i]].place = place; });
    }
  }
}
