// Where the server is reached: at the root, or below a path behind a proxy. The page lies there, too.

/** The path without a slash at its end; empty at the root. */
export const base = location.pathname.replace(/\/+$/, "");

/** The path of something of the server, such as `/projects`, as it is reached. */
export const at = (path: string): string => `${base}${path}`;
