// Blocks of the payload, each decoded once and only when a screen asks for it.
const decoded = new Map();

function block(name) {
  if (!decoded.has(name)) decoded.set(name, decode(name));
  return decoded.get(name);
}

async function decode(name) {
  const bytes = unsigned(byId(`data-${name}`).textContent);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const printable = (without) => Array.from({ length: 95 }, (_, at) => 32 + at).filter((c) => !without.includes(String.fromCharCode(c)));
const valueOf = (alphabet) => {
  const out = new Uint8Array(128);
  alphabet.forEach((c, at) => { out[c] = at; });
  return out;
};

// Bytes from `<count> <signs>`: two signs to the base 91 are 13 bits.
const SIGN = valueOf(printable(' "\\<'));

function unsigned(text) {
  const space = text.indexOf(" ");
  const out = new Uint8Array(Number(text.slice(0, space)));
  for (let from = space + 1, to = 0, bits = 0, held = 0; to < out.length; from += 2) {
    bits = (bits << 13) | (SIGN[text.charCodeAt(from)] * 91 + SIGN[text.charCodeAt(from + 1)]);
    held += 13;
    while (held >= 8 && to < out.length) { held -= 8; out[to] = bits >> held; to += 1; }
    bits &= (1 << held) - 1;
  }
  return out;
}

// Numbers written as characters: a string per digit to the base 93, the lowest first.
const ALPHABET = printable('"\\');
const DIGIT = valueOf(ALPHABET);

function numbers(planes, low = 0) {
  const out = new Int32Array(planes[0].length);
  for (let p = planes.length - 1; p >= 0; p -= 1) {
    for (let at = 0; at < out.length; at += 1) out[at] = out[at] * ALPHABET.length + DIGIT[planes[p].charCodeAt(at)];
  }
  return low ? out.map((value) => value + low) : out;
}
const shifted = ({ low, planes }) => numbers(planes, low);

const running = (counts) => {
  const first = new Int32Array(counts.length + 1);
  counts.forEach((count, at) => { first[at + 1] = first[at] + count; });
  return first;
};

// Questions, systems and their outcomes, with what every screen looks up in them.
const core = once("core", async () => {
  const raw = await block("core");
  raw.number = new Map(raw.questions.map((row, at) => [row[0], at]));
  raw.lower = raw.questions.map((row) => `${row[0]} ${row[1]}`.toLowerCase());
  raw.firstItem = running(raw.questions.map((row) => row[4].length));
  const place = new Map(raw.systems.map((system, at) => [system.run, at]));
  raw.system = (run) => place.get(run) ?? place.get(raw.best) ?? 0;
  return raw;
});

async function chunks(number) {
  return once(`chunks ${number}`, async () => {
    const raw = await block(`chunks-${number}`);
    const [gap, length] = [shifted(raw.gap), numbers(raw.length)];
    const first = running(raw.counts);
    const [start, end, home] = [0, 1, 2].map(() => new Int32Array(gap.length));
    for (let d = 0; d < raw.counts.length; d += 1) {
      for (let row = first[d], at = 0; row < first[d + 1]; row += 1) {
        start[row] = at + gap[row];
        at = end[row] = start[row] + length[row];
        home[row] = d;
      }
    }
    return { ...raw, start, end, first, document: home, tokens: numbers(raw.tokens) };
  })();
}

async function system(number) {
  return once(`system ${number}`, async () => {
    const raw = await block(`system-${number}`);
    const first = running(raw.hits);
    const score = Float64Array.from(shifted(raw.score));
    for (let q = 0; q < raw.hits.length; q += 1) {
      for (let row = first[q] + 1; row < first[q + 1]; row += 1) score[row] = score[row - 1] - score[row];
    }
    return { ...raw, first, chunk: numbers(raw.chunk), score: score.map((steps) => steps * raw.step) };
  })();
}

const texts = once("texts", async () => {
  const raw = await block("documents");
  const signs = Object.keys(raw.words).join("");
  if (!signs) return raw.texts;
  const any = new RegExp(`[${signs}]`, "g");
  return raw.texts.map((text) => text.replace(any, (sign) => raw.words[sign]));
});

const kept = new Map();
function once(name, make) {
  return () => {
    if (!kept.has(name)) kept.set(name, make());
    return kept.get(name);
  };
}
