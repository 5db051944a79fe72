// Blocks of the payload, each unpacked once and only when a screen asks for it.
const decoded = new Map();

function block(name) {
  if (!decoded.has(name)) decoded.set(name, decode(name));
  return decoded.get(name);
}

// A line of JSON, then columns of numbers: the lowest byte of every number, then the next.
async function decode(name) {
  const bytes = await unpacked(name);
  let at = bytes.indexOf(10) + 1;
  const { meta, columns } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
  for (const [key, length, planes, low] of columns) {
    const out = new Int32Array(length).fill(low);
    for (let p = 0; p < planes; p += 1) {
      for (let i = 0; i < length; i += 1) out[i] += bytes[at + i] << (8 * p);
      at += length;
    }
    meta[key] = out;
  }
  return meta;
}

const running = (counts) => {
  const first = new Int32Array(counts.length + 1);
  counts.forEach((count, at) => { first[at + 1] = first[at] + count; });
  return first;
};

// How every question came out for a system, from the columns of its number.
function outcomes(raw, one, number) {
  const state = raw[`state-${number}`];
  const recalls = [-1, ...raw.recalls];
  return Object.assign(one, {
    outcome: state.map((value) => value & 3), cut: state.map((value) => (value >> 2) & 1), polluted: state.map((value) => (value >> 3) & 1),
    first: raw[`first-${number}`], coverage: raw[`coverage-${number}`], pollution: raw[`pollution-${number}`],
    recall: Float64Array.from(raw[`recall-${number}`], (code) => recalls[code]),
    why: raw[`why-${number}`], hard: raw[`hard-${number}`],
  });
}

// Questions, systems and their outcomes, with what every screen looks up in them.
const core = once("core", async () => {
  const raw = await block("core");
  raw.number = new Map(raw.questions.map((row, at) => [row[0], at]));
  raw.lower = raw.questions.map((row) => `${row[0]} ${row[1]}`.toLowerCase());
  raw.firstItem = running(raw.items);
  const first = running(raw.places);
  // The last of a question's row: its items, each a list of places [document, start, end, twin].
  raw.questions.forEach((row, q) => row.push(Array.from({ length: raw.items[q] }, (_, i) => {
    const [from, to] = [first[raw.firstItem[q] + i], first[raw.firstItem[q] + i + 1]];
    return Array.from({ length: to - from }, (__, p) => [raw.home[from + p], raw.start[from + p], raw.start[from + p] + raw.length[from + p], raw.twin[from + p]]);
  })));
  raw.systems.forEach((one, number) => outcomes(raw, one, number));
  const others = byId("data-others") ? await block("others") : { systems: [], gate: null, run: null };
  raw.others = others.systems.map((one, number) => outcomes(others, one, number));
  [raw.gate, raw.other] = [others.gate, others.run];
  const place = new Map(raw.systems.map((system, at) => [system.run, at]));
  raw.system = (run) => place.get(run) ?? place.get(raw.best) ?? 0;
  return raw;
});

async function chunks(number) {
  return once(`chunks ${number}`, async () => {
    const raw = await block(`chunks-${number}`);
    const first = running(raw.counts);
    const [start, end, home] = [0, 1, 2].map(() => new Int32Array(raw.gap.length));
    for (let d = 0; d < raw.counts.length; d += 1) {
      for (let row = first[d], at = 0; row < first[d + 1]; row += 1) {
        start[row] = at + raw.gap[row];
        at = end[row] = start[row] + raw.length[row];
        home[row] = d;
      }
    }
    return { ...raw, start, end, first, document: home };
  })();
}

async function system(number) {
  return once(`system ${number}`, async () => {
    const raw = await block(`system-${number}`);
    const first = running(raw.hits);
    const score = raw.score.slice();
    for (let q = 0; q < raw.hits.length; q += 1) {
      for (let row = first[q] + 1; row < first[q + 1]; row += 1) score[row] = score[row - 1] - score[row];
    }
    const missed = new Map();
    for (let row = 0, item = 0; row < (raw.miss?.length || 0); row += 1) { item += raw.miss[row]; missed.set(item, row); }
    return { ...raw, first, score, missed };
  })();
}

// The texts of these documents, each at its number; none where the run was written without.
const opened = [];
async function texts(data, wanted) {
  const numbers = new Set(wanted.map((doc) => data.groups.findLastIndex((first) => first <= doc)));
  await Promise.all([...numbers].filter((group) => group >= 0).map((group) => once(`text ${group}`, async () => {
    const whole = await new Blob(bunzip(unsigned(`text-${group}`))).arrayBuffer();
    let text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole);
    for (let doc = data.groups[group]; doc < (data.groups[group + 1] ?? data.documents.length); doc += 1) {
      opened[doc] = text.slice(0, data.documents[doc][2]);
      text = text.slice(data.documents[doc][2]);
    }
  })()));
  return opened;
}

const kept = new Map();
function once(name, make) {
  return () => {
    if (!kept.has(name)) kept.set(name, make());
    return kept.get(name);
  };
}
