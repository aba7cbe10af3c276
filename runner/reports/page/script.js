"use strict";
// Shows the conversations of the page: a list that is filtered, one conversation as a chat, several beside each other.
// Every text is set by textContent: nothing that was said is ever read as markup. What is shown stands in the address
// after `#`, so that it can be linked to and the browser's way back works.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const home = document.getElementById("conversations");
  const MOST_BESIDE = 6;      // columns beside each other
  const MOST_PAIRS = 1.6e7;   // pairs of words that are compared; of longer texts it is said that they are not
  const LONGEST = 2e5;        // characters of a reply that is taken apart

  /** An element with a class, a text or children. */
  function make(name, kind, ...inside) {
    const found = document.createElement(name);
    if (kind) found.className = kind;
    for (const each of inside) if (each !== null && each !== undefined) found.append(each);
    return found;
  }

  // -- what is shown: the part of the address after `#`

  function readState() {
    const text = location.hash.slice(1);
    return new URLSearchParams(text.includes("=") ? text : "");
  }

  function address(state) {
    return "#" + (state.toString() || "conversations");  // a bare # would lead to the top of the page
  }

  function changed(changes) {
    const state = readState();
    for (const [name, value] of Object.entries(changes)) {
      if (value === "" || value === null) state.delete(name); else state.set(name, value);
    }
    return state;
  }

  // -- filters

  const axes = [...new Set(data.flatMap((each) => Object.keys(each.variant || {})))];
  const choices = [
    ["outcome", "outcome", (each) => [each.outcome]],
    ["scenario", "scenario", (each) => [each.scenario]],
    ["case", "case", (each) => (each.case ? [each.case] : [])],
    ["tag", "tag", (each) => each.tags || []],
    ...axes.map((axis) => ["axis." + axis, axis,
      (each) => (Object.hasOwn(each.variant || {}, axis) ? [each.variant[axis]] : [])]),
  ];

  /** All that was said in a conversation, in small letters; made when it is first searched. */
  const words = new Array(data.length);
  function wordsOf(number) {
    if (words[number] === undefined) {
      const each = data[number];
      const said = [each.id, each.error || ""];
      for (const message of each.opening || []) said.push(plain(message.text));
      for (const turn of each.turns || []) {
        if (turn.line) said.push(plain(turn.line.text));
        if (turn.reply) said.push(plain(turn.reply.text));
        for (const check of turn.checks || []) said.push(check.check, check.why || "");
      }
      for (const check of each.checks || []) said.push(check.check, check.why || "");
      words[number] = said.join("\n").toLowerCase();
    }
    return words[number];
  }

  function plain(pieces) {
    return pieces.map((piece) => (Array.isArray(piece) ? piece[0] : piece)).join("");
  }

  const controls = new Map();
  const filters = make("form", "filters");
  filters.setAttribute("aria-label", "filters");
  filters.addEventListener("submit", (event) => event.preventDefault());
  const search = make("input");
  search.type = "search";
  search.id = "q";
  controls.set("q", search);
  filters.append(make("label", "", "said somewhere", search));
  for (const [name, title, valuesOf] of choices) {
    const values = [...new Set(data.flatMap(valuesOf))];
    if (values.length < 2) continue;
    const select = make("select");
    select.id = "by-" + name;
    const all = make("option", "", "all");
    all.value = "";
    select.append(all);
    for (const value of values) {
      const option = make("option", "", String(value).slice(0, 80));
      option.value = value;
      select.append(option);
    }
    controls.set(name, select);
    filters.append(make("label", "", title, select));
    select.addEventListener("change", () => { location.hash = address(changed({ [name]: select.value })); });
  }
  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => history.replaceState(null, "", address(changed({ q: search.value }))) || show(), 80);
  });
  // Which repeats: only links say so, as of a base and its twin, which have the same value.
  const repeats = make("button", "repeats");
  repeats.type = "button";
  repeats.addEventListener("click", () => { location.hash = address(changed({ repeats: "" })); });
  filters.append(repeats);
  function between(state) {
    const found = /^(\d+)-(\d+)$/.exec(state.get("repeats") || "");
    return found ? [Number(found[1]), Number(found[2])] : null;
  }
  const counted = make("p", "aside");
  counted.setAttribute("role", "status");

  // -- the list

  const list = make("ul", "list");
  list.setAttribute("aria-label", "conversations");
  const rows = new Array(data.length);
  /** A conversation in the list; made when it is first shown. */
  function rowOf(number) {
    if (rows[number] === undefined) {
      const each = data[number];
      const link = make("a", "", make("bdi", "", each.id), make("br"), make("span", "outcome " + each.outcome, each.outcome));
      link.href = "#open=" + encodeURIComponent(each.id);
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        location.hash = address(changed({ open: each.id, beside: "" }));
      });
      rows[number] = make("li", "", link);
    }
    const link = rows[number].firstChild;
    if (data[number].id === shownId) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    return rows[number];
  }

  // So many are in the list at once: laying out a thousand takes a tenth of a second. Who comes to the end gets more.
  const AT_ONCE = 100;
  const more = make("button", "more");
  more.type = "button";
  let taken = [], listed = 0;
  function listMore() {
    const end = Math.min(taken.length, listed + AT_ONCE);
    list.append(...taken.slice(listed, end).map(rowOf));
    listed = end;
    more.hidden = listed === taken.length;
    more.textContent = `${(taken.length - listed).toLocaleString("en")} more`;
    const foot = make("li", "", more);
    if (!more.hidden) list.append(foot);
  }
  function fill(numbers) {
    taken = numbers;
    listed = 0;
    list.replaceChildren();
    listMore();
  }
  more.addEventListener("click", () => { more.parentNode.remove(); listMore(); });
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) more.click(); }).observe(more);
  const places = new Map(data.map((each, number) => [each.id, number]));
  let shownId = null;

  // -- one conversation

  function text(pieces) {
    const said = make("p", "said");
    for (const piece of pieces) said.append(Array.isArray(piece) ? make("mark", "", piece[0]) : piece);
    return said;
  }

  function message(each, body) {
    const kind = each.role.startsWith("user") ? "user" : "other";
    return make("div", "message " + kind, make("span", "role", each.role), body || text(each.text));
  }

  function checkList(checks) {
    const found = make("ul", "checks");
    for (const check of checks || []) {
      found.append(make("li", check.outcome, make("strong", "", check.outcome), " ", make("bdi", "", check.check), " ",
        make("bdi", "why", check.why || ""), " ", make("span", "at", check.at || "")));
    }
    return found;
  }

  function opening(each) {
    if (!each.opening) return make("div");
    const found = make("details", "", make("summary", "", each.opening.map((one) => one.role).join(", ") + " message"));
    for (const one of each.opening) found.append(message(one));
    return found;
  }

  function turnOf(turn, body) {
    const found = make("section", "turn");
    found.setAttribute("aria-label", "turn " + turn.n);
    if (turn.line) found.append(message(turn.line));
    if (turn.reply) found.append(message(turn.reply, body));
    for (const note of turn.notes || []) found.append(make("p", "note said", "turn " + turn.n + ": " + note));
    if (turn.facts) found.append(make("p", "facts", "turn " + turn.n + (turn.id ? " (" + turn.id + ")" : "") + ": " + turn.facts));
    if (turn.checks) found.append(checkList(turn.checks));
    return found;
  }

  function foot(each, number) {
    const found = make("footer");
    if (each.error) found.append(make("p", "note said", each.error));
    if (each.checks) found.append(make("h3", "", "about the conversation"), checkList(each.checks));
    const raw = make("details", "", make("summary", "", "raw JSON"));
    raw.addEventListener("toggle", () => {
      if (raw.open && raw.children.length === 1) {
        const line = JSON.parse(document.getElementById("raw-" + number).textContent);
        raw.append(make("pre", "raw", JSON.stringify(line, null, 1).replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g,
          (one) => "\\u" + one.charCodeAt(0).toString(16).padStart(4, "0"))));
      }
    });
    found.append(raw);
    return found;
  }

  function head(each) {
    const title = make("h3", "", make("bdi", "", each.id));
    title.tabIndex = -1;
    return make("div", "", title,
      make("p", "facts", make("span", each.outcome, each.outcome), "; " + each.facts));
  }

  // -- several beside each other, aligned by turn, with the words that differ from the first marked

  const TOKEN = /\s+|[\p{L}\p{N}\p{M}_]+|[^]/gu;

  /** The words of `now` that do not stand in `base`, as pieces: those that differ in a list of their own; null if too long. */
  function differing(base, now) {
    if (base === now) return [now];
    if (Math.max(base.length, now.length) > LONGEST) return null;
    const a = base.match(TOKEN) || [], b = now.match(TOKEN) || [];
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
    const n = a.length - start - end, m = b.length - start - end;
    if (n * m > MOST_PAIRS) return null;
    const same = new Uint8Array(m);
    if (n && m) {
      const table = new Uint16Array((n + 1) * (m + 1)), width = m + 1;
      for (let i = n - 1; i >= 0; i -= 1) {
        for (let j = m - 1; j >= 0; j -= 1) {
          table[i * width + j] = a[start + i] === b[start + j] ? table[(i + 1) * width + j + 1] + 1
            : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
        }
      }
      for (let i = 0, j = 0; i < n && j < m;) {
        if (a[start + i] === b[start + j]) { same[j] = 1; i += 1; j += 1; }
        else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) i += 1; else j += 1;
      }
    }
    const pieces = [];
    b.forEach((word, at) => {
      const differs = at >= start && at < start + m && !same[at - start];
      const last = pieces[pieces.length - 1];
      if (last && last[1] === differs) last[0] += word; else pieces.push([word, differs]);
    });
    return pieces.map(([word, differs]) => (differs ? [word] : word));
  }

  function compared(base, reply) {
    const pieces = differing(plain(base.text), plain(reply.text));
    if (pieces === null) return make("div", "", make("p", "note", "too long to mark the words that differ"), text(reply.text));
    const said = make("p", "said");
    for (const piece of pieces) said.append(Array.isArray(piece) ? make("ins", "", piece[0]) : piece);
    return said;
  }

  function beside(numbers) {
    const chosen = numbers.map((number) => data[number]);
    const grid = make("div", "rows");
    grid.tabIndex = 0;
    grid.style.gridTemplateColumns = `repeat(${chosen.length}, minmax(17rem, 1fr))`;
    for (const each of chosen) grid.append(head(each));
    for (const each of chosen) grid.append(opening(each));
    const most = Math.max(...chosen.map((each) => (each.turns || []).length));
    for (let turn = 0; turn < most; turn += 1) {
      const first = (chosen[0].turns || [])[turn];
      const second = chosen.length === 2 ? (chosen[1].turns || [])[turn] : undefined;  // of two, each is held against the other
      chosen.forEach((each, column) => {
        const present = (each.turns || [])[turn];
        if (!present) { grid.append(make("div")); return; }
        const other = column ? first : second;
        const body = present.reply && other && other.reply ? compared(other.reply, present.reply) : undefined;
        grid.append(turnOf(present, body));
      });
    }
    chosen.forEach((each, column) => grid.append(foot(each, numbers[column])));
    return grid;
  }

  function alike(each) {
    return data.map((other, number) => number).filter((number) => {
      const other = data[number];
      return other !== each && other.scenario === each.scenario && (other.case || "") === (each.case || "");
    });
  }

  /** One conversation of every other variant: the same repeat, or where that is the twin's, the one that it repeats. */
  function partners(each, others) {
    const groups = new Map();
    for (const number of others) {
      const key = JSON.stringify(data[number].variant || {});
      if (key === JSON.stringify(each.variant || {})) continue;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(number);
    }
    return [...groups.values()].map((numbers) => numbers.find((number) => data[number].repeat === each.repeat)
      ?? numbers[(each.repeat - 1) % numbers.length]);
  }

  function tools(each, besides) {
    const bar = make("div", "tools");
    const back = make("button", "back", "back to the list");
    back.type = "button";
    back.addEventListener("click", () => { location.hash = address(changed({ open: "", beside: "" })); });
    bar.append(back);
    const others = alike(each).filter((number) => !besides.includes(number));
    const set = (numbers) => { location.hash = address(changed({ beside: JSON.stringify(numbers.map((one) => data[one].id)) })); };
    if (others.length && besides.length < MOST_BESIDE - 1) {
      const select = make("select");
      select.id = "beside";
      select.append(make("option", "", "put another one beside it"));
      for (const number of others.slice(0, 500)) {
        const option = make("option", "", data[number].id);
        option.value = number;
        select.append(option);
      }
      const label = make("label", "", "beside: ", select);
      const add = make("button", "", "put it there");
      add.type = "button";
      add.addEventListener("click", () => { if (select.value !== "") set([...besides, Number(select.value)]); });
      bar.append(label, add);
      const variants = partners(each, others);
      if (variants.length > 1 && !besides.length) {
        const all = make("button", "", "all variants beside each other");
        all.type = "button";
        all.addEventListener("click", () => set(variants.slice(0, MOST_BESIDE - 1)));
        bar.append(all);
      }
    }
    if (besides.length) {
      const alone = make("button", "", "this one alone");
      alone.type = "button";
      alone.addEventListener("click", () => { location.hash = address(changed({ beside: "" })); });
      bar.append(alone, make("span", "aside", besides.length > 1 ? " words that differ from the first are underlined" : " words that differ are underlined"));
    }
    return bar;
  }

  const stage = make("div", "stage");
  stage.setAttribute("aria-live", "polite");
  const desk = make("div", "desk", list, stage);
  home.append(make("h2", "", "Conversations"), filters, counted, desk);

  let shownNow = null;
  function open(id, others) {
    const key = JSON.stringify([id, others]);
    if (key === shownNow) return;
    shownNow = key;
    stage.replaceChildren();
    desk.classList.toggle("open", id !== null);
    if (id === null) return;
    const number = places.get(id);
    if (number === undefined) {
      stage.append(make("p", "note", "this page has no conversation of that name"));
      return;
    }
    const each = data[number];
    if (show.ready) setTimeout(() => stage.querySelector("h3")?.focus({ preventScroll: true }));
    const besides = others.map((one) => places.get(one)).filter((one) => one !== undefined).slice(0, MOST_BESIDE - 1);
    stage.append(tools(each, besides));
    if (besides.length) { stage.append(beside([number, ...besides])); return; }
    const talk = make("article", "talk one", head(each), opening(each));
    for (const turn of each.turns || []) talk.append(turnOf(turn));
    talk.append(foot(each, number));
    stage.append(talk);
  }

  // -- all together

  function listOf(text) {
    try {
      const found = JSON.parse(text || "[]");
      return Array.isArray(found) ? found.map(String) : [];
    } catch {
      return [];
    }
  }

  function show() {
    const state = readState();
    const asked = choices.filter(([name]) => state.get(name) !== null);
    const looked = (state.get("q") || "").toLowerCase();
    const within = between(state);
    repeats.hidden = !within;
    if (within) repeats.textContent = `repeats ${within[0]} to ${within[1]} ✕`;
    const found = [];
    data.forEach((each, number) => {
      if ((!within || (each.repeat >= within[0] && each.repeat <= within[1])) && asked.every(([name, , valuesOf]) => valuesOf(each).includes(state.get(name)))
        && (!looked || wordsOf(number).includes(looked))) found.push(number);
    });
    counted.textContent = found.length === data.length ? `${found.length.toLocaleString("en")} conversations`
      : `${found.length.toLocaleString("en")} of ${data.length.toLocaleString("en")} conversations`;
    const before = places.get(shownId);
    shownId = state.get("open");
    if (found.length !== taken.length || found.some((number, at) => number !== taken[at])) fill(found);
    for (const number of [before, places.get(shownId)]) if (number !== undefined && rows[number]) rowOf(number);
    const closed = shownId === null && before !== undefined && rows[before];
    for (const [name, control] of controls) {
      const value = state.get(name) || "";
      if (document.activeElement !== control || control !== search) control.value = value;
    }
    open(state.get("open"), listOf(state.get("beside")));
    if ([...state.keys()].length && !show.scrolled) { home.scrollIntoView(); show.scrolled = true; }
    if (closed && rows[before].isConnected) rows[before].firstChild.focus();  // where the reader came from
  }
  window.addEventListener("hashchange", show);
  // A link in a table leads to the conversations, however often it is followed.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || home.contains(link)) return;
    show.scrolled = false;
    if (link.hash === location.hash) show();
  });

  // -- dark or light, for this visit

  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  show();
  show.ready = true;
})();
