// Clicking a part of the mail names the line it is written on. Frames run no scripts, so
// this page listens in them; the lines themselves are in the list of parts.

// Where a class of the mail's templates leads: names of parts, the first that exists counts.
const PARTS = [
  [".contents li", (li) => [`${[...li.parentNode.children].indexOf(li) + 1}.title`]],
  [".labels", (it) => of(titleAfter(it), "research_type", "topics")],
  [".title", (it) => of(titleBefore(it), "title")],
  [".citation", (it) => of(titleBefore(it), "citation")],
  [".doi", (it) => of(titleBefore(it), "doi", "link")],
  [".summary", (it, target) => paragraph(of(titleBefore(it), "summary"), it, target)],
  [".advice", (it, target) => paragraph(of(titleBefore(it), "practice_implications"), it, target)],
  [".implications", (it) => of(titleBefore(it), "practice_implications")],
  [".intro", (it, target) => paragraph(["intro"], it, target)],
  [".month", () => ["month"]],
  [".preheader", () => ["preheader", "intro"]],
  [".tagline", () => ["publication.tagline"]],
  ["h1", () => ["publication.name"]],
  [".footer .last", () => ["publication.postal_address"]],
  [".footer", () => ["publication.sender"]],
];
const HINT = "Click a part of the e-mail to see its line";
const known = new WeakSet();
let marked;
let chosen;

export function nameLines() {
  document.addEventListener("load", ({ target }) => target.tagName === "IFRAME" && listen(target), true);
  for (const frame of document.querySelectorAll("iframe")) listen(frame);
  nameLinesAgain();
}

// Lines move when a file changes. Once there are more parts or fewer, a name may mean another.
export function nameLinesAgain() {
  const place = document.getElementById("place");
  if (chosen?.parts !== countParts()) chosen = undefined;
  if (!document.querySelector("#stage iframe")) place.textContent = "";
  else if (chosen) tellChosen();
  else if (place.textContent !== HINT) tell(HINT);
}

function listen(frame) {
  const mail = frame.contentDocument;
  if (!mail || known.has(mail)) return;
  known.add(mail);
  mail.addEventListener("click", (event) => {
    event.preventDefault();
    choose(event.target);
  });
}

function choose(target) {
  const link = target.closest("a[href]");
  const found = PARTS.find(([selector]) => target.closest(selector));
  const names = found ? found[1](target.closest(found[0]), target) : [];
  chosen = { names, address: link?.href, parts: countParts() };
  mark(link ?? target.closest("p, li, h1, h2, h3") ?? target);
  tellChosen();
}

function tellChosen() {
  const where = chosen.names.map(lineOf).find(Boolean);
  tell(where ?? "This part comes from the templates", Boolean(where), chosen.address);
}

function countParts() {
  return document.querySelectorAll("[data-part]").length;
}

function lineOf(name) {
  return document.querySelector(`[data-part="${name}"] code`)?.textContent;
}

function of(title, ...keys) {
  return title ? keys.map((key) => `${title.id.slice("summary-".length)}.${key}`) : [];
}

function titles(element) {
  return [...element.ownerDocument.querySelectorAll("[id^='summary-']")];
}

function titleBefore(element) {
  const before = (title) => title.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
  return titles(element).findLast((title) => title.contains(element) || before(title));
}

function titleAfter(element) {
  const after = (title) => title.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING;
  return titles(element).find(after);
}

function paragraph(names, container, target) {
  const paragraphs = [...container.querySelectorAll("p, li:not(:has(> p))")];
  const index = paragraphs.filter((each) => each.textContent.trim()).indexOf(target.closest("p, li"));
  return index < 0 ? names : [...names.map((name) => `${name}.${index + 1}`), ...names];
}

function mark(element) {
  if (marked) marked.style.outline = "";
  marked = element;
  marked.style.outline = "2px solid #c8553d";
  marked.style.outlineOffset = "4px";
}

function tell(text, isPlace, address) {
  const words = document.createElement(isPlace ? "code" : "span");
  words.textContent = text;
  document.getElementById("place").replaceChildren(words, ...(address ? linkTo(address) : []));
}

function linkTo(address) {
  const link = document.createElement("a");
  Object.assign(link, { href: address, target: "_blank", rel: "noopener", textContent: "open" });
  const words = document.createElement("span");
  words.textContent = address;
  return [words, link];
}
