// Sorting of the Systems table: the rows are in the page, only their order changes.
const systemsTable = byId("systems");
const systemsOrder = systemsTable ? [...systemsTable.tBodies[0].rows] : [];
const nameOf = (row) => row.querySelector("a").textContent;
for (const row of systemsOrder) row.dataset.v.split("|").forEach((value, at) => { row.cells[at + 1].dataset.v = value; });

function drawSystems(now) {
  if (!systemsTable) return;
  drawBroken(now);
  drawTicks(now);
  drawPrices(now);
  const key = (now.sort || "").replace(/^-/, "");
  const down = (now.sort || "").startsWith("-");
  const heads = [...systemsTable.tHead.rows[0].cells];
  const column = heads.findIndex((head) => head.firstElementChild.dataset.sort === key);
  heads.forEach((head, at) => {
    if (at === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
  const value = (row) => {
    const cell = row.cells[column];
    if (column === 0) return nameOf(row);
    return cell.dataset.v === "" ? null : Number(cell.dataset.v);
  };
  const rows = [...systemsOrder];
  if (column >= 0) rows.sort((a, b) => compare(value(a), value(b), down));
  systemsTable.tBodies[0].append(...rows);
}

// Absent values stand last in either direction.
function compare(a, b, down) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = a < b ? -1 : a > b ? 1 : 0;
  return down ? -order : order;
}

if (systemsTable) {
  systemsTable.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (!button) return;
    const key = button.dataset.sort;
    const best = button.dataset.better === "higher" ? `-${key}` : key;
    const other = best.startsWith("-") ? key : `-${key}`;
    state.go({ sort: state.read().sort === best ? other : best });
  });
}

// Two ticked systems are compared.
const ticks = systemsOrder.map((row) => {
  const tick = el("input", { type: "checkbox", class: "tick", "aria-label": `Compare ${nameOf(row)}`, value: row.dataset.run,
    on: { change: () => state.replace({ tick: ticks.filter((one) => one.checked).slice(-2).map((one) => one.value).join(",") }) } });
  row.cells[0].prepend(tick);
  return tick;
});
const compareTicked = el("a", { class: "plain compare-ticked", hidden: true });
if (systemsTable) systemsTable.parentElement.before(compareTicked);

function drawTicks(now) {
  const chosen = (now.tick || "").split(",").filter((run) => ticks.some((tick) => tick.value === run));
  for (const tick of ticks) {
    tick.checked = chosen.includes(tick.value);
    tick.disabled = chosen.length === 2 && !tick.checked;
  }
  compareTicked.hidden = chosen.length < 2;
  const names = chosen.map((run) => systemsOrder.find((row) => row.dataset.run === run)).map(nameOf);
  compareTicked.textContent = `Compare ${names.join(" with ")}`;
  compareTicked.href = `#view=compare&run=${chosen[0]}&vs=${chosen[1]}`;
}

// What the contexts of 1,000 questions cost at a price that the reader gives.
const priced = systemsTable ? [...systemsTable.tHead.rows[0].cells].findIndex((head) => head.firstElementChild.dataset.sort === "context") : -1;
const price = el("input", { class: "price", type: "number", min: "0", step: "any", inputmode: "decimal", on: { input: () => state.replace({ price: price.value }) } });
if (priced >= 0) {
  systemsTable.parentElement.before(el("div", { class: "tools" }, el("label", { class: "picker" }, el("span", { text: "Price of a million tokens" }), price),
    el("span", { class: "hint", text: "shows what the contexts of 1,000 questions cost" })));
}

function drawPrices(now) {
  const each = Number(now.price);
  if (document.activeElement !== price) price.value = each > 0 ? now.price : "";
  for (const row of priced < 0 ? [] : systemsOrder) {
    const cell = row.cells[priced];
    cell.querySelector("small")?.remove();
    if (each > 0 && cell.dataset.v) cell.append(el("small", { text: `= ${((Number(cell.dataset.v) * each) / 1000).toLocaleString("en-US", { maximumSignificantDigits: 3 })}` }));
  }
}

// Where a chunking breaks the structure of documents: a number of the table opens its examples.
const broken = document.querySelector(".breaks");
const kindAt = (column) => broken.tHead.rows[0].cells[column].querySelector("[data-m]").dataset.m;

async function drawBroken(now) {
  if (!broken) return;
  const [data, { chunkings: found }] = [await core(), await block("breaks")];
  const chunking = (id) => data.systems.find((one) => one.id.startsWith(`${id}/`))?.chunks;
  for (const row of broken.tBodies[0].rows) {
    const name = row.cells[0].textContent;
    [...row.cells].slice(1).forEach((cell, at) => {
      if (cell.querySelector("a") || !found[chunking(name)]?.[kindAt(at + 1)]) return;
      cell.firstChild.replaceWith(el("a", { href: `#view=systems&cut=${encodeURIComponent(`${name}:${kindAt(at + 1)}`)}`, text: cell.firstChild.textContent }));
    });
  }
  const [name, kind] = (now.cut || "").split(":");
  const places = found[chunking(name)]?.[kind];
  if (!places) { byId("broken").replaceChildren(); return; }
  const cuts = await chunks(chunking(name));
  const all = await texts(data, places.map(([doc]) => doc));
  if (current !== now) return;
  byId("broken").replaceChildren(el("h3", { text: `${name}: ${document.querySelector(`.breaks [data-m="${kind}"]`).textContent} that it breaks, for example` }), ...places.map(([doc, start, end]) => {
    const scene = { cuts, doc, text: all[doc], gold: [{ doc, start, end }], shown: [], rank: new Map() };
    if (!scene.text) return el("p", { class: "place", text: data.documents[doc][0] });
    const stop = notInPair(scene.text, Math.min(end, start + 1200));
    return el("article", { class: "paper" }, el("p", {}, place({ data, all }, doc, start)),
      el("blockquote", { class: "text unit", dir: "auto" }, ...pieces(scene, start, stop), stop < end ? " …" : ""));
  }));
  if (now.cut && document.activeElement?.tagName !== "A") byId("broken").scrollIntoView({ block: "nearest" });
}
