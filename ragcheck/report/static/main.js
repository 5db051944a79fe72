// Which screen is shown, the keys, and the definitions.
const SCREENS = ["verdict", "trade-off", "systems", "causes", "questions", "case", "compare", "documents", "about"];
const DRAW = { systems: drawSystems, causes: drawCauses, questions: drawQuestions, case: drawCase, compare: drawCompare, documents: drawDocuments };
// Screens that show what the address names; a link to them keeps it.
const KEEP = ["causes", "questions", "case", "compare", "documents"];
const SORTED = ["systems", "compare", "documents"];
const TITLE = document.title;
let last = "";
// The state being drawn: a slower, older drawing must not replace a newer one.
let current = null;

// A drawing replaces what has the focus: the element of the same kind and name takes it, and the caret.
function heirOf(held) {
  const place = held.closest(".app") || document;
  const name = (one) => one.ariaLabel || one.firstChild?.textContent;
  const alike = () => [...place.querySelectorAll(held.tagName)].filter((one) => name(one) === name(held));
  const [at, caret] = [alike().indexOf(held), held.selectionStart];
  return () => {
    const heir = alike()[at];
    if (!heir || document.activeElement !== document.body) return;
    heir.focus({ preventScroll: true });
    if (caret) heir.setSelectionRange(caret, caret);
  };
}

async function route() {
  const now = state.read();
  current = now;
  const inherit = heirOf(state.held || document.activeElement || document.body);
  state.held = null;
  const height = history.state?.height;
  const view = SCREENS.includes(now.view) ? now.view : "verdict";
  for (const name of SCREENS) byId(`view=${name}`).hidden = name !== view;
  for (const link of document.querySelectorAll("nav a")) {
    const to = link.dataset.view;
    if (to !== view) link.removeAttribute("aria-current");
    else {
      link.setAttribute("aria-current", "page");
      link.parentElement.scrollLeft = link.offsetLeft - link.parentElement.offsetLeft - 24;
    }
    const sort = [view, to].some((name) => SORTED.includes(name)) && view !== to ? "" : now.sort;
    link.href = KEEP.includes(to) ? state.link({ view: to, sort, rows: "", tick: "" }) : `#view=${to}`;
  }
  document.title = [view === "case" && now.q, document.querySelector("nav [aria-current]").textContent, TITLE].filter(Boolean).join(" · ");
  document.documentElement.classList.toggle("alone", SCREENS.indexOf(view) > SCREENS.indexOf("causes"));
  document.documentElement.classList.add("drawn");
  hideTip();
  const shown = `${view} ${now.q || ""}`;
  const moved = last !== shown;
  if (moved) scrollTo(0, 0);
  last = shown;
  if (DRAW[view]) await DRAW[view](now);
  if (current !== now) return;
  inherit();
  if (moved && height) scrollTo(0, height);
  document.documentElement.dataset.ready = location.hash || "#";
}

async function turn(step) {
  const data = await core();
  const now = settled(data, state.read());
  const list = filtered(data, now);
  const at = list.indexOf(data.number.get(now.q));
  const next = now.view === "case" && at < 0 && !now.q ? list[step > 0 ? 1 : 0] : list[at + step];
  if (next !== undefined) state.go({ view: "case", q: data.questions[next][0], hit: "" });
}

async function change(step) {
  const data = await core();
  const at = data.system(state.read().run) + step;
  if (at >= 0 && at < data.systems.length) state.go({ run: data.systems[at].run, hit: "" });
}

const KEYS_DO = [
  [["1", "9"], "open a screen"], [["[", "]"], "previous and next question, in the order and filter of the list"], [["{", "}"], "previous and next system"],
  [["/"], "search the questions"], [["c"], "copy a link to exactly what is shown"], [["Tab"], "next link, button or number; a number shows its definition"], [["Esc"], "close this or a definition"],
];
const keys = el("dialog", { id: "keys", "aria-labelledby": "h-keys" }, el("h2", { id: "h-keys", text: "Keys" }),
  el("dl", { class: "keys" }, ...KEYS_DO.map(([names, does]) => el("div", {}, el("dt", {}, ...names.flatMap((name, at) => [at ? (name === "9" ? " … " : " ") : "", el("kbd", { text: name })])), el("dd", { text: does })))),
  el("button", { type: "button", class: "plain", text: "Close", on: { click: () => keys.close() } }));
document.body.append(keys);
byId("open-keys").addEventListener("click", () => keys.showModal());
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
byId("copy-link").addEventListener("click", (event) => copy(here(), event.currentTarget));
for (const place of document.querySelectorAll("[data-folder]")) place.textContent = folder();
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button.closest(".command").querySelector("pre").textContent, button));
}
byId("copy-command")?.addEventListener("click", (event) => copy(`ragcheck report ${folder()}`, event.currentTarget));

const PRESSED = {
  "[": () => turn(-1),
  "]": () => turn(1),
  "{": () => change(-1),
  "}": () => change(1),
  "?": () => keys.showModal(),
  c: () => copy(here(), byId("copy-link")),
  "/": async () => {
    if (state.read().view !== "questions") { history.pushState(null, "", state.link({ view: "questions" })); await route(); }
    document.querySelector("#questions input[type=search]").focus();
  },
};
SCREENS.forEach((name, at) => { PRESSED[String(at + 1)] = () => state.go({ view: name, sort: "" }); });

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTip();
  if (keys.open) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const run = PRESSED[event.key];
  if (run) { event.preventDefault(); run(); }
});

// About holds every definition once; `recall@5` is found under `recall`.
const definitions = new Map([...document.querySelectorAll("[data-kind] dt")].map((term) =>
  [term.closest("dl").dataset.kind + term.firstChild.textContent.trim().replaceAll(" ", "_"), term.nextElementSibling.textContent]));
const tip = byId("tip");

// A plain cell is defined by the heading of its column.
const headingOf = (cell) => cell.closest("table").tHead.rows[0].cells[cell.cellIndex].querySelector("[data-m]")?.dataset.m;

function showTip(target) {
  const name = target.dataset.m || headingOf(target);
  const words = definitions.get(name) || definitions.get(name.split("@")[0]);
  if (!words) return;
  tip.replaceChildren(el("b", { text: name.replace(/^(cause|fix):/, "").replaceAll("_", " ") }), ` ${words}`);
  tip.hidden = false;
  const box = target.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8));
  const under = box.bottom + 8 + tip.offsetHeight < innerHeight;
  tip.style.left = `${left}px`;
  tip.style.top = `${under ? box.bottom + 8 : Math.max(8, box.top - tip.offsetHeight - 8)}px`;
  target.setAttribute("aria-describedby", "tip");
}

function hideTip() {
  tip.hidden = true;
  for (const target of document.querySelectorAll("[aria-describedby=tip]")) target.removeAttribute("aria-describedby");
}

for (const [shows, hides] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  document.addEventListener(shows, (event) => {
    const target = event.target.closest("[data-m], .systems td, .breaks td");
    if (target) showTip(target);
  });
  document.addEventListener(hides, hideTip);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(SHEET);
document.adoptedStyleSheets = [sheet];
addEventListener("hashchange", route);
// Going back to a list finds it where it was left.
addEventListener("scrollend", () => history.replaceState({ height: scrollY }, ""));
route();
