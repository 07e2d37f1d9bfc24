// Switches of the page that are off until the visitor turns them on, and stay as they were left.

export interface Switch {
  on: boolean;
}

/** The switch kept under a key of the browser's own store. */
export function remembered(key: string): Switch {
  let on = $state(localStorage.getItem(key) === "on");
  return {
    get on() {
      return on;
    },
    set on(value: boolean) {
      on = value;
      localStorage.setItem(key, value ? "on" : "off");
    },
  };
}
