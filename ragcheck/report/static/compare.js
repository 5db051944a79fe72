// Two systems, of one run or of two: what differs and how surely, and which questions changed.
const CHANGES = {
  different: "whose recall at the working cut differs",
  lost: "answered worse than by the other system",
  gained: "answered better than by the other system",
  same: "answered alike",
};

// What the chosen system is held against: the one named, or the same of the other run, or the best,
// or the runner-up.
function versus(data, now) {
  const one = data.systems[data.system(now.run)];
  const named = sideOf(data, now.vs);
  if (named && named !== one) return named;
  const same = data.others.find((other) => other.run !== "base" && other.id === one.id);
  return same || data.systems.find((other) => other.run === (one.run === data.best ? data.second : data.best));
}

async function drawCompare(now) {
  const data = await core();
  const pairs = await block("pairs");
  if (current !== now) return;
  const place = byId("compare");
  const after = data.systems[data.system(now.run)];
  const before = versus(data, now);
  if (!before) {
    place.replaceChildren(el("p", { class: "empty", text: "Only one system has finished: there is nothing to hold it against." }));
    return;
  }
  const full = { ...now, run: after.run, vs: before.run, sort: now.sort || "change" };
  full.only = (now.only || "").split(",").filter((name) => CHANGES[name]).join(",") || "different";
  const list = filtered(data, full);
  const rows = Number(now.rows) || ROWS;
  const swap = before.of ? null : el("button", { type: "button", class: "plain", text: "Swap", on: { click: () => state.go({ run: full.vs, vs: full.run, only: swapped(now.only), rows: "" }) } });
  const command = commandOf(data, before, after);
  place.replaceChildren(
    el("div", { class: "tools" },
      picker(data, "System", full.run, (run) => ({ run, vs: before.of && before.id === after.id ? "" : full.vs })),
      picker(data, "against", full.vs, (vs) => ({ run: full.run, vs }), data.others),
      swap || "", command ? copyButton("Copy command", () => command) : ""),
    ...(before.of && data.other && before.run !== "base" ? [el("p", { class: "hint", text: `${data.other.name}: ${data.other.words.join("; ")}.` })] : []),
    differences(data, pairs, before, after),
    el("h2", { text: "Which questions changed" }),
    changes(data, full),
    totals(data, after, list),
    changeTable(data, list.slice(0, rows), full, before, after),
    more(list.length, rows) || "",
    el("div", { class: "saves" }, ...saves(data, full, list)),
    tagTable(data, before, after) || "");
}

const swapped = (only) => ({ lost: "gained", gained: "lost" })[only] || only || "";

// The command that says the same in a terminal; another run's folder is known only beside this one.
function commandOf(data, before, after) {
  const systems = `--system ${quoted(before.id)} --system ${quoted(after.id)}`;
  if (!before.of) return `ragcheck compare ${folder()} ${systems}`;
  if (before.run === "base" || !data.other.beside) return "";
  return `ragcheck compare ${folder(`/../${data.other.name}`)} ${folder()} ${systems}`;
}

// The tested differences of two systems, second minus first: [difference, low, high, reading, means].
function tested(data, pairs, before, after) {
  const [a, b] = [data.systems.indexOf(before), data.systems.indexOf(after)];
  if (before.of) {
    const x = data.others.filter((one) => one.of === before.of).indexOf(before);
    return before.run === "base" ? null : pairs.pairs[`x${x}-${b}`];
  }
  const found = pairs.pairs[`${Math.min(a, b)}-${Math.max(a, b)}`];
  const minus = (value) => (value === null ? null : -value);
  return found && found.map(([delta, low, high, code], m) => [
    ...(a < b ? [delta, low, high, code] : [minus(delta), minus(high), minus(low), code > 1 ? code : 1 - code]), pairs.measures[m][2][a], pairs.measures[m][2][b]]);
}

