/** Whether a drag carries something that can be sent, as far as it shows before the drop. */
export function hasFiles(transfer: Pick<DataTransfer, "types"> | null): boolean {
  return transfer?.types.includes("Files") === true;
}

/** Only in the moment of the drop or paste does a window see the files. */
export function droppedFiles(transfer: Pick<DataTransfer, "files"> | null): readonly File[] {
  return transfer === null ? [] : [...transfer.files];
}
