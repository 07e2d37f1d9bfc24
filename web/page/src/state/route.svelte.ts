// Where the visitor is: the fragment of the address, so that every view has a link of its own and no
// address of the API is in the way. `#/gallery/holidays?image=beach.jpg`

export type View = "upload" | "gallery" | "search" | "duplicates" | "server";

export const VIEWS: readonly View[] = ["upload", "gallery", "search", "duplicates", "server"];

export interface Route {
  view: View;
  /** The project that the view is about, when the address names one. */
  project: string | null;
  query: URLSearchParams;
}

export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split("?", 2);
  const [view, project] = path.split("/");
  return {
    view: VIEWS.find((known) => known === view) ?? "upload",
    project: project ? decode(project) : null,
    query: new URLSearchParams(query),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The address of a view. */
export function link(view: View, project?: string | null, query: Record<string, string> = {}): string {
  const name = project ? `/${encodeURIComponent(project)}` : "";
  const text = new URLSearchParams(query).toString();
  return `#/${view}${name}${text && `?${text}`}`;
}

let current = $state.raw(parseRoute(location.hash));

window.addEventListener("hashchange", () => {
  current = parseRoute(location.hash);
});

export const route = {
  get current(): Route {
    return current;
  },
};

/** Goes to an address; `replace` leaves no step behind to come back to. */
export function go(address: string, replace = false): void {
  if (!replace) {
    location.hash = address;
    return;
  }
  history.replaceState(null, "", address);
  current = parseRoute(address);
}
