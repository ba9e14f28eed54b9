// Keeps the page the same as the files: after each event it is fetched again, and what
// differs is exchanged. Scroll positions, open details and the focus stay. Page and frames
// each hold a digest of all they were made of; a frame whose digest is not the page's is stale.

import { listen } from "./events.js";

const RETRY_MS = 400;
const PATIENCE_MS = 5000;
const shownRegions = new Map();
const scrolled = new Map();
const sideways = new Map();
const unfolded = new Map();
let running = false;
let again = false;
let mayRetry = true;
let isUnsure = false;
let placeBefore;

// `follow` is called after each change of the page.
export function keepLive(follow) {
  for (const region of regions()) shownRegions.set(region.id, region.outerHTML);
  document.addEventListener("load", frameLoaded, true);
  document.addEventListener("updated", follow);
  listen(hear);
}

function hear(kind) {
  if (kind === "lost") {
    isUnsure = true;
    say("Waiting for the preview to come back");
  } else {
    mayRetry = true;
    refresh(); // also after "open": files may have changed while nobody listened
  }
}

async function refresh() {
  again = true;
  if (running) return;
  running = true;
  while (again) {
    again = false;
    if (!(await update().catch(() => false))) tryOnceMore();
  }
  running = false;
}

function tryOnceMore() {
  isUnsure = true;
  if (mayRetry) setTimeout(refresh, RETRY_MS);
  else say("The page could not be brought up to date");
  mayRetry = false;
}

async function update() {
  const page = await fetchPage();
  document.title = page.title;
  const changed = exchangeAll(page);
  const frames = await Promise.allSettled(stale().map(renew));
  if (changed || frames.length) document.dispatchEvent(new Event("updated"));
  if (frames.some(({ status }) => status === "rejected")) return false;
  if (changed || frames.length) say(`Updated at ${new Date().toLocaleTimeString()}`);
  else if (isUnsure) say("");
  isUnsure = false;
  return true;
}

async function fetchPage() {
  const answer = await fetch(location.href);
  if (!answer.ok && answer.status !== 404) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function say(news) {
  document.getElementById("news").textContent = news;
}

// Regions of the page.

function regions() {
  return [...document.querySelectorAll("[data-live]")];
}

function exchangeAll(page) {
  const before = [scrollX, scrollY];
  const wasRefused = isRefused();
  const changed = regions().filter((region) => exchange(region, page.getElementById(region.id)));
  if (!wasRefused && isRefused()) placeBefore = before;
  if (wasRefused && !isRefused() && placeBefore) scrollTo(...placeBefore);
  return changed.length > 0;
}

// Instead of what was asked for, the stage shows what stands in its way.
function isRefused() {
  return document.querySelector("#stage .refusal") !== null;
}

function exchange(region, fresh) {
  if (!fresh || shownRegions.get(region.id) === fresh.outerHTML) return false;
  shownRegions.set(region.id, fresh.outerHTML);
  rememberScroll(region);
  for (const { id, open } of region.querySelectorAll("details")) unfolded.set(id, open);
  for (const details of fresh.querySelectorAll("details")) details.open = unfolded.get(details.id) ?? false;
  const focused = region.contains(document.activeElement) && document.activeElement.getAttribute("href");
  region.replaceChildren(...fresh.childNodes);
  for (const { name, value } of fresh.attributes) region.setAttribute(name, value);
  restoreScroll(region);
  if (focused) region.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return true;
}

function rememberScroll(region) {
  for (const { name, contentWindow } of region.querySelectorAll("iframe")) {
    scrolled.set(name, [contentWindow.scrollX, contentWindow.scrollY]);
  }
  for (const box of region.querySelectorAll("pre, .desktop")) sideways.set(box.className, box.scrollLeft);
}

function restoreScroll(region) {
  for (const box of region.querySelectorAll("pre, .desktop")) box.scrollLeft = sideways.get(box.className) ?? 0;
}

// Frames: their documents are exchanged without navigating, which would lose their place.

function stale() {
  const digest = document.getElementById("masthead")?.dataset.digest;
  return [...document.querySelectorAll("#stage iframe")].filter(
    (frame) => !isUnderWay(frame) && digestOf(frame) !== digest,
  );
}

// A frame that has just been put in place shows nothing yet; see to it once it is loaded.
function isUnderWay({ contentDocument }) {
  return contentDocument && (contentDocument.URL === "about:blank" || contentDocument.readyState === "loading");
}

function digestOf({ contentDocument }) {
  return contentDocument?.querySelector("meta[name=preview-digest]")?.content;
}

async function renew(frame) {
  const answer = await fetch(frame.src);
  if (!answer.ok || answer.redirected) throw new Error("broken meanwhile");
  if (digestOf(frame)) fill(frame, await answer.text());
  else await load(frame); // an error's page, whose policy is another
  if (frame.isConnected && stale().includes(frame)) throw new Error("changed meanwhile");
}

function fill(frame, html) {
  const { scrollX, scrollY } = frame.contentWindow;
  const root = frame.contentDocument.documentElement;
  // Parsed within the frame, whose policy allows the styles that this page's forbids.
  root.innerHTML = html;
  copyAttributes(html, root);
  frame.contentWindow.scrollTo(scrollX, scrollY);
}

function load(frame) {
  return new Promise((resolve) => {
    frame.addEventListener("load", resolve, { once: true });
    setTimeout(resolve, PATIENCE_MS);
    frame.src = frame.getAttribute("src");
  });
}

function copyAttributes(html, root) {
  const opening = html.slice(0, html.search(/<head\b/i));
  const fresh = new DOMParser().parseFromString(opening, "text/html").documentElement;
  for (const { name } of [...root.attributes]) root.removeAttribute(name);
  for (const { name, value } of fresh.attributes) root.setAttribute(name, value);
}

function frameLoaded({ target: frame }) {
  if (frame.tagName !== "IFRAME") return;
  if (digestOf(frame) && scrolled.has(frame.name)) {
    frame.contentWindow.scrollTo(...scrolled.get(frame.name));
    scrolled.delete(frame.name);
  }
  if (mayRetry && stale().includes(frame)) tryOnceMore();
}