function differences(data, pairs, before, after) {
  const found = tested(data, pairs, before, after);
  const head = el("tr", {}, ...["", "difference", "reading", sideName(after), sideName(before)].map((text, at) =>
    el(at ? "th" : "td", { scope: at ? "col" : null, class: at && at !== 2 ? "num" : null, text })));
  const means = ([, , all], side) => all[data.systems.indexOf(side)] ?? "–";
  const body = pairs.measures.map((measure, m) => {
    const [name, shares] = measure;
    const [delta, low, high, code, was, is] = found && found[m] ? found[m] : [null, null, null, null, means(measure, before), means(measure, after)];
    const reading = code === null ? "" : pairs.readings[code];
    const ends = low === null ? "" : `[${signed(low, shares)}, ${signed(high, shares)}]`;
    return el("tr", {}, el("th", { scope: "row" }, el("span", { class: "n", tabindex: "0", "data-m": name, text: name })),
      el("td", { class: "num" }, el("b", { class: "strong", text: delta === null ? "–" : signed(delta, shares) }), " ", el("small", { class: "ci", text: ends })),
      el("td", {}, el("span", { class: `reading-${reading.split(" ")[0]}`, text: reading })),
      el("td", { class: "num", text: is }), el("td", { class: "num", text: was }));
  });
  const note = found ? "Both systems answered the same questions; the brackets hold the 95% interval of their paired difference."
    : before.run === "base" ? "Against the committed baseline; the table of the gate, on Verdict, says how sure the difference is."
      : "With so many systems only some pairs are tested here; the command tests this one.";
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
  const every = passing(data, { ...full, only: "" });
  return el("div", { class: "filters" }, el("div", { class: "facets", role: "group", "aria-label": "Change" },
    ...Object.entries(CHANGES).map(([name, doc]) => el("button", {
      type: "button", class: "facet", "aria-pressed": String(full.only === name), title: doc,
      on: { click: () => state.go({ run: full.run, vs: full.vs, only: name === "different" ? "" : name, rows: "" }) },
    }, el("span", { text: name === "different" ? "only different" : name }), el("b", { text: whole(every.filter(checks[name]).length) })))));
}

function changeTable(data, list, full, before, after) {
  const named = (word, one, short) => [`${word} `, el("span", { class: "long", text: sideName(one) }), el("span", { class: "short", text: short })];
  const titles = [["change"], ["question"], named("recall", after, "here"), named("recall", before, "there"), ["rank here"], ["rank there"]];
  const head = el("tr", {}, ...titles.map((parts, at) => el("th", { scope: "col", class: at > 1 ? "num" : null }, ...parts)));
  const body = el("tbody");
  for (const q of list) {
    const change = changeOf(after, before, q);
    const name = change < 0 ? "lost" : change > 0 ? "gained" : change === 0 ? "same" : "apart";
    const [id, text] = data.questions[q];
    body.append(el("tr", {}, el("td", {}, mark(name)),
      el("td", { class: "wide" }, el("a", { dir: "auto", text, href: state.link({ view: "case", q: id, run: after.run, vs: before.run, only: full.only, sort: full.sort, hit: "", rows: "" }) }),
        el("p", { class: "under" }, el("bdi", { text: id }))),
      ...[after, before].map((one) => el("td", { class: "num", text: percent(one.recall[q]) })),
      ...[after, before].map((one) => el("td", { class: "num", text: one.first[q] || "–" }))));
  }
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Questions" }, el("table", { class: "questions changes" }, el("thead", {}, head), body));
}

function tagTable(data, before, after) {
  const groups = new Map();
  data.questions.forEach((row, q) => { for (const tag of row[2]) groups.set(tag, [...(groups.get(tag) || []), q]); });
  if (!groups.size) return null;
  const rows = [...groups].sort((x, y) => y[1].length - x[1].length || compare(x[0], y[0])).slice(0, 40).map(([tag, all]) => {
    const list = all.filter((q) => before.recall[q] >= 0 && after.recall[q] >= 0);
    const sum = (one) => list.reduce((total, q) => total + one.recall[q], 0);
    const count = (test) => list.filter((q) => test(after.recall[q] - before.recall[q])).length;
    const steps = list.length ? Math.round((sum(after) - sum(before)) / list.length) : 0;
    return el("tr", {}, el("th", { scope: "row" }, el("a", { href: state.link({ tag, only: "", rows: "" }), dir: "auto", text: tag })),
      el("td", { class: "num", text: whole(list.length) }), el("td", { class: "num", text: share(sum(after), list.length) }),
      el("td", { class: "num", text: share(sum(before), list.length) }), el("td", { class: "num", text: list.length ? signed(steps, 1) : "–" }),
      el("td", { class: "num", text: whole(count((d) => d < 0)) }), el("td", { class: "num", text: whole(count((d) => d > 0)) }));
  });
  const titles = ["tag", "questions", sideName(after), sideName(before), "difference", "lost", "gained"];
  return el("section", { class: "strip tagged", "aria-label": "By tag" }, el("h2", { text: `By tag: ${data.measures.recall}` }),
    el("p", { class: "hint", text: "Means without a test: few questions carry one tag, and many tags make chance differences." }),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "By tag" }, el("table", {}, el("thead", {}, el("tr", {}, ...titles.map((text, at) => el("th", { scope: "col", class: at ? "num" : null, text })))),
      el("tbody", {}, ...rows))));
}
