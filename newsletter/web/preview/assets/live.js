// Keeps the page the same as the files: after each event it is fetched again, and what
// differs is exchanged. Scroll positions, open details and the focus stay. The page holds a
// digest of all it was made of, so a page that differs nowhere has nothing to do.

const shownRegions = new Map();
const scrolled = new Map();
let source;
let running = false;
let again = false;
let lost = false;

export function keepLive() {
  for (const region of regions()) shownRegions.set(region.id, region.outerHTML);
  document.addEventListener("load", restoreScroll, true);
  // A browser opens six connections to a server; hidden pages must not use them all up.
  document.addEventListener("visibilitychange", () => (document.hidden ? source.close() : connect()));
  connect();
}

function connect() {
  source?.close();
  source = new EventSource("/events");
  source.onopen = refresh; // files may have changed while nobody listened
  source.onmessage = refresh;
  source.onerror = () => {
    lost = true;
    say("Waiting for the preview to come back");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
  };
}

async function refresh() {
  again = true;
  if (running) return;
  running = true;
  while (again) {
    again = false;
    await update().catch(() => say("The page could not be brought up to date"));
  }
  running = false;
}

async function update() {
  const page = await fetchPage();
  document.title = page.title;
  const frames = [...document.querySelectorAll("#stage iframe")];
  const changed = [...regions()].filter((region) => exchange(region, page.getElementById(region.id)));
  if (changed.length) await Promise.all(frames.filter((frame) => frame.isConnected).map(refreshFrame));
  if (!document.querySelector("#stage iframe")) document.getElementById("place").textContent = "";
  if (changed.length) say(`Updated at ${new Date().toLocaleTimeString()}`);
  else if (lost) say("");
  lost = false;
}

async function fetchPage() {
  const answer = await fetch(location.href);
  if (!answer.ok && answer.status !== 404) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function regions() {
  return document.querySelectorAll("[data-live]");
}

function exchange(region, fresh) {
  if (!fresh || shownRegions.get(region.id) === fresh.outerHTML) return false;
  shownRegions.set(region.id, fresh.outerHTML);
  for (const frame of region.querySelectorAll("iframe")) rememberScroll(frame);
  for (const details of region.querySelectorAll("details[open]")) {
    fresh.querySelector(`#${details.id}`)?.setAttribute("open", "");
  }
  const focused = region.contains(document.activeElement) && document.activeElement.getAttribute("href");
  region.replaceChildren(...fresh.childNodes);
  if (focused) region.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  return true;
}

// Frames: their documents are exchanged without navigating, which would lose their place.

async function refreshFrame(frame) {
  const answer = await fetch(frame.src);
  if (!answer.ok || answer.redirected || !frame.contentDocument) return; // broken meanwhile
  const html = await answer.text();
  const { scrollX, scrollY } = frame.contentWindow;
  const root = frame.contentDocument.documentElement;
  // Parsed within the frame, whose policy allows the styles that this page's forbids.
  root.innerHTML = html;
  copyAttributes(html, root);
  frame.contentWindow.scrollTo(scrollX, scrollY);
}

function copyAttributes(html, root) {
  const opening = html.slice(0, html.search(/<head\b/i));
  const fresh = new DOMParser().parseFromString(opening, "text/html").documentElement;
  for (const { name } of [...root.attributes]) root.removeAttribute(name);
  for (const { name, value } of fresh.attributes) root.setAttribute(name, value);
}

function rememberScroll(frame) {
  const { scrollX, scrollY } = frame.contentWindow;
  scrolled.set(frame.name, [scrollX, scrollY]);
}

function restoreScroll({ target }) {
  const position = target.tagName === "IFRAME" && scrolled.get(target.name);
  if (position) target.contentWindow.scrollTo(...position);
}

function say(news) {
  document.getElementById("news").textContent = news;
}
