// Begins the page.
import { mount } from "svelte";
import "./app.css";
import { at } from "./api/address";
import { listen } from "./api/events";
import App from "./App.svelte";

const target = document.getElementById("page");
if (!target) throw new Error("the page has lost its root");
mount(App, { target });
listen();
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(at("/assets/service-worker.js"), { scope: at("/") }).catch(() => {
    // A browser that keeps nothing shows the page as long as the server is there.
  });
}
