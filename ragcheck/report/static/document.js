// A document with the chunk boundaries of one system, the gold, and what of it was found.
const MARGIN = 420;
const STEP = 4000;

// First row of a document's chunks whose start lies at or after a position; starts ascend.
function lowerBound(values, from, to, position) {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] < position) from = middle + 1; else to = middle;
  }
  return from;
}

// Every place in [low, high] at which a chunk starts or ends: position -> {starts, ends} of rows.
function edgesIn(cuts, doc, low, high) {
  const edges = new Map();
  const note = (at, side, row) => {
    if (at < low || at > high) return;
    if (!edges.has(at)) edges.set(at, { starts: [], ends: [] });
    edges.get(at)[side].push(row);
  };
  for (let row = cuts.first[doc]; row < cuts.first[doc + 1]; row += 1) {
    if (cuts.start[row] > high) break;
    note(cuts.start[row], "starts", row);
    note(cuts.end[row], "ends", row);
  }
  return edges;
}

const inside = (spans, start, end) => spans.some((span) => span.start <= start && end <= span.end);

// The marker of a boundary. An end and a start with only white space between are one boundary.
function edge(scene, at, found, cut) {
  const starts = found.starts.map((row) => row + 1);
  const ends = found.ends.map((row) => row + 1);
  const words = [ends.length ? `chunk ${ends.join(", ")} ends` : "", starts.length ? `chunk ${starts.join(", ")} begins` : ""];
  const text = cut ? "✂" : "";
  const made = el("span", { class: `edge${cut ? " cut" : ""}${starts.length && ends.length ? "" : starts.length ? " opens" : " closes"}`,
    title: words.filter(Boolean).join(", "), text });
  const ranks = found.starts.filter((row) => scene.rank.has(row)).map((row) => scene.rank.get(row));
  if (!ranks.length) return starts.length ? [made, el("span", { class: "rank quiet-rank", text: starts.join(", "), title: words[1] })] : [made];
  return [made, el("span", { class: "rank", text: ranks.join(", "), title: `retrieved at rank ${ranks.join(", ")}` })];
}

function joined(scene, low, high) {
  const edges = edgesIn(scene.cuts, scene.doc, low, high);
  const order = [...edges.keys()].sort((a, b) => a - b);
  for (let i = 0; i + 1 < order.length; i += 1) {
    const here = edges.get(order[i]);
    const next = edges.get(order[i + 1]);
    if (here.ends.length && !here.starts.length && next.starts.length && !next.ends.length &&
        !scene.text.slice(order[i], order[i + 1]).trim()) {
      here.starts = next.starts;
      edges.delete(order[i + 1]);
      i += 1;
    }
  }
  return edges;
}

// The pieces of text between [low, high], with their marks, as nodes.
function pieces(scene, low, high) {
  const edges = joined(scene, low, high);
  // Joined or not, what overlaps begins and ends at every edge.
  const marks = new Set([low, high, ...edgesIn(scene.cuts, scene.doc, low, high).keys()]);
  const near = (span) => span.end > low && span.start < high;
  const gold = scene.gold.filter(near);
  const shown = scene.shown.filter(near);
  for (const span of [...gold, ...shown]) {
    marks.add(Math.max(low, span.start));
    marks.add(Math.min(high, span.end));
  }
  const order = [...marks].sort((a, b) => a - b);
  const out = [];
  order.forEach((at, i) => {
    if (edges.has(at)) {
      const cut = gold.some((span) => span.start < at && at < span.end && !span.twin);
      out.push(...edge(scene, at, edges.get(at), cut));
    }
    if (i + 1 < order.length) out.push(piece(scene, gold, shown, at, order[i + 1]));
  });
  return out;
}

function piece(scene, gold, shown, start, end) {
  const text = scene.text.slice(start, end);
  const held = inside(shown, start, end);
  const home = gold.find((span) => span.start <= start && end <= span.end);
  const classes = [held ? "seen" : "", covers(scene.cuts, scene.doc, start, end) > 1 ? "overlap" : "",
    scene.focus && scene.focus.start <= start && end <= scene.focus.end ? "focus" : ""];
  if (!home) return el("span", { class: classes.filter(Boolean).join(" ") || null, text });
  classes.push(home.twin ? "twin" : "", held ? "found" : "missing");
  return el("mark", { class: classes.filter(Boolean).join(" "), text,
    title: `${home.twin ? "twin: the same text as a passage" : "labelled passage"}, ${held ? "in the context" : "not in the context"}` });
}

function covers(cuts, doc, start, end) {
  const stop = lowerBound(cuts.start, cuts.first[doc], cuts.first[doc + 1], start + 1);
  let count = 0;
  for (let row = stop - 1; row >= cuts.first[doc] && row > stop - 40; row -= 1) if (cuts.end[row] >= end) count += 1;
  return count;
}

// Windows around what matters, merged where they nearly touch.
function windows(scene) {
  const wanted = scene.gold.filter((span) => !span.twin || span.credited);
  const around = (scene.focus ? [...wanted, scene.focus] : wanted).map((span) => [
    Math.max(0, span.start - MARGIN), Math.min(scene.text.length, Math.min(span.end, span.start + 3 * STEP) + MARGIN)]);
  if (!around.length) around.push([0, Math.min(scene.text.length, STEP)]);
  around.sort((a, b) => a[0] - b[0]);
  const out = [];
  for (const span of around) {
    const last = out[out.length - 1];
    if (last && span[0] - last[1] < 2 * MARGIN) last[1] = Math.max(last[1], span[1]);
    else out.push(span);
  }
  return out.map(([low, high]) => [lineStart(scene.text, notInPair(scene.text, low)), notInPair(scene.text, high)]);
}

// Where a line begins a little before a position, so that no window opens in the middle of a word.
function lineStart(text, at) {
  const line = text.lastIndexOf("\n", at) + 1;
  if (at - line < MARGIN) return line;
  const space = text.lastIndexOf(" ", at) + 1;
  return at - space < MARGIN ? space : at;
}

// A window must not begin or end between the two halves of one character.
const notInPair = (text, at) => (at > 0 && /[\uDC00-\uDFFF]/.test(text[at] || "") ? at - 1 : at);

function drawDocument(scene) {
  const pane = el("div", { class: "text document", dir: "auto", tabindex: "0", role: "region", "aria-label": `Text of ${scene.name}` });
  let at = 0;
  const gap = (low, high) => {
    if (low >= high) return null;
    const button = el("button", { type: "button", class: "gap", text: `${whole(high - low)} more characters`, on: { click: () => {
      const stop = notInPair(scene.text, Math.min(high, low + STEP));
      const rest = gap(stop, high);
      button.replaceWith(...pieces(scene, low, stop), ...(rest ? [rest] : []));
    } } });
    return button;
  };
  for (const [low, high] of windows(scene)) {
    pane.append(...[gap(at, low)].filter(Boolean), ...pieces(scene, low, high));
    at = high;
  }
  pane.append(...[gap(at, scene.text.length)].filter(Boolean));
  return pane;
}
