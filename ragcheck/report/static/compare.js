// Two systems of the run: what differs and how surely, and which questions changed.
const CHANGES = {
  different: "whose recall at the working cut differs",
  lost: "answered worse than by the other system",
  gained: "answered better than by the other system",
  same: "answered alike",
};

// The system that the chosen one is held against: the one named, or the best, or the runner-up.
function against(data, now) {
  const run = data.systems[data.system(now.run)].run;
  const named = data.systems.findIndex((one) => one.run === now.vs);
  if (named >= 0) return named;
  return data.systems.findIndex((one) => one.run === (run === data.best ? data.second : data.best));
}

async function drawCompare(now) {
  const data = await core();
  const pairs = await block("pairs");
  if (current !== now) return;
  const place = byId("compare");
  if (data.systems.length < 2) {
    place.replaceChildren(el("p", { class: "empty", text: "Only one system has finished: there is nothing to hold it against." }));
    return;
  }
  const [b, a] = [data.system(now.run), against(data, now)];
  const full = { ...now, run: data.systems[b].run, vs: data.systems[a].run, sort: now.sort || "change" };
  full.only = (now.only || "").split(",").filter((name) => CHANGES[name]).join(",") || "different";
  const list = filtered(data, full);
  const rows = Number(now.rows) || ROWS;
  const command = () => `ragcheck compare ${folder()} --system ${quoted(data.systems[a].id)} --system ${quoted(data.systems[b].id)}`;
  place.replaceChildren(
    el("div", { class: "tools" },
      picker(data, "System", full.run, (run) => ({ run, vs: full.vs })), picker(data, "against", full.vs, (vs) => ({ run: full.run, vs })),
      el("button", { type: "button", class: "plain", text: "Swap", on: { click: () => state.go({ run: full.vs, vs: full.run, only: swapped(now.only), rows: "" }) } }),
      copyButton("Copy command", command)),
    differences(data, pairs, a, b),
    el("h2", { text: "Which questions changed" }),
    changes(data, full),
    totals(data, data.systems[b], list),
    changeTable(data, list.slice(0, rows), full, a, b),
    more(list.length, rows) || "",
    el("div", { class: "saves" }, ...saves(data, full, list)),
    tagTable(data, a, b) || "");
}

const swapped = (only) => ({ lost: "gained", gained: "lost" })[only] || only || "";

function differences(data, pairs, a, b) {
  const found = pairs.pairs[`${Math.min(a, b)}-${Math.max(a, b)}`];
  const [mine, other] = [data.systems[b].id, data.systems[a].id];
  const head = el("tr", {}, ...["", "difference", "reading", mine, other].map((text, at) =>
    el(at ? "th" : "td", { scope: at ? "col" : null, class: at && at !== 2 ? "num" : null, text })));
  const body = pairs.measures.map(([name, shares, means], m) => {
    let cell = ["–", "", ""];
    if (found) {
      const [delta, low, high, code] = found[m];
      const turn = a < b ? 1 : -1;
      const ends = turn > 0 ? [low, high] : [high, low];
      const text = low === null ? "" : `[${ends.map((end) => signed(turn * end, shares)).join(", ")}]`;
      cell = [delta === null ? "–" : signed(turn * delta, shares), pairs.readings[turn > 0 || code > 1 ? code : 1 - code], text];
    }
    return el("tr", {}, el("th", { scope: "row" }, el("span", { class: "n", tabindex: "0", "data-m": name, text: name })),
      el("td", { class: "num" }, el("b", { class: "strong", text: cell[0] }), " ", el("small", { class: "ci", text: cell[2] })), el("td", {}, el("span", { class: `reading-${cell[1].split(" ")[0]}`, text: cell[1] })),
      el("td", { class: "num", text: means[b] }), el("td", { class: "num", text: means[a] }));
  });
  const note = found ? "Both systems answered the same questions; the brackets hold the 95% interval of their paired difference."
    : "With so many systems only pairs with the best are tested here; the command tests this one.";
  return el("div", {}, el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Differences" }, el("table", { class: "pairs" }, el("thead", {}, head), el("tbody", {}, ...body))),
    el("p", { class: "hint", text: note }));
}

