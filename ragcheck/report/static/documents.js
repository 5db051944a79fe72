// Every document of one system: where its gold lies, where chunks begin, and what is never read.
const DOCUMENTS = 60;
const TICKS = 300;
const ORDERS = {
  document: (row) => row.name, questions: (row) => row.questions, recall: (row) => (row.asked ? row.sum / row.asked : null),
  passages: (row) => row.passages, cut: (row) => row.cut, chunks: (row) => row.chunks, unseen: (row) => (row.chunks ? 1 - row.seen / row.chunks : null),
};

async function drawDocuments(now) {
  const data = await core();
  const one = data.systems[data.system(now.run)];
  const [cuts, found] = await Promise.all([chunks(one.chunks), system(data.systems.indexOf(one))]);
  if (current !== now) return;
  const view = { data, one, cuts, found, seen: shownChunks(data, found, cuts) };
  const all = documentRows(view);
  const sort = now.sort || "recall";
  const key = ORDERS[sort.replace(/^-/, "")] || ORDERS.recall;
  all.sort((x, y) => compare(key(x), key(y), sort.startsWith("-")) || x.doc - y.doc);
  const rows = Number(now.rows) || DOCUMENTS;
  const silent = all.filter((row) => row.chunks && !row.seen).length;
  byId("documents").replaceChildren(
    el("div", { class: "tools" }, systemPicker(data, one.run)),
    el("p", { class: "totals", role: "status" }, el("b", { text: whole(all.length) }), ` documents · ${whole(silent)} of them in no context at all`),
    mapLegend(),
    documentTable(view, all.slice(0, rows), sort),
    more(all.length, rows, DOCUMENTS) || "",
    el("div", { class: "saves" }, saveButton("Download CSV", "documents.csv", () => csv([
      ["document", "questions", data.measures.recall, "passages", "whole", "cut_and_missed", "chunks", "chunks_in_no_context"],
      ...all.map((row) => [row.name, row.questions, row.asked ? row.sum / row.asked / 1000 : "", row.passages, row.whole, row.cut, row.chunks, row.chunks - row.seen])]))));
}

// 1 for every chunk that stands in the context of any question.
function shownChunks(data, found, cuts) {
  const seen = new Uint8Array(cuts.start.length);
  for (let q = 0; q < data.questions.length; q += 1) {
    const shown = data.at.unit === "k" ? data.at.value : found.shown[q];
    const stop = Math.min(found.first[q + 1], found.first[q] + shown);
    for (let row = found.first[q]; row < stop; row += 1) seen[found.chunk[row]] = 1;
  }
  return seen;
}

function documentRows({ data, one, cuts, found, seen }) {
  const rows = data.documents.map(([name, title, length], doc) => ({ doc, name, title, length, questions: 0, asked: 0, sum: 0, passages: 0, whole: 0, cut: 0,
    chunks: cuts.first[doc + 1] - cuts.first[doc], seen: 0, gold: [] }));
  for (let chunk = 0; chunk < seen.length; chunk += 1) rows[cuts.document[chunk]].seen += seen[chunk];
  data.questions.forEach((question, q) => {
    question[4].forEach((places, i) => {
      const row = rows[places[0][0]];
      const item = data.firstItem[q] + i;
      const there = found.found[item] === 1000;
      const cut = !there && found.severed[item] === 1;
      if (!i) {
        row.questions += 1;
        if (one.recall[q] >= 0) { row.asked += 1; row.sum += one.recall[q]; }
      }
      row.passages += 1;
      row.whole += there;
      row.cut += cut;
      row.gold.push({ q, start: places[0][1], end: places[0][2], there, cut });
    });
  });
  return rows;
}

function mapLegend() {
  const key = (draws, text) => el("span", {}, drawing("svg", { class: "map-key", viewBox: "0 0 20 30", "aria-hidden": "true" }, ...draws), text);
  return el("p", { class: "legend" },
    key([drawing("rect", { class: "gold", x: 4, width: 12, height: 13 })], "passage, whole in the context"),
    key([drawing("rect", { class: "missed", x: 4, y: 7, width: 12, height: 6 })], "passage, missed"),
    key([drawing("rect", { class: "missed", x: 4, y: 7, width: 12, height: 6 }), drawing("path", { class: "severed", d: "M10 0V30" })], "missed, and cut by a boundary"),
    key([drawing("rect", { class: "lane", y: 17, width: 20, height: 12 }), drawing("rect", { class: "read", y: 17, width: 10, height: 12 })], "chunks in some context, and in none"));
}

