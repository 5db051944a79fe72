// One question of one system: its passages, the document, the ranked chunks, and all systems.
async function drawCase(asked) {
  const data = await core();
  const now = settled(data, asked);
  const number = data.system(now.run);
  const one = data.systems[number];
  const list = filtered(data, { ...now, run: one.run });
  if (current !== asked) return;
  if (now.q && !data.number.has(now.q)) {
    byId("case").replaceChildren(toolbar({ data, one, q: -1, now }, list),
      el("p", { class: "empty", text: `This run has no question “${now.q}”.` }));
    return;
  }
  const q = now.q ? data.number.get(now.q) : list.length ? list[0] : 0;
  const [cuts, found] = await Promise.all([chunks(one.chunks), system(number)]);
  const [items, hits] = [itemsOf(data, found, q), hitsOf(data, found, cuts, q)];
  const all = await texts(data, [...items.flatMap((item) => item.spans), ...hits].map((span) => span.doc));
  if (current !== asked) return;
  const view = { data, one, q, cuts, found, all, now, items, hits };
  byId("case").replaceChildren(
    toolbar(view, list), heading(view), ...view.items.map((item) => itemLine(view, item)),
    el("div", { class: "split" }, documentPane(view), rankedPane(view)), strip(view));
  const target = [".focus", "mark.missing", "mark"].map((one) => document.querySelector(`#case .document ${one}`)).find(Boolean);
  if (target) {
    const pane = target.closest(".document");
    pane.scrollTop = Math.max(0, target.offsetTop - pane.offsetTop - pane.clientHeight / 3);
  }
}

function itemsOf(data, found, q) {
  const first = data.firstItem[q];
  return data.questions[q][4].map((places, i) => {
    const row = first + i;
    const [doc, start, end] = places[found.credited[row]];
    const spans = places.map(([d, s, e, twin]) => ({ doc: d, start: s, end: e, twin: twin === 1, credited: d === doc && s === start }));
    return { number: i + 1, doc, start, end, spans, coverage: found.found[row], rank: found.rank[row],
      severed: found.severed[row] === 1, pieces: found.pieces[row], why: whyOf(found, found.missed.get(row)) };
  });
}

// What the diagnosis says of a missed item, by name.
function whyOf(found, row) {
  if (row === undefined) return null;
  const of = (name) => found[name][row];
  return { cause: of("why"), fixes: of("fixes"), deeper: of("deeper"), rank: of("deeper"), clipped_oracle: of("clipped_oracle"), tight_oracle: of("tight_oracle"),
    add_context: of("add_context"), other_retriever: of("other_retriever"), fusion: of("fusion"), price: of("price"), other: of("other"),
    twin: of("twin") - 1, suspect: of("suspect"), unseen: of("unseen") };
}

function hitsOf(data, found, cuts, q) {
  const out = [];
  const shown = data.at.unit === "k" ? data.at.value : found.shown[q];
  for (let row = found.first[q]; row < found.first[q + 1]; row += 1) {
    const chunk = found.chunk[row];
    const rank = row - found.first[q] + 1;
    out.push({ rank, chunk, doc: cuts.document[chunk], start: cuts.start[chunk], end: cuts.end[chunk], tokens: cuts.tokens[chunk],
      prefix: cuts.prefixes[cuts.prefix[chunk]], score: stepped(found.score[row], found.step), gold: found.gold[row], repeated: Math.min(100 - found.gold[row], 5 * found.redundant[row]),
      cause: found.cause[row], shown: rank <= shown });
  }
  return out;
}

function toolbar({ data, one, q, now }, list) {
  const at = list.indexOf(q);
  const step = (to, text, label) => {
    const next = at < 0 ? list[0] : list[to];
    return next === undefined ? el("span", { class: "step off", text })
      : el("a", { class: "step", "aria-label": label, href: state.link({ view: "case", q: data.questions[next][0], hit: "" }), text });
  };
  const filter = [now.only, now.tag, now.doc, now.find && `“${now.find}”`].filter(Boolean).join(", ");
  return el("div", { class: "tools" }, step(at - 1, "‹ Previous", "Previous question"), step(at + 1, "Next ›", "Next question"),
    el("a", { class: "where", href: state.link({ view: "questions" }), text: `${at < 0 ? "not among" : `${whole(at + 1)} of`} ${whole(list.length)}${filter ? ` · ${filter}` : ""}` }),
    systemPicker(data, one.run));
}

const here = () => location.href.split("#")[0] + state.link({});

function heading({ data, one, q }) {
  const [id, text, labels, must] = data.questions[q];
  const [outcome, words] = data.outcomes[one.outcome[q]];
  const line = el("p", { class: "eyebrow" }, mark(outcome), " ", el("bdi", { text: id }));
  if (must) line.append(" · must pass");
  for (const label of labels) line.append(" · ", el("bdi", { text: label }));
  return el("div", { class: "asked" }, line, el("h2", { dir: "auto", text }), el("p", { class: "hint" }, `${words[0].toUpperCase()}${words.slice(1)}.`, ...distractors(data, one, q)));
}

