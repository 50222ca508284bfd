"use strict";

const POLL = 2000;
const POINTS = 60;
const KEY = "channelsocket-admin-key";
const TAIL_LINES = 200;

const $ = (id) => document.getElementById(id);
// Everything shown comes from clients: it is only ever set as text.
function element(name, text = "", className = "") {
  const made = document.createElement(name);
  if (text !== "") made.textContent = text;
  if (className) made.className = className;
  return made;
}
function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const count = (value) => (value < 100000 ? whole : short).format(value);
const rate = (value) => `${value < 10 && value > 0 ? value.toFixed(1) : count(value)}/s`;
function bytes(value) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit++; }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
function duration(seconds) {
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0 s";
  let rest = seconds;
  return parts.slice(first, first + 2).map(([size, name]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return amount || name !== "s" ? `${amount} ${name}` : "";
  }).filter(Boolean).join(" ");
}

class Refused extends Error {
  constructor(status, text) { super(text); this.status = status; }
}

async function ask(path, options = {}) {
  const response = await fetch(path, {
    ...options,
    headers: { ...options.headers, Authorization: `Bearer ${sessionStorage.getItem(KEY)}` },
    cache: "no-store",
  });
  if (response.ok) return response;
  const text = await response.text();
  let reason = text.trim();
  try { const problem = JSON.parse(text); reason = problem.detail || problem.title || reason; } catch { /* plain text */ }
  if (response.status === 401) lock("The key is not accepted.");
  throw new Refused(response.status, reason || `HTTP ${response.status}`);
}
const send = (path, body) => ask(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
});

// MARK: The key

function unlock() {
  $("login").hidden = true;
  $("board").hidden = $("lock").hidden = false;
  poll();
  look();
}

function lock(reason = "") {
  sessionStorage.removeItem(KEY);
  clearTimeout(pollTimer);
  stopWatching();
  $("board").hidden = $("lock").hidden = true;
  $("login").hidden = false;
  $("key-error").textContent = reason;
  state("locked", "locked");
  series.clear();
  last = null;
}

$("key-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, $("key").value);
  $("key").value = "";
  $("key-error").textContent = "";
  try {
    await ask("/admin/overview");
    unlock();
  } catch (error) {
    if (error.status !== 401) lock(error.status ? error.message : "The node does not answer.");
  }
});
$("lock").addEventListener("click", () => lock());

// MARK: The overview

const series = new Map();
let last = null;
let pollTimer;
let polls = 0;

function state(name, text) {
  $("state").dataset.state = name;
  $("state").textContent = text;
}

async function poll() {
  clearTimeout(pollTimer);
  try {
    const now = await (await ask("/admin/overview")).json();
    now.at = performance.now() / 1000;
    show(now);
    if (++polls % 5 === 0) look();
  } catch (error) {
    if (error.status === 401) return;
    state("failed", "the node does not answer");
  }
  pollTimer = setTimeout(poll, POLL);
}

function show(now) {
  const redis = now.redis;
  state(redis && !redis.connected ? "degraded" : "ok", redis && !redis.connected ? `${now.node}: cut off from Redis` : now.node);
  // Counters of another process say nothing about rates: behind a balancer each answer may be another node's.
  const before = last && last.node === now.node ? last : null;
  if (last && !before) series.clear();
  const seconds = before ? now.at - before.at : 0;
  const perSecond = (pick) => (before && seconds > 0 ? Math.max(0, (pick(now) - pick(before)) / seconds) : null);
  tile("Clients", now.connections, count);
  tile("Channels", now.channels, count);
  tile("Topics", now.topics, count);
  tile("Joins", perSecond((node) => node.traffic.joins_accepted), rate);
  tile("Messages in", perSecond((node) => node.traffic.messages_received), rate);
  tile("Messages out", perSecond((node) => node.traffic.messages_sent), rate);
  tile("Deliveries", perSecond((node) => node.traffic.deliveries), rate);
  tile("Bytes out", perSecond((node) => node.traffic.bytes_sent), (value) => `${bytes(value)}/s`);
  tile("Deepest mailbox", now.traffic.deepest_mailbox, count);
  if (now.resident_bytes != null) tile("Memory", now.resident_bytes, bytes);
  if (now.open_files != null) tile("Open files", now.open_files, (value) => `${count(value)} of ${count(now.max_files ?? 0)}`);
  last = now;

  $("nodes").replaceChildren(...now.nodes.map((node) => {
    const row = element("tr");
    row.append(
      element("td", node.id === now.node ? `${node.id} (this page)` : node.id), element("td", node.version),
      element("td", count(node.connections), "number"), element("td", count(node.channels), "number"),
      element("td", duration(node.uptime_seconds), "number"),
    );
    return row;
  }));
  facts("redis", redis ? [
    ["Link", redis.connected ? "connected" : `not connected: ${redis.reason}`, redis.connected ? "good" : "bad"],
    ["Address", redis.address],
    ["Round trip", redis.probe_seconds > 0 ? `${(redis.probe_seconds * 1000).toFixed(1)} ms` : "not measured yet"],
    ["Published, received", `${count(redis.published)}, ${count(redis.received)}`],
    ["Failed publishes", count(redis.failed), redis.failed > 0 ? "bad" : ""],
    ["Waiting commands", count(redis.pending_commands)],
    ["Reconnects", count(redis.reconnects)],
  ] : [["Link", "none configured: this node is alone"]]);
  const drops = Object.entries(now.dropped).filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1]);
  facts("drops", drops.length ? drops.map(([reason, value]) => [reason.replaceAll("_", " "), count(value)])
    : [["Nothing", "since the start"]]);
}