function documentTable(view, rows, sort) {
  const titles = [["document", "document"], ["", "from its first character to its last"], ["questions", "questions"], ["recall", view.data.measures.recall],
    ["passages", "whole"], ["cut", "cut & missed"], ["chunks", "chunks"], ["unseen", "in no context"]];
  const head = el("tr", {}, ...titles.map(([key, text], at) => {
    const [up, down] = [sort === key, sort === `-${key}`];
    return el("th", { scope: "col", class: at > 1 ? "num" : null, "aria-sort": up ? "ascending" : down ? "descending" : null },
      key ? el("button", { type: "button", class: "term", text, title: DOCUMENT_WORDS[key], on: { click: () => state.go({ sort: up ? `-${key}` : key, rows: "" }) } }) : text);
  }));
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Documents" },
    el("table", { class: "documents" }, el("thead", {}, head), el("tbody", {}, ...rows.map((row) => documentRow(view, row)))));
}

const DOCUMENT_WORDS = {
  document: "path of the document", questions: "questions whose first passage is in the document", recall: "mean over these questions",
  passages: "passages of the document that are whole in the context, of all", cut: "passages that a boundary cuts and that are not whole in the context",
  chunks: "chunks of the document", unseen: "share of its chunks that stand in the context of no question",
};

function documentRow(view, row) {
  const parts = row.name.split(/(?<=\/)/).flatMap((part) => [el("wbr"), part]);
  const name = row.questions ? el("a", { href: state.link({ view: "questions", doc: row.name, sort: "", rows: "" }) }, ...parts) : el("span", {}, ...parts);
  return el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, name)), el("td", { class: "mapped" }, minimap(view, row)),
    el("td", { class: "num", text: whole(row.questions) }), el("td", { class: "num", text: share(row.sum, row.asked) }),
    el("td", { class: "num", text: row.passages ? `${whole(row.whole)} of ${whole(row.passages)}` : "–" }), el("td", { class: "num", text: whole(row.cut) }),
    el("td", { class: "num", text: whole(row.chunks) }), el("td", { class: "num", text: row.chunks ? percent(1000 * (1 - row.seen / row.chunks)) : "–" }));
}

function minimap({ data, cuts, seen }, row) {
  const tenths = (value) => Math.round(value * 10) / 10;
  const at = (position) => tenths((position / Math.max(1, row.length)) * 1000);
  const wide = (from, to, least) => Math.max(least, tenths(at(to) - at(from)));
  const [first, stop] = [cuts.first[row.doc], cuts.first[row.doc + 1]];
  const parts = [drawing("rect", { class: "lane", y: 17, width: 1000, height: 12 })];
  for (let chunk = first; chunk < stop; chunk += 1) {
    if (!seen[chunk]) continue;
    const from = chunk;
    while (chunk + 1 < stop && seen[chunk + 1]) chunk += 1;
    parts.push(drawing("rect", { class: "read", x: at(cuts.start[from]), y: 17, width: wide(cuts.start[from], cuts.end[chunk], 1), height: 12 }));
  }
  if (stop - first <= TICKS) {
    const ticks = Array.from({ length: Math.max(0, stop - first - 1) }, (_, n) => `M${at(cuts.start[first + 1 + n])} 17V29`).join("");
    parts.push(drawing("path", { class: "bounds", d: ticks || "M0 17" }));
  }
  for (const { q, start, end, there, cut } of row.gold) {
    const place = { "data-q": data.questions[q][0], x: at(start), width: wide(start, end, 3) };
    if (cut) parts.push(drawing("path", { class: "severed", d: `M${at((start + end) / 2)} 0V29` }));
    parts.push(drawing("rect", { ...place, class: there ? "gold" : "missed", y: there ? 0 : 7, height: there ? 13 : 6 },
      drawing("title", { text: data.questions[q][1] })));
  }
  const words = `${row.passages} passages, ${row.whole} whole in the context, ${row.cut} cut and missed`;
  const made = drawing("svg", { class: "map", viewBox: "0 0 1000 30", preserveAspectRatio: "none", role: "img", "aria-label": words }, ...parts);
  made.addEventListener("click", (event) => {
    if (event.target.dataset.q) state.go({ view: "case", q: event.target.dataset.q, sort: "", hit: "", rows: "" });
  });
  return made;
}
