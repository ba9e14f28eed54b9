// One stream of events for all tabs: a browser opens six connections to a server, so a stream
// for each tab would leave none for the pages. The tab that holds the lock owns the stream and
// passes on what it hears; when it closes, another one gets the lock.

const LOCK = "events";
const AGAIN_MS = 1000;
let source;

// `hear` is told "open", "message" or "lost".
export function listen(hear) {
  if (!navigator.locks) return listenAlone(hear);
  const others = new BroadcastChannel(LOCK);
  others.onmessage = ({ data }) => hear(data);
  const tell = (kind) => {
    hear(kind);
    others.postMessage(kind);
  };
  navigator.locks.request(LOCK, () => new Promise(() => connect(tell))); // held for ever
  hear("open"); // files may have changed while this page was on its way
}

// Without https there are no locks under another name than localhost. Hidden tabs let go there.
function listenAlone(hear) {
  document.addEventListener("visibilitychange", () => (document.hidden ? source.close() : connect(hear)));
  connect(hear);
}

function connect(tell) {
  source?.close();
  source = new EventSource("/events");
  source.onopen = () => tell("open");
  source.onmessage = () => tell("message");
  source.onerror = () => {
    tell("lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS, tell);
  };
}
