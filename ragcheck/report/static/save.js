// Files made in the page: tables as CSV, the filtered cases as labels, and commands to copy.
// A text that a spreadsheet would take for a formula begins with an apostrophe; a number stays one.
const inert = (value) => (/^[=+@\t\r-]/.test(value) && !Number.isFinite(Number(value)) ? `'${value}` : String(value));
const csvCell = (value) => (/[",\n\r]/.test(value) ? `"${inert(value).replaceAll('"', '""')}"` : inert(value));
const csv = (rows) => rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";

function save(name, text, kind) {
  const address = URL.createObjectURL(new Blob([text], { type: `${kind};charset=utf-8` }));
  const link = el("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function saveButton(text, name, make, kind = "text/csv") {
  return el("button", { type: "button", class: "plain save", text, on: { click: async () => save(name, await make(), kind) } });
}

function copyButton(text, make) {
  const button = el("button", { type: "button", class: "plain", text, on: { click: () => copy(make(), button) } });
  return button;
}

// The run folder as its page was opened, for commands; nothing of it is stored in the page.
function folder(step = "") {
  const path = decodeURIComponent(new URL(`.${step}`, location.href).pathname).replace(/\/$/, "").replace(/^\/([A-Za-z]:)/, "$1");
  return quoted(path || ".");
}
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

// A table that is in the page, as people see it but with unrounded numbers where it has them.
function tableRows(table) {
  return [...table.rows].map((row) => [...row.cells].map((cell) => {
    if (cell.dataset.v) return cell.dataset.v;
    const copied = cell.cloneNode(true);
    for (const part of copied.querySelectorAll("svg, input")) part.remove();
    return copied.textContent.replace(/\s+/g, " ").trim();
  }));
}

for (const table of document.querySelectorAll(".scroll > table:not(.leaders)")) {
  const name = table.className.split(" ")[0] || table.closest("figure").querySelector("h2").textContent.toLowerCase().replace(/[^a-z]+/g, "-");
  table.parentElement.after(el("div", { class: "saves" }, saveButton("Download CSV", `${name}.csv`, () => csv(tableRows(table)))));
}

const THOUSANDTHS = (value) => (value < 0 ? "" : value / 1000);

// The list of questions as a table, and as a label file that a sweep reads.
function saves(data, now, list) {
  const one = data.systems[data.system(now.run)];
  const head = ["question_id", "question", "tags", "system", "outcome", "first_rank", data.measures.recall, data.measures.coverage, data.measures.pollution, "cut"];
  return [
    saveButton("Download CSV", "questions.csv", () => csv([head, ...list.map((q) => {
      const [id, text, tags] = data.questions[q];
      return [id, text, tags.join(" "), one.id, data.outcomes[one.outcome[q]][0], one.first[q] || "", THOUSANDTHS(one.recall[q]), THOUSANDTHS(one.coverage[q]), THOUSANDTHS(one.pollution[q]), one.cut[q]];
    })])),
    saveButton(`Export ${whole(list.length)} ${list.length === 1 ? "case" : "cases"} as labels`, "cases.jsonl", () => labelsOf(data, one, list), "application/jsonl"),
  ];
}

async function labelsOf(data, one, list) {
  const all = await texts(data, data.documents.map((_, doc) => doc));
  const points = all.map(codePoints);
  const place = ([doc, start, end]) => {
    const found = { doc: data.documents[doc][0], start: points[doc](start), end: points[doc](end) };
    return all[doc] ? { ...found, text: all[doc].slice(start, end) } : found;
  };
  return list.map((q) => {
    const [id, question, tags, must, items] = data.questions[q];
    const passages = items.map((places) => {
      const members = places.filter((one) => !one[3]).map(place);
      return members.length > 1 ? { any_of: members } : members[0];
    });
    const row = { id, question, passages, ...(items.length ? {} : { unanswerable: true }), ...(tags.length ? { tags } : {}), ...(must ? { must_pass: true } : {}) };
    return JSON.stringify({ ...row, ragcheck: { system: one.id, outcome: data.outcomes[one.outcome[q]][0] } }) + "\n";
  }).join("");
}

// UTF-16 offsets as code points: less one for every pair before them.
function codePoints(text) {
  const pairs = [...text.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)].map((found) => found.index + 1);
  return (offset) => offset - lowerBound(pairs, 0, pairs.length, offset);
}
