import type { ILocalFile } from './upload';

/** The files that were chosen in a dialog of the browser; a chosen folder is part of their names. */
export function chosenFiles(files: ArrayLike<File>): ILocalFile[] {
  return Array.from(files).map(file => ({ file, path: file.webkitRelativePath || file.name }));
}

/** The files that were dropped, with all in dropped folders. Must be called while the event is handled. */
export function droppedFiles(data: DataTransfer): Promise<ILocalFile[]> {
  const items = Array.from(data.items).filter(item => item.kind === 'file');
  const entries = items.map(item => item.webkitGetAsEntry?.() ?? null);
  if (entries.some(entry => entry === null)) {
    return Promise.resolve(chosenFiles(data.files));
  }
  return Private.walk(entries as FileSystemEntry[]);
}

namespace Private {
  export async function walk(entries: FileSystemEntry[]): Promise<ILocalFile[]> {
    const found: ILocalFile[] = [];
    const todo = [...entries];
    for (let entry = todo.shift(); entry; entry = todo.shift()) {
      if (entry.isFile) {
        const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
        found.push({ file, path: entry.fullPath.replace(/^\//, '') });
      } else {
        todo.push(...(await children(entry as FileSystemDirectoryEntry)));
      }
    }
    return found;
  }

  /** All in a folder: the browser gives at most a hundred at a time. */
  async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
    const reader = folder.createReader();
    const found: FileSystemEntry[] = [];
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) {
        return found;
      }
      found.push(...some);
    }
  }
}
