// The list of questions of one system: facets, search, totals of what is filtered.
const ROWS = 100;
const COLUMNS = [
  ["worst", "outcome", null],
  ["question", "question", null],
  ["first", "rank", "rank at which the first of its passages is whole; – means not within the depth kept"],
  ["coverage", "text found", "coverage"],
  ["pollution", "pollution", "pollution"],
];

// What a system can be held against: another one of the run, of another run, or the gate's baseline.
const sideOf = (data, run) => [...data.systems, ...data.others].find((one) => one.run === run);
const sideName = (side) => (side.of ? `${side.id} (${side.of})` : side.id);
// How recall differs; NaN where only one of both has a value.
const changeOf = (one, other, q) => ((one.recall[q] < 0) === (other.recall[q] < 0) ? one.recall[q] - other.recall[q] : NaN);

// `only=lost` alone is meant against the gate's baseline, else the same system of the other run.
function settled(data, now) {
  if (now.vs || !(now.only || "").split(",").some((name) => CHANGES[name])) return now;
  const run = now.run || (data.gate && data.gate.run) || data.best;
  return { ...now, run, vs: data.gate && data.gate.run === run ? "base" : versus(data, { ...now, run })?.run };
}

function tests(data, now) {
  const one = data.systems[data.system(now.run)];
  const other = sideOf(data, now.vs);
  const found = { __proto__: null };
  if (other) {
    const change = (q) => changeOf(one, other, q);
    Object.assign(found, { lost: (q) => change(q) < 0, gained: (q) => change(q) > 0, different: (q) => change(q) < 0 || change(q) > 0, same: (q) => change(q) === 0 });
  }
  data.outcomes.forEach(([name], code) => { found[name] = (q) => one.outcome[q] === code; });
  found.cut = (q) => one.cut[q] === 1;
  found.polluted = (q) => one.polluted[q] === 1;
  if (one.why) data.causes.forEach(([name], at) => { found[name] = (q) => ((one.why[q] >> at) & 1) === 1; });
  found["must-pass"] = (q) => data.questions[q][3] === 1;
  return found;
}

// Positions of the questions that pass the filters of a state, in its order.
const filtered = (data, now) => arranged(data, data.systems[data.system(now.run)], sideOf(data, now.vs), passing(data, now), now.sort || "worst");

function passing(data, now) {
  const checks = tests(data, now);
  const only = (now.only || "").split(",").filter((name) => checks[name]);
  const words = (now.find || "").toLowerCase().split(/\s+/).filter(Boolean);
  const out = [];
  for (let q = 0; q < data.questions.length; q += 1) {
    if (only.every((name) => checks[name](q)) &&
        (!now.doc || (data.questions[q][4].length && data.documents[data.questions[q][4][0][0][0]][0] === now.doc)) &&
        (!now.tag || data.questions[q][2].includes(now.tag)) &&
        words.every((word) => data.lower[q].includes(word))) out.push(q);
  }
  return out;
}

function arranged(data, one, other, list, sort) {
  const down = sort.startsWith("-");
  const key = sort.replace(/^-/, "");
  const must = (q) => 1 - data.questions[q][3];
  const worst = (a, b) => one.outcome[a] - one.outcome[b] || must(a) - must(b) ||
    one.cut[b] - one.cut[a] || one.coverage[a] - one.coverage[b] || a - b;
  const columns = {
    __proto__: null,
    question: (q) => data.lower[q],
    change: other && ((q) => { const change = changeOf(one, other, q); return Number.isNaN(change) ? null : change; }),
    first: (q) => one.first[q] || null,
    coverage: (q) => (one.coverage[q] < 0 ? null : one.coverage[q]),
    pollution: (q) => (one.pollution[q] < 0 ? null : one.pollution[q]),
  };
  if (!columns[key]) return list.sort((a, b) => (down ? worst(b, a) : worst(a, b)));
  return list.sort((a, b) => compare(columns[key](a), columns[key](b), down) || a - b);
}

async function drawQuestions(asked) {
  const data = await core();
  if (current !== asked) return;
  const now = settled(data, asked);
  const one = data.systems[data.system(now.run)];
  const list = filtered(data, now);
  const rows = Math.max(ROWS, Number(now.rows) || 0);
  const search = el("input", {
    type: "search", value: now.find || "", placeholder: "Search questions", "aria-label": "Search questions",
    on: { input: () => state.replace({ find: search.value, rows: "" }) },
  });
  byId("questions").replaceChildren(
    el("div", { class: "tools" }, systemPicker(data, one.run), search),
    facets(data, now),
    totals(data, one, list),
    table(data, one, list.slice(0, rows), now),
    more(list.length, rows) || "",
    el("div", { class: "saves" }, ...saves(data, now, list)),
  );
}

