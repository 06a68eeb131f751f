/** The entries in the order of these names, and after them what has another name. */
export function inOrder<Value>(record: Record<string, Value>, names: string[]): [string, Value][] {
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  return Object.entries(record).sort(([one], [other]) => place(one) - place(other));
}
