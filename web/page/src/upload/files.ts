// Files out of a drop, a paste or a file dialog; folders are walked through.

/** A file and where it lay, when it came out of a folder. */
export interface Found {
  file: File;
  path: string;
}

/** What lies about in folders and is no picture. */
const IGNORED = /(^|\/)(\.[^/]*|Thumbs\.db|desktop\.ini)$/i;

export async function filesOf(data: DataTransfer): Promise<Found[]> {
  // The items are gone after the first await: all entries are taken before.
  const items = Array.from(data.items).filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found: Found[] = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ file: entry, path: entry.name });
    else if (entry) await walk(entry, found);
  }
  return found;
}

export function filesOfList(list: FileList | null): Found[] {
  return Array.from(list ?? [], (file) => ({ file, path: file.webkitRelativePath || file.name })).filter(
    ({ path }) => !IGNORED.test(path),
  );
}

async function walk(entry: FileSystemEntry, found: Found[]): Promise<void> {
  const path = entry.fullPath.replace(/^\//, "");
  if (IGNORED.test(path)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, path });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader answers in pieces, the last of them empty.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const inner of entries) await walk(inner, found);
  }
}