// Chunks that the other family of retrievers takes for better evidence than the evidence.
function distractors(data, one, q) {
  const count = one.hard ? one.hard[q] : -1;
  if (count <= 0) return [];
  return [" ", el("span", { class: "n", tabindex: "0", "data-m": "distractors", text: `${whole(count)} hard ${count === 1 ? "distractor" : "distractors"} in the context.` })];
}

// The same words as the cases that are in the page itself.
function itemWords(item) {
  if (item.coverage === 1000) return ["found", `whole in the context${item.rank ? ` at rank ${item.rank}` : ""}`];
  if (!item.pieces) return ["missed", "some of its text is in no chunk at all"];
  const cut = item.severed ? `, cut over ${item.pieces} ${item.pieces === 1 ? "chunk" : "chunks"}` : ", though one chunk holds it whole";
  const later = item.rank ? `; complete at rank ${item.rank}` : "";
  return item.coverage > 0 ? ["partial", `${percent(item.coverage)} of it in the context${cut}${later}`] : ["missed", `not in the context${cut}${later}`];
}

function sceneOf(view, doc) {
  const { cuts, all, data, hits, items, now } = view;
  const focus = hits.find((hit) => hit.rank === Number(now.hit) && hit.doc === doc);
  return { cuts, doc, text: all[doc], name: data.documents[doc][0], focus,
    gold: items.flatMap((item) => item.spans.filter((span) => span.doc === doc)),
    shown: hits.filter((hit) => hit.shown && hit.doc === doc),
    rank: new Map(hits.filter((hit) => hit.shown).map((hit) => [hit.chunk, hit.rank])) };
}

function itemLine(view, item) {
  const [status, words] = itemWords(item);
  const text = view.all[item.doc];
  const line = el("p", {}, mark(status), ` ${words} · `, place(view, item.doc, item.start));
  const body = el("div", { class: `item ${status}` }, line);
  if (text && item.severed) body.append(cutLine(view, item, text));
  body.append(...whyLines(view, item));
  return body;
}

// The text on both sides of each boundary that cuts the passage.
function cutLine(view, item, text) {
  const scene = sceneOf(view, item.doc);
  const edges = [...joined(scene, item.start, item.end).keys()].filter((at) => at > item.start && at < item.end);
  const line = el("p", { class: "cutline text", dir: "auto" });
  for (const at of edges.slice(0, 3)) {
    const low = notInPair(text, Math.max(item.start, at - 70));
    const high = notInPair(text, Math.min(item.end, at + 70));
    line.append(low > item.start ? "… " : "“", ...pieces(scene, low, high), high < item.end ? " … " : "” ");
  }
  return line;
}

function place({ data, all }, doc, position) {
  const name = data.documents[doc][0];
  return el("bdi", { class: "place", text: all[doc] ? `${name}:${lineOf(all[doc], position)}` : name });
}

function documentPane(view) {
  const { data, items, hits, now } = view;
  const focus = hits.find((hit) => hit.rank === Number(now.hit));
  const docs = [...new Set([...items.map((item) => item.doc), ...items.flatMap((item) => item.spans.filter((s) => !s.twin).map((s) => s.doc))])];
  const chosen = focus ? focus.doc : docs.length ? docs[0] : hits.length ? hits[0].doc : 0;
  const ordered = docs.includes(chosen) ? docs : [chosen, ...docs];
  const pane = el("section", { class: "pane", "aria-label": "Document" });
  const show = (doc) => {
    const tabs = ordered.map((d) => el("button", { type: "button", class: "tab", "aria-pressed": String(d === doc), text: data.documents[d][0],
      on: { click: () => show(d) } }));
    const text = view.all[doc];
    pane.replaceChildren(el("div", { class: "tabs" }, ...tabs), legend(),
      text ? drawDocument(sceneOf(view, doc)) : el("p", { class: "empty", text: "The run was written without the documents' texts." }));
  };
  show(chosen);
  return pane;
}

function legend() {
  return el("p", { class: "legend" }, el("mark", { class: "found", text: "found" }), el("mark", { class: "missing", text: "missing" }),
    el("span", { class: "seen", text: "in the context" }), el("span", { class: "overlap", text: "overlap" }),
    el("span", {}, el("span", { class: "edge" }), "chunk boundary"), el("span", {}, el("span", { class: "edge cut", text: "✂" }), "cuts a passage"));
}

function rankedPane(view) {
  const { hits, data } = view;
  const list = el("ol", { class: "hits" });
  const cost = hits.filter((hit) => hit.shown).reduce((sum, hit) => sum + hit.tokens, 0);
  hits.forEach((hit, at) => {
    if (at && !hit.shown && hits[at - 1].shown) list.append(el("li", { class: "line", text: "not in the context" }));
    list.append(hitLine(view, hit));
  });
  if (!hits.length) list.append(el("li", { class: "empty", text: "Nothing was retrieved." }));
  const cut = data.at.unit === "k" ? `the first ${data.at.value} are the context` : `the first ${whole(data.at.value)} tokens are the context`;
  return el("section", { class: "pane", "aria-label": "Ranked chunks" },
    el("h3", { text: "What was retrieved" }), el("p", { class: "hint", text: `${cut}: ${whole(cost)} tokens` }), list);
}