// A difference in steps of the last digit shown, with its sign.
function signed(steps, shares) {
  const size = shares ? (Math.abs(steps) / 1000).toFixed(3) : (Math.abs(steps) / 10).toLocaleString("en-US", { minimumFractionDigits: 1 });
  return `${steps > 0 ? "+" : steps < 0 ? "−" : ""}${size}`;
}

function changes(data, full) {
  const checks = tests(data, full);
  const every = filtered(data, { ...full, only: "" });
  return el("div", { class: "filters" }, el("div", { class: "facets", role: "group", "aria-label": "Change" },
    ...Object.entries(CHANGES).map(([name, doc]) => el("button", {
      type: "button", class: "facet", "aria-pressed": String(full.only === name), title: doc,
      on: { click: () => state.go({ run: full.run, vs: full.vs, only: name === "different" ? "" : name, rows: "" }) },
    }, el("span", { text: name === "different" ? "only different" : name }), el("b", { text: whole(every.filter(checks[name]).length) })))));
}

function changeTable(data, list, full, a, b) {
  const [before, after] = [data.systems[a], data.systems[b]];
  const named = (word, one, short) => [`${word} `, el("span", { class: "long", text: one.id }), el("span", { class: "short", text: short })];
  const titles = [["change"], ["question"], named("recall", after, "here"), named("recall", before, "there"), ["rank here"], ["rank there"]];
  const head = el("tr", {}, ...titles.map((parts, at) => el("th", { scope: "col", class: at > 1 ? "num" : null }, ...parts)));
  const body = el("tbody");
  for (const q of list) {
    const change = after.recall[q] - before.recall[q];
    const name = change < 0 ? "lost" : change > 0 ? "gained" : "same";
    const [id, text] = data.questions[q];
    body.append(el("tr", {}, el("td", {}, mark(name)),
      el("td", { class: "wide" }, el("a", { dir: "auto", text, href: state.link({ view: "case", q: id, run: after.run, vs: before.run, only: full.only, sort: full.sort, hit: "", rows: "" }) }),
        el("p", { class: "under" }, el("bdi", { text: id }))),
      ...[after, before].map((one) => el("td", { class: "num", text: percent(one.recall[q]) })),
      ...[after, before].map((one) => el("td", { class: "num", text: one.first[q] || "–" }))));
  }
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Questions" }, el("table", { class: "questions changes" }, el("thead", {}, head), body));
}

function tagTable(data, a, b) {
  const groups = new Map();
  data.questions.forEach((row, q) => { for (const tag of row[2]) groups.set(tag, [...(groups.get(tag) || []), q]); });
  if (!groups.size) return null;
  const [before, after] = [data.systems[a], data.systems[b]];
  const rows = [...groups].sort((x, y) => y[1].length - x[1].length || compare(x[0], y[0])).slice(0, 40).map(([tag, all]) => {
    const list = all.filter((q) => before.recall[q] >= 0);
    const sum = (one) => list.reduce((total, q) => total + one.recall[q], 0);
    const count = (test) => list.filter((q) => test(after.recall[q] - before.recall[q])).length;
    const steps = list.length ? Math.round((sum(after) - sum(before)) / list.length) : 0;
    return el("tr", {}, el("th", { scope: "row" }, el("a", { href: state.link({ tag, only: "", rows: "" }), dir: "auto", text: tag })),
      el("td", { class: "num", text: whole(list.length) }), el("td", { class: "num", text: share(sum(after), list.length) }),
      el("td", { class: "num", text: share(sum(before), list.length) }), el("td", { class: "num", text: list.length ? signed(steps, 1) : "–" }),
      el("td", { class: "num", text: whole(count((d) => d < 0)) }), el("td", { class: "num", text: whole(count((d) => d > 0)) }));
  });
  const titles = ["tag", "questions", after.id, before.id, "difference", "lost", "gained"];
  return el("section", { class: "strip tagged", "aria-label": "By tag" }, el("h2", { text: `By tag: ${data.measures.recall}` }),
    el("p", { class: "hint", text: "Means without a test: few questions carry one tag, and many tags make chance differences." }),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "By tag" }, el("table", {}, el("thead", {}, el("tr", {}, ...titles.map((text, at) => el("th", { scope: "col", class: at ? "num" : null, text })))),
      el("tbody", {}, ...rows))));
}
