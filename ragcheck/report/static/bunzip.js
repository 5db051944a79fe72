// The parts of what was packed with bzip2, as Python's standard library does it: no randomised blocks;
// checksums are not looked at.
function bunzip(packed) {
  let at = 4;
  let held = 0;
  let left = 0;
  const bit = () => {
    if (!left) { held = packed[at]; at += 1; left = 8; }
    left -= 1;
    return (held >> left) & 1;
  };
  const bits = (count) => {
    let out = 0;
    for (; count; count -= 1) out = out * 2 + bit();
    return out;
  };
  const parts = [];
  while (bits(24) === 0x314159) {
    bits(57);
    parts.push(...unrepeated(unsorted(...lastColumn(bit, bits))));
  }
  return parts;
}

// A block's characters in the order of what follows them, and where the first one stands.
function lastColumn(bit, bits) {
  const origin = bits(24);
  const used = [];
  const ranges = bits(16);
  for (let high = 0; high < 16; high += 1) {
    const low = (ranges >> (15 - high)) & 1 ? bits(16) : 0;
    for (let c = 0; c < 16; c += 1) if ((low >> (15 - c)) & 1) used.push(16 * high + c);
  }
  const order = Array.from({ length: bits(3) }, (_, number) => number);
  const chosen = new Uint8Array(bits(15));
  for (let i = 0; i < chosen.length; i += 1) {
    let place = 0;
    while (bit()) place += 1;
    order.unshift(...order.splice(place, 1));
    chosen[i] = order[0];
  }
  const tables = order.map(() => codes(bit, bits, used.length + 2));
  const recent = Uint8Array.from(used);
  const out = new Uint8Array(900000);
  let size = 0;
  for (let read = 0, run = 0, weight = 1; ; read += 1) {
    const symbol = symbolOf(tables[chosen[Math.floor(read / 50)]], bit);
    if (symbol < 2) { run += weight << symbol; weight *= 2; continue; }
    out.fill(recent[0], size, size + run);
    size += run;
    [run, weight] = [0, 1];
    if (symbol > used.length) return [out.subarray(0, size), origin];
    const value = recent[symbol - 1];
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = value;
    out[size] = value;
    size += 1;
  }
}

// A prefix code: how many symbols have each length, and the symbols by length.
function codes(bit, bits, count) {
  let length = bits(5);
  const lengths = Array.from({ length: count }, () => {
    while (bit()) length += bit() ? -1 : 1;
    return length;
  });
  const counts = new Uint16Array(21);
  for (const one of lengths) counts[one] += 1;
  const symbols = lengths.map((_, symbol) => symbol).sort((a, b) => lengths[a] - lengths[b] || a - b);
  return { counts, symbols: Uint16Array.from(symbols) };
}

function symbolOf({ counts, symbols }, bit) {
  for (let length = 1, word = 0, first = 0, before = 0; ; length += 1) {
    word |= bit();
    const count = counts[length];
    if (word - first < count) return symbols[before + word - first];
    before += count;
    first = (first + count) << 1;
    word <<= 1;
  }
}

// The Burrows-Wheeler transform undone.
function unsorted(last, origin) {
  const starts = new Int32Array(257);
  for (const c of last) starts[c + 1] += 1;
  for (let c = 0; c < 256; c += 1) starts[c + 1] += starts[c];
  const next = new Int32Array(last.length);
  for (let i = 0; i < last.length; i += 1) { next[starts[last[i]]] = i; starts[last[i]] += 1; }
  const out = new Uint8Array(last.length);
  for (let i = 0, place = next[origin]; i < out.length; i += 1, place = next[place]) out[i] = last[place];
  return out;
}

// Four equal characters are followed by how many more there are.
function unrepeated(text) {
  const out = [];
  let from = 0;
  for (let at = 0, run = 0; at < text.length; at += 1) {
    run = at && text[at] === text[at - 1] ? run + 1 : 1;
    if (run < 4) continue;
    out.push(text.subarray(from, at + 1), new Uint8Array(text[at + 1]).fill(text[at]));
    at += 1;
    from = at + 1;
    run = 0;
  }
  out.push(text.subarray(from));
  return out;
}
