// How many messages a second nodemailer's pool of 8 connections hands to an SMTP server here.
//
//     node send.mjs PORT COUNT HTML TEXT
//
// HTML and TEXT are files as `newsletter build` writes them. Each reader gets both, with their
// own address, name and links, in quoted-printable as we send it, over connections that stay
// open. Prints messages per second.
import { readFile } from "node:fs/promises";
import nodemailer from "nodemailer";

const CONNECTIONS = 8;
const [port, count] = process.argv.slice(2, 4).map(Number);
const [html, text] = await Promise.all(
  process.argv.slice(4, 6).map((file) => readFile(file, "utf-8")),
);
const pool = nodemailer.createTransport({
  host: "127.0.0.1",
  port,
  ignoreTLS: true,
  pool: true,
  maxConnections: CONNECTIONS,
  maxMessages: Infinity,
});

function message(number) {
  const address = `reader${number}@example.org`;
  const link = `https://news.pprnet.example/u/${String(number).padStart(40, "0")}`;
  const personal = (body) =>
    body
      .replaceAll("reader@example.org", address)
      .replaceAll("https://news.pprnet.example/u/preview", link);
  return {
    from: { name: "PPRNet", address: "news@pprnet.example" },
    to: { name: `Reader ${number}`, address },
    subject: "When empathy helps, and when therapy goes wrong",
    text: personal(text),
    html: personal(html),
    textEncoding: "quoted-printable",
    headers: {
      "List-Id": "Psychotherapy Practice Research Network <news.pprnet.example>",
      "List-Unsubscribe": { prepared: true, value: `<${link}>` },
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
  };
}

let next = 0;
async function work() {
  while (next < count) await pool.sendMail(message(next++));
}

await pool.verify();
const start = performance.now();
// Twice as many at work as there are connections, so that none waits for a message.
await Promise.all(Array.from({ length: 2 * CONNECTIONS }, work));
console.log(((count / (performance.now() - start)) * 1000).toFixed(1));
pool.close();