function facets(data, now) {
  const checks = tests(data, now);
  const chosen = (now.only || "").split(",").filter(Boolean);
  const apart = [data.outcomes, data.causes].map((pairs) => pairs.map(([name]) => name));
  const open = new Map();
  const left = (only) => {
    if (!open.has(only)) open.set(only, passing(data, { ...now, only }));
    return open.get(only);
  };
  const button = (name, doc, hide) => {
    const others = chosen.filter((other) => other !== name && !apart.some((names) => names.includes(name) && names.includes(other)));
    const count = left(others.join(",")).filter(checks[name]).length;
    const on = chosen.includes(name);
    if (hide && !count && !on) return null;
    return el("button", {
      type: "button", class: "facet", "aria-pressed": String(on), title: doc, disabled: !count && !on,
      on: { click: () => state.go({ only: (on ? others : [...others, name]).join(","), rows: "" }) },
    }, el("span", { text: causeName(name) }), el("b", { text: whole(count) }));
  };
  const group = (name, pairs, hide) => el("div", { class: "facets", role: "group", "aria-label": name }, el("span", { class: "group", text: name }),
    ...pairs.map(([facet, doc]) => button(facet, doc, hide)).filter(Boolean));
  return el("div", { class: "filters" }, group("Outcome", data.outcomes), group("Problem", data.flags),
    checks[data.causes[0][0]] ? group("Why missed", data.causes, true) : null,
    checks.lost ? group("Change", Object.entries(CHANGES)) : null, tags(data, now), ...held(data, now));
}

// What else narrows the list, each to be taken away.
function held(data, now) {
  const other = sideOf(data, now.vs);
  const given = [["doc", now.doc && `in ${now.doc}`], ["vs", other && `against ${sideName(other)}`]].filter(([, text]) => text);
  return given.map(([key, text]) => el("button", { type: "button", class: "facet", "aria-label": `${text}: take away`,
    on: { click: () => state.go({ [key]: "", rows: "", only: key === "vs" ? "" : now.only }) } }, el("bdi", { text }), el("b", { text: "×" })));
}

function tags(data, now) {
  const all = [...new Set(data.questions.flatMap((row) => row[2]))].sort();
  if (!all.length) return null;
  const select = el("select", { "aria-label": "Tag", on: { change: () => state.go({ tag: select.value, rows: "" }) } },
    el("option", { value: "", text: "all tags" }));
  const open = passing(data, { ...now, tag: "" });
  for (const tag of all) {
    const count = open.filter((q) => data.questions[q][2].includes(tag)).length;
    select.append(el("option", { value: tag, text: `${tag} (${whole(count)})`, selected: tag === now.tag }));
  }
  return el("label", { class: "picker" }, el("span", { text: "Tag" }), select);
}

function totals(data, one, list) {
  const sum = (name) => {
    const values = list.map((q) => one[name][q]).filter((value) => value >= 0);
    return [values.reduce((a, b) => a + b, 0), values.length];
  };
  const line = el("p", { class: "totals", role: "status" },
    el("b", { text: whole(list.length) }), ` of ${whole(data.questions.length)} questions`);
  for (const name of ["recall", "pollution"]) {
    const mean = list.length === data.questions.length ? one.means[name] : share(...sum(name));
    if (data.measures[name]) line.append(" · ", el("span", { class: "n", "data-m": data.measures[name], text: `${data.measures[name]} ${mean}` }));
  }
  return line;
}

function table(data, one, list, now) {
  const head = el("tr");
  for (const [key, title, doc] of COLUMNS) {
    const up = (now.sort || "worst") === key;
    const down = now.sort === `-${key}`;
    head.append(el("th", { scope: "col", class: ["first", "coverage", "pollution"].includes(key) ? "num" : null,
      "aria-sort": up ? "ascending" : down ? "descending" : null },
    el("button", { type: "button", class: "term", text: title, "data-m": data.measures[doc] || null,
      title: data.measures[doc] ? null : doc,
      on: { click: () => state.go({ sort: up ? `-${key}` : key }) } })));
  }
  const body = el("tbody");
  for (const q of list) body.append(row(data, one, q));
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Questions" }, el("table", { class: "questions" }, el("thead", {}, head), body));
}

function row(data, one, q) {
  const [id, text, labels, must] = data.questions[q];
  const outcome = data.outcomes[one.outcome[q]][0];
  const about = el("p", { class: "under" }, el("bdi", { text: id }));
  if (must) about.append(" · must pass");
  for (const label of labels) about.append(" · ", el("bdi", { text: label }));
  const why = one.why ? causesOf(data, one.why[q]) : [];
  if (why.length) about.append(" · ", el("span", { class: "because", text: why.map(([, words]) => words).join("; ") }));
  return el("tr", {},
    el("td", {}, mark(outcome), one.cut[q] ? mark("cut", "✂ cut") : null),
    el("td", { class: "wide" }, el("a", { href: state.link({ view: "case", q: id, run: one.run, hit: "" }), dir: "auto", text }), about),
    el("td", { class: "num", text: one.first[q] || "–" }),
    el("td", { class: "num", text: percent(one.coverage[q]) }),
    el("td", { class: "num", text: percent(one.pollution[q]) }));
}

function more(count, rows, step = ROWS) {
  if (count <= rows) return count ? null : el("p", { class: "empty" }, "No question passes these filters. ",
    el("a", { href: state.link({ only: "", tag: "", doc: "", find: "" }), text: "Take them all away" }));
  return el("button", { type: "button", class: "plain", text: `Show ${Math.min(step, count - rows)} more of ${whole(count - rows)}`,
    on: { click: () => state.replace({ rows: rows + step }) } });
}
