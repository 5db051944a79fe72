// Sorting of the Systems table: the rows are in the page, only their order changes.
const systemsTable = document.getElementById("systems");
const systemsOrder = systemsTable ? [...systemsTable.tBodies[0].rows] : [];

function drawSystems(now) {
  if (!systemsTable) return;
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
    if (column === 0) return row.dataset.system;
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
