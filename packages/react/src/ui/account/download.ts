/** Hands a text to the person as a file. It never leaves the page. */
export function download(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // Some browsers read it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
