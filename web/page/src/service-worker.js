// Keeps the page itself, so that it opens with the server gone. Answers nothing that belongs to the
// API: only the page and its hashed files, which never change under their names.
const BUILD = __BUILD__;
const FILES = __FILES__;
const CACHE = `vismatch-page-${BUILD}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(["/", ...FILES]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const forget = (names) =>
    Promise.all(
      names.filter((name) => name.startsWith("vismatch-page-") && name !== CACHE).map((name) => caches.delete(name)),
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
  if (url.pathname === "/") event.respondWith(newestElseKept(event.request));
  else if (FILES.includes(url.pathname)) event.respondWith(keptElseFetched(event.request));
});

async function newestElseKept(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) return answer;
  } catch {
    // The server is gone; the kept page says so itself.
  }
  return (await caches.match("/", { cacheName: CACHE })) ?? Response.error();
}

async function keptElseFetched(request) {
  return (await caches.match(request, { cacheName: CACHE })) ?? fetch(request);
}
