// What is shown is a function of the address after `#`, and of nothing else.
const KEYS = ["view", "run", "vs", "q", "hit", "only", "tag", "doc", "find", "sort", "rows", "tick", "price", "cut"];

const state = {
  read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const found = {};
    for (const key of KEYS) if (given.get(key)) found[key] = given.get(key);
    found.view = found.view || (found.only || found.find || found.tag || found.doc ? "questions" : "verdict");
    return found;
  },
  // The address of the present state with some keys changed; null or "" drops a key.
  link(changes) {
    const merged = { ...state.read(), ...changes };
    const kept = KEYS.filter((key) => merged[key]);
    return "#" + kept.map((key) => `${key}=${encodeURIComponent(merged[key])}`).join("&");
  },
  go(changes) {
    state.held = document.activeElement;
    location.hash = state.link(changes);
  },
  // Typing must not fill the history.
  replace(changes) {
    history.replaceState(null, "", state.link(changes));
    route();
  },
};
