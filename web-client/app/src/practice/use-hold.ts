import type { Roleplay } from "@repartee/client";
import { type RefObject, useEffect, useMemo } from "react";

export interface Hold {
  press: () => void;
  release: () => void;
}

/** Pressed and released wherever the finger goes in between. Talking may also end from elsewhere: then it is not held any more. */
export function useHold(roleplay: Roleplay): Hold {
  const hold = useMemo(
    () => ({
      press: () => {
        if (!roleplay.talking.get()) roleplay.startTalking();
      },
      release: () => void roleplay.stopTalking(),
    }),
    [roleplay],
  );
  useEffect(() => {
    addEventListener("pointerup", hold.release);
    addEventListener("blur", hold.release);
    return () => {
      removeEventListener("pointerup", hold.release);
      removeEventListener("blur", hold.release);
      hold.release();
    };
  }, [hold]);
  return hold;
}

/** The space bar holds the button too, unless it already means something else where the focus is. */
export function useSpaceBar(hold: Hold, button: RefObject<HTMLButtonElement | null>): void {
  useEffect(() => {
    const isOurs = ({ code, target }: KeyboardEvent) =>
      code === "Space" && !button.current?.disabled && (target === button.current || !hasItsOwnSpace(target));
    const down = (event: KeyboardEvent) => {
      if (!isOurs(event)) return;
      // Pressed anew or still: neither scrolls the page.
      event.preventDefault();
      if (!event.repeat) hold.press();
    };
    const up = (event: KeyboardEvent) => {
      // A button would take it for a click, which begins the next turn.
      if (isOurs(event)) event.preventDefault();
      if (event.code === "Space") hold.release();
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
    };
  }, [hold, button]);
}

function hasItsOwnSpace(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, button, a, [role]:not(main)") !== null;
}