function hitLine(view, hit) {
  const { data, all, items, hits, now } = view;
  const spans = items.flatMap((item) => item.spans.filter((span) => span.doc === hit.doc && span.start < hit.end && span.end > hit.start));
  const twin = spans.some((span) => span.twin);
  const words = hit.gold ? `${hit.gold}% gold` : data.kinds[hit.cause];
  const link = el("a", { href: state.link({ hit: hit.rank }), class: "open", "aria-current": Number(now.hit) === hit.rank ? "true" : null,
    "aria-label": `Rank ${hit.rank}: show in the document`, text: String(hit.rank) });
  const about = el("p", { class: "under" }, place(view, hit.doc, hit.start), ` · chunk ${hit.chunk + 1} · ${whole(hit.tokens)} tokens · score ${hit.score}`);
  const body = el("div", {}, el("p", { class: "verdict" }, el("b", { class: hit.gold ? "good" : null, text: words }), twin ? el("span", { class: "tag", text: "twin" }) : null,
    items.some((item) => item.why && item.why.twin === hit.chunk) ? el("span", { class: "tag", title: "its text says the same as a missed passage, and no label names it", text: "says the same" }) : null,
    hit === rivalOf(view) ? el("span", { class: "tag rival", title: "the best ranked chunk without labelled text: it stands where a missed passage should", text: "took the place" }) : null), bar(hit.gold, hit.repeated), about);
  if (all[hit.doc] && hit.shown) body.append(snippet(hit, all[hit.doc], spans));
  return el("li", { class: hit.shown ? null : "beyond" }, link, body);
}

// The best ranked chunk that touches no labelled text, where something was missed.
function rivalOf({ items, hits }) {
  const touches = (hit) => items.some((item) => item.spans.some((span) => span.doc === hit.doc && span.start < hit.end && span.end > hit.start));
  return items.some((item) => item.why) ? hits.find((hit) => !touches(hit)) : undefined;
}

// The chunk's own text, with its part of a passage marked; it opens at that part.
function snippet(hit, text, spans) {
  const stop = notInPair(text, Math.min(hit.end, hit.start + 12000));
  const marks = [...new Set([hit.start, stop, ...spans.flatMap((s) => [s.start, s.end]).filter((at) => at > hit.start && at < stop)])].sort((a, b) => a - b);
  const nodes = marks.slice(0, -1).map((at, i) => {
    const part = text.slice(at, marks[i + 1]);
    const home = inside(spans, at, marks[i + 1]);
    return home ? el("mark", { class: hit.shown ? "found" : "missing", text: part }) : part;
  });
  const first = spans.length ? Math.max(0, Math.min(...spans.map((s) => s.start)) - hit.start) : 0;
  const prefix = hit.prefix ? el("span", { class: "prefix", text: hit.prefix }) : null;
  const short = notInPair(text, hit.start + Math.max(0, first - 60));
  const preview = `${short > hit.start ? "… " : ""}${text.slice(short, notInPair(text, Math.min(hit.end, short + 220)))}${short + 220 < hit.end ? " …" : ""}`;
  return el("details", {}, el("summary", { class: "snippet", dir: "auto", text: preview }), el("div", { class: "text whole", dir: "auto" }, prefix, ...nodes));
}

// The same question over all systems; each cell opens it there.
function strip({ data, one, q }) {
  const split = (id) => { const at = id.indexOf("/"); return [at < 0 ? id : id.slice(0, at), id.slice(at + 1)]; };
  const rows = [...new Set(data.systems.map((s) => split(s.id)[0]))];
  const columns = [...new Set(data.systems.map((s) => split(s.id)[1]))];
  const head = el("tr", {}, el("th", { scope: "col", text: "chunks" }), ...columns.map((name) => el("th", { scope: "col", text: name })));
  const body = rows.map((name) => el("tr", {}, el("th", { scope: "row", text: name }), ...columns.map((column) => {
    const there = data.systems.find((s) => split(s.id)[0] === name && split(s.id)[1] === column);
    return there ? el("td", {}, stripCell(data, there, q, there === one)) : el("td", { class: "none", text: "–" });
  })));
  return el("section", { class: "strip", "aria-label": "All systems" }, el("h3", { text: "The same question in every system" }), el("p", { class: "hint", text: "The share is how much of its passages' text is in the context; ✂ marks a passage that is cut and not whole." }),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Systems" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body))));
}

function stripCell(data, there, q, current) {
  const outcome = data.outcomes[there.outcome[q]][0];
  const words = outcome === "found" ? `rank ${there.first[q]}` : outcome === "unanswerable" ? "" : percent(there.coverage[q]);
  return el("a", { class: `cell ${outcome}`, href: state.link({ run: there.run, hit: "" }), "aria-current": current ? "true" : null },
    mark(outcome), ` ${words}`, there.cut[q] ? " ✂" : "",
    ...(there.why && there.why[q] ? [el("small", { text: causesOf(data, there.why[q]).map(([key]) => causeName(key)).join(", ") })] : []));
}
