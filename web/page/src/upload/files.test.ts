import { describe, expect, it } from "vitest";
import { filesOf, filesOfList } from "./files";

const file = (name: string) => new File(["x"], name);

/** A file or folder of a drop, as browsers hand them out. A folder gives its entries two at a time. */
function entry(path: string, inner?: unknown[]) {
  return {
    isFile: !inner,
    fullPath: path,
    file: (done: (file: File) => void) => done(file(path.split("/").pop() ?? "")),
    createReader: () => {
      const left = [...(inner ?? [])];
      return { readEntries: (done: (entries: unknown[]) => void) => done(left.splice(0, 2)) };
    },
  };
}

function drop(...items: { kind: string; entry?: unknown; file?: File }[]): DataTransfer {
  return {
    items: items.map(({ kind, entry, file }) => ({
      kind,
      getAsFile: () => file ?? null,
      ...(entry !== undefined && { webkitGetAsEntry: () => entry }),
    })),
  } as unknown as DataTransfer;
}

describe("files of a drop", () => {
  it("are those of its folders too, to the bottom, with their paths", async () => {
    const photos = ["/album/1.jpg", "/album/2.jpg", "/album/3.jpg"].map((path) => entry(path));
    const album = entry("/album", [...photos, entry("/album/deep", [entry("/album/deep/4.jpg")])]);
    const found = await filesOf(drop({ kind: "file", entry: album }, { kind: "file", entry: entry("/single.png") }));
    const paths = ["album/1.jpg", "album/2.jpg", "album/3.jpg", "album/deep/4.jpg", "single.png"];
    expect(found.map(({ path }) => path)).toEqual(paths);
    expect(found[3]?.file.name).toBe("4.jpg");
  });

  it("are without what systems leave in folders", async () => {
    const folders = [".git", "Thumbs.db", "desktop.ini", "a.jpg", ".hidden.jpg"].map((name) => entry(`/album/${name}`));
    const found = await filesOf(drop({ kind: "file", entry: entry("/album", folders) }));
    expect(found.map(({ path }) => path)).toEqual(["album/a.jpg"]);
  });

  it("are taken from browsers without entries, and text that came along is left", async () => {
    const found = await filesOf(drop({ kind: "string" }, { kind: "file", file: file("pasted.png") }));
    expect(found.map(({ path }) => path)).toEqual(["pasted.png"]);
  });
});

it("takes the files of a dialog, by their path in the chosen folder", () => {
  const inFolder = Object.defineProperty(file("a.jpg"), "webkitRelativePath", { value: "album/a.jpg" });
  const list = [inFolder, file("b.jpg"), file(".DS_Store")] as unknown as FileList;
  expect(filesOfList(list).map(({ path }) => path)).toEqual(["album/a.jpg", "b.jpg"]);
  expect(filesOfList(null)).toEqual([]);
});
