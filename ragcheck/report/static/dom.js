const byId = (id) => document.getElementById(id);

// Elements from names and texts. Text enters the page by textContent only.
function el(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") made.textContent = value;
    else if (key === "on") for (const [event, run] of Object.entries(value)) made.addEventListener(event, run);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function drawing(name, given = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(given)) if (key === "text") made.textContent = value; else made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// A bar of three parts in whole percent: gold, repeated, other.
function bar(gold, repeated) {
  let at = 0;
  const parts = [["gold", gold], ["repeated", repeated], ["other", 100 - gold - repeated]].map(([kind, width]) => {
    at += width;
    return drawing("rect", { class: kind, x: at - width, width, height: 6 });
  });
  return drawing("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", class: "bar", "aria-hidden": "true" }, ...parts);
}

const mark = (kind, text = kind) => el("span", { class: `mark ${kind}`, text });
const whole = (count) => count.toLocaleString("en-US");

// Rounding as the page's own numbers have it: a half goes up, and what lies as close to one as sums in
// another order; a share below 1 is never 1, one above 0 never 0.
const nearest = (value) => Math.floor(value + 0.5 + 1e-9);
const partly = (value, steps) => (value > 0 && value < steps ? Math.min(steps - 1, Math.max(1, nearest(value))) : nearest(value));

// A mean of thousandths.
const share = (total, count) => (count ? (partly(total / count, 1000) / 1000).toFixed(3) : "–");
const percent = (thousandths) => (thousandths < 0 ? "–" : `${partly(thousandths / 10, 100)}%`);
const stepped = (steps, step) => (steps * step).toFixed(Math.max(0, -Math.floor(Math.log10(step))));

function lineOf(text, position) {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < position; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

// The clipboard is refused in some browsers for local files: then a selected field to copy from.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1500);
  } catch {
    const field = el("input", { class: "copy", readonly: true, value: text, "aria-label": "Text to copy" });
    button.after(field);
    field.select();
    field.addEventListener("blur", () => field.remove());
  }
}

function picker(data, title, run, change, others = []) {
  const select = el("select", { "aria-label": title, on: { change: () => state.go({ hit: "", rows: "", ...change(select.value) }) } });
  const options = (systems) => systems.map((one) => el("option", { value: one.run, text: one.id, selected: one.run === run }));
  for (const of of new Set(others.map((one) => one.of))) {
    select.append(el("optgroup", { label: of }, ...options(others.filter((one) => one.of === of))));
  }
  select.append(...(others.length ? [el("optgroup", { label: "this run" }, ...options(data.systems))] : options(data.systems)));
  return el("label", { class: "picker" }, el("span", { text: title }), select);
}
function systemPicker(data, run) {
  const made = picker(data, "System", run, (chosen) => ({ run: chosen }));
  const asked = state.read().run || run;
  if (asked !== run) made.append(`${asked} is not in this run`);
  return made;
}
