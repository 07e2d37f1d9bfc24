// What the tests call inside the page: the library as a site would import it.

import { VismatchError, checkBody, createPipeline, decide } from "/library/index.js";

const violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective}: ${blockedURI}`);
});

async function blob(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.blob();
}

/** A promise's value, or the code of its error. */
async function outcome(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { code: error instanceof VismatchError ? error.code : error.name, message: error.message };
  }
}

Object.assign(globalThis, { VismatchError, checkBody, createPipeline, decide, blob, outcome, violations });