function facts(id, list) {
  $(id).replaceChildren(...list.flatMap(([name, value, className]) => [element("dt", name), element("dd", value, className)]));
}

function tile(name, value, format) {
  const values = series.get(name) ?? [];
  if (value != null) values.push(value);
  if (values.length > POINTS) values.shift();
  series.set(name, values);
  const id = `tile-${name.toLowerCase().replaceAll(" ", "-")}`;
  let box = $(id);
  if (!box) {
    box = element("div", "", "tile");
    box.id = id;
    box.append(element("div", name, "name"), element("div", "", "value"));
    const picture = svg("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" });
    picture.append(svg("path", {}), svg("polyline", {}));
    box.append(picture);
    $("tiles").append(box);
  }
  box.querySelector(".value").textContent = value == null ? "\u2013" : format(value);
  if (!values.length) return;
  const most = Math.max(...values, 1);
  const step = 100 / (POINTS - 1);
  const start = 100 - step * (values.length - 1);
  const points = values.map((point, index) => `${(start + index * step).toFixed(2)},${(29 - 27 * point / most).toFixed(2)}`);
  box.querySelector("polyline").setAttribute("points", points.join(" "));
  box.querySelector("path").setAttribute("d", `M${start.toFixed(2)},30 L${points.join(" L")} L100,30 Z`);
}

// MARK: Topics

async function look() {
  try {
    const query = new URLSearchParams({ prefix: $("prefix").value, limit: "50" });
    const { topics, total } = await (await ask(`/api/v1/topics?${query}`)).json();
    $("topics-note").textContent = total > topics.length ? `${count(topics.length)} of ${count(total)}, those with the most members first` : "";
    $("topics").replaceChildren(...topics.map(({ topic, subscribers }) => {
      const row = element("tr");
      const watch = element("button", "watch", "quiet");
      watch.type = "button";
      watch.addEventListener("click", () => {
        $("topic").value = topic;
        startWatching(topic);
        $("topic-section").scrollIntoView({ behavior: "smooth", block: "nearest" });
      });
      const last = element("td", "", "number");
      last.append(watch);
      row.append(element("td", topic), element("td", count(subscribers), "number"), last);
      return row;
    }));
    if (!topics.length) $("topics-note").textContent = "none";
  } catch (error) {
    $("topics-note").textContent = error.message;
  }
}
$("topics-form").addEventListener("submit", (event) => { event.preventDefault(); look(); });

// MARK: One topic

let watching = null;

function stopWatching() {
  watching?.abort();
  watching = null;
  $("stop").hidden = true;
  $("watch").hidden = false;
}

async function startWatching(topic) {
  stopWatching();
  const mine = watching = new AbortController();
  $("stop").hidden = false;
  $("watch").hidden = true;
  $("tail").replaceChildren();
  $("topic-note").textContent = "connecting";
  refreshPresence(topic, mine);
  try {
    const response = await ask(`/admin/tail?${new URLSearchParams({ topic })}`, { signal: mine.signal });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) if (line) showBroadcast(topic, JSON.parse(line));
    }
    throw new Error("the node ended the stream");
  } catch (error) {
    if (mine.signal.aborted) return;
    stopWatching();
    $("topic-note").textContent = error.message;
  }
}

function showBroadcast(topic, line) {
  if (line.ready) {
    $("topic-note").textContent = `watching ${topic}`;
    return;
  }
  const item = element("li");
  const what = line.binary ? `binary, ${bytes(line.bytes)}` : line.long ? `JSON, ${bytes(line.bytes)}` : JSON.stringify(line.payload);
  item.append(element("time", new Date().toLocaleTimeString("en-GB")), element("b", line.event), element("span", what));
  if (line.missed) item.prepend(element("div", `${count(line.missed)} not shown`, "bad"));
  const list = $("tail");
  list.prepend(item);
  while (list.children.length > TAIL_LINES) list.lastChild.remove();
}

async function refreshPresence(topic, mine) {
  while (watching === mine) {
    try {
      const { presences, count: users } = await (await ask(`/api/v1/presence?${new URLSearchParams({ topic })}`)).json();
      if (watching !== mine) return;
      $("present-count").textContent = `(${count(users)})`;
      // In an order of their own: that of the answer is another one each time.
      $("present").replaceChildren(...Object.entries(presences).sort(([a], [b]) => a.localeCompare(b)).slice(0, 200).map(([key, { metas }]) =>
        element("li", metas.length > 1 ? `${key} \u00d7${metas.length}` : key)));
    } catch (error) {
      $("present-count").textContent = `(${error.message})`;
    }
    await new Promise((resume) => setTimeout(resume, 2 * POLL));
  }
}

$("topic-form").addEventListener("submit", (event) => { event.preventDefault(); startWatching($("topic").value); });
$("stop").addEventListener("click", () => { stopWatching(); $("topic-note").textContent = ""; });

$("publish-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const note = $("publish-note");
  const say = (text, className) => { note.textContent = text; note.className = className; };
  const topic = $("topic").value;
  if (!topic) return say("enter a topic above", "bad");
  let payload;
  try {
    payload = JSON.parse($("payload").value);
  } catch (error) {
    return say(`the payload is not JSON: ${error.message}`, "bad");
  }
  try {
    await send("/api/v1/broadcast", { topic, event: $("event").value, payload });
    say(`published to ${topic}`, "good");
  } catch (error) {
    say(error.message, "bad");
  }
});

$("disconnect-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const note = $("disconnect-note");
  const id = $("socket-id").value;
  try {
    await send("/api/v1/disconnect", { id });
    note.textContent = `${id} was told to go`;
    note.className = "good";
  } catch (error) {
    note.textContent = error.message;
    note.className = "bad";
  }
});

if (sessionStorage.getItem(KEY)) unlock();
