/**
 * Tells whether the browser keeps a context from running, now and whenever that changes, and asks for it to go on. Browsers
 * have more names for that than one: it waits for a click, or a telephone call interrupts it.
 */
export function keepRunning(context: AudioContext, tell: (blocked: boolean) => void): void {
  const look = () => {
    const blocked = context.state !== "running" && context.state !== "closed";
    tell(blocked);
    if (blocked) context.resume().catch(() => undefined);
  };
  context.onstatechange = look;
  look();
}
