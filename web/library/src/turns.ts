/**
 * A queue that is first in, first out among items of one kind, and serves the kinds in turns: one picture
 * to compare does not wait behind five hundred to be hashed.
 */
export class Turns<T> {
  readonly #kinds = new Map<string, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(kind: string, item: T): void {
    const items = this.#kinds.get(kind) ?? new Set();
    this.#kinds.set(kind, items.add(item));
    this.#size += 1;
  }

  /** Takes an item out of turn; false when it is not there. */
  delete(kind: string, item: T): boolean {
    const items = this.#kinds.get(kind);
    if (!items?.delete(item)) return false;
    if (items.size === 0) this.#kinds.delete(kind);
    this.#size -= 1;
    return true;
  }

  /** The next item; its kind goes to the end of the line. */
  next(): T | undefined {
    for (const [kind, items] of this.#kinds) {
      for (const item of items) {
        this.delete(kind, item);
        if (items.size > 0) {
          this.#kinds.delete(kind);
          this.#kinds.set(kind, items);
        }
        return item;
      }
    }
    return undefined;
  }

  /** Takes all items out. */
  drain(): T[] {
    const items = [...this.#kinds.values()].flatMap((kind) => [...kind]);
    this.#kinds.clear();
    this.#size = 0;
    return items;
  }
}
