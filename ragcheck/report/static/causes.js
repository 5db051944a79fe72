// Why one system missed what it missed: its causes, what was tried, and what to try next.
async function drawCauses(now) {
  const [data, { whys }] = [await core(), await block("causes")];
  if (current !== now || !whys.length) return;
  const run = data.systems[data.system(now.run)].run;
  for (const row of document.querySelectorAll(".causes tbody tr")) {
    if (row.dataset.run === run) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  }
  const why = whys.find((one) => one.run === run);
  byId("causes").replaceChildren(
    el("div", { class: "tools under-bars" }, el("h2", { text: "One system" }), systemPicker(data, run)),
    ...(why ? whyParts(why) : [el("p", { class: "empty", text: "Nobody asked why this system missed anything: the same sweep again tells." })]));
}

function whyParts(why) {
  if (!why.misses) return [el("p", { class: "empty", text: "It missed no passage." })];
  const questions = (only, text) => el("a", { href: state.link({ view: "questions", run: why.run, only, sort: "", rows: "" }), text });
  const gain = (row) => [el("td", { class: "num" }, row.most, " ", el("small", { class: "ci", text: row.interval })), el("td", { class: "num", text: row.expected })];
  const causes = why.causes.map((row) => el("tr", {}, el("th", { scope: "row" }, el("span", { class: `key c-${row.key}` }), questions(row.key, row.words), " ", causeTag(row.key)),
    el("td", { class: "num", text: whole(row.n) }), el("td", { class: "num", text: row.share }), ...gain(row)));
  const fixes = why.fixes.map((row) => el("tr", {}, el("th", { scope: "row" }, el("span", { class: "n", tabindex: "0", "data-m": `fix:${row.key}`, text: row.words })),
    el("td", { class: "num", text: row.recovered }), el("td", { class: "num", text: row.chance }),
    el("td", { class: "num", text: row.beyond }, row.reading ? el("small", { class: row.reading.startsWith("not") ? "ci" : "ci good", text: row.reading }) : null), ...gain(row)));
  const most = ["recall, at most", "Recall at the working cut that finding all of these would add: an upper bound, with its 95% interval. A change that recovers a passage alone may lose others."];
  const hoped = ["expected", "How much of it a real change is expected to add, by the rank that the intervention reached: measured on re-runs."];
  return [
    el("div", { class: "why-columns" },
      el("div", {}, el("h3", { text: "What to try next" }), ...(why.next.length ? why.next.map(nextCard) : [el("p", { class: "hint", text: "Nothing that was tried recovers more than chance does." })])),
      el("div", {}, el("h3", { text: `Why ${whole(why.misses)} ${why.misses === 1 ? "passage was" : "passages were"} missed` }),
        whyTable("Causes", [["cause", "the first change that recovers a passage names its cause"], ["passages", ""], ["share", "of all missed passages"], most, hoped], causes))),
    el("h3", { text: "What was tried on every missed passage" }),
    whyTable("What was tried", [["change", ""], ["recovers", "missed passages that it brings into the context, of those it was tried on"],
      ["random windows", "the same change with random windows of the same documents: how often chance recovers a passage"],
      ["beyond chance", "share recovered beyond what random windows recover, with its 95% interval"], most, hoped], fixes),
    ...why.unknown.map(([cause, reason]) => el("p", { class: "hint", text: `Not known for this system: ${cause}: ${reason}.` })),
    el("p", { class: "hint cost", text: why.cost })];
}

function whyTable(label, titles, rows) {
  const head = el("tr", {}, ...titles.map(([text, title], at) => el("th", { scope: "col", class: at ? "num" : null, title: title || null, text })));
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, el("table", { class: "why" }, el("thead", {}, head), el("tbody", {}, ...rows)));
}

// A change to try; its command is that of the folder with the configuration.
function nextCard(one) {
  return el("article", { class: "next" }, el("h4", { text: one.title }), el("p", { text: one.reason }), el("p", { class: "remark", text: one.promise }),
    one.command ? el("div", { class: "command" }, el("pre", { class: "config", tabindex: "0", "aria-label": "Command" }, ...one.command.split(/ (?=-)/).flatMap((part) => [el("span", { class: "flag", text: part }), " "])), copyButton("Copy command", () => one.command)) : null,
    one.details.length ? el("details", {}, el("summary", { text: `${whole(one.details.length)} to go through` }), ...one.details.map((text) => el("p", { class: "remark", dir: "auto", text }))) : null);
}

// Causes by their bits, in the order of the test.
const causesOf = (data, bits) => data.causes.filter((_, at) => (bits >> at) & 1);
const causeName = (key) => key.replaceAll("_", " ");
const causeTag = (key) => el("span", { class: "tag n", tabindex: "0", "data-m": `cause:${key}`, text: causeName(key) });

// Why a passage of a case was missed, and how far each change brought it.
function whyLines(view, item) {
  const { data, found, one } = view;
  const { why } = item;
  if (!why) return item.coverage < 1000 && !found.miss ? [el("p", { class: "hint", text: "Why is not known: this system was not diagnosed." })] : [];
  const [key, words] = data.causes[why.cause];
  const lines = [el("p", { class: "because" }, "Why: ", el("b", { text: words }), " ", causeTag(key))];
  const notes = [];
  if (key === "truncation") notes.push(`The embedder reads ${100 - why.unseen}% of it.`);
  if (key === "outranked" && why.price) notes.push(`Complete at rank ${about(why.rank)}, for ${about(why.price)} tokens of context.`);
  if (why.suspect) notes.push("Look at the label: this passage is less like the question than most of its document.");
  if (notes.length) lines.push(el("p", { class: "hint", text: notes.join(" ") }));
  const tried = [["now", "as it is", item.rank || why.deeper, false]];
  data.fixes.forEach(([fix, meaning], at) => {
    const recovers = ((why.fixes >> at) & 1) === 1;
    const rank = why[fix] || 0;
    const name = fix === "other_retriever" && why.other ? `${data.systems[why.other - 1].id} on the same chunks` : meaning;
    if (fix !== "deeper" && (rank || recovers)) tried.push([fix, name, rank, recovers]);
  });
  lines.push(el("details", { class: "tried", open: true }, el("summary", { text: `What brings it back: ${tried.filter((row) => row[3]).length || "nothing that was tried"}` }),
    el("table", {}, el("tbody", {}, ...tried.map(([fix, name, rank, recovers]) => el("tr", { class: recovers ? "recovers" : null },
      el("th", { scope: "row" }, fix === "now" ? name : el("span", { class: "n", tabindex: "0", "data-m": `fix:${fix}`, text: name })),
      el("td", { class: "num", text: rank ? `rank ${about(rank)}` : fix === "now" ? `beyond the depth searched` : "–" }),
      el("td", {}, recovers ? el("b", { class: "good" }, "✓ ", el("span", { class: "long", text: "recovers it" })) : null)))))));
  return lines;
}

// Beyond 50 a rank is kept to two figures.
const about = (value) => (value > 50 ? `about ${whole(value)}` : whole(value));
