// Opens the page: what is packed in it becomes bytes again, and the script that draws from them runs.
const SIGN = new Uint8Array(128);
Array.from({ length: 94 }, (_, at) => 33 + at).filter((c) => !'"\\<'.includes(String.fromCharCode(c))).forEach((c, at) => { SIGN[c] = at; });

// Bytes from `<count> <signs>`: two signs to the base 91 are 13 bits.
function unsigned(name) {
  const text = document.getElementById(`data-${name}`).textContent;
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

async function unpacked(name) {
  const stream = new Blob([unsigned(name)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const parsed = new Promise((done) => { document.addEventListener("DOMContentLoaded", done); });

// A browser that cannot unpack shows the page as it stands without script.
if (typeof DecompressionStream === "undefined") document.documentElement.dataset.ready = "plain";
else {
  document.documentElement.classList.add("js");
  if (/view=(?!verdict)/.test(location.hash)) document.documentElement.classList.add("deep");
  Promise.all([unpacked("script"), parsed]).then(([bytes]) => {
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(bytes);
    document.head.append(script);
  });
}
