// Keeps the page itself, so that it opens with the server gone. Answers nothing that belongs to the
// API: only the page and its hashed files, which never change under their names.
const BUILD = __BUILD__;
/** Where the page lies: at the root, or below a path. */
const PAGE = new URL("..", self.location.href).pathname;
const FILES = __FILES__.map((file) => PAGE + file);
/** Another server may lie below another path. */
const KEPT = `vismatch-page-${PAGE}-`;
const CACHE = KEPT + BUILD;
/** What is kept is the same for whoever asks; who may read it differs, so the answers say that they vary. */
const HOW = { cacheName: CACHE, ignoreVary: true };

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([PAGE, ...FILES]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const forget = (names) =>
    Promise.all(
      names.filter((name) => name.startsWith(KEPT) && name !== CACHE).map((name) => caches.delete(name)),
    );
  event.waitUntil(
    caches
      .keys()
      .then(forget)
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === PAGE) event.respondWith(newestElseKept(event.request));
  else if (FILES.includes(url.pathname)) event.respondWith(keptElseFetched(event.request));
});

async function newestElseKept(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) return answer;
  } catch {
    // The server is gone; the kept page says so itself.
  }
  return (await caches.match(PAGE, HOW)) ?? Response.error();
}

async function keptElseFetched(request) {
  return (await caches.match(request, HOW)) ?? fetch(request);
}
