import { type RefObject, useEffect, useMemo, useRef } from "react";

export interface Hold {
  press: () => void;
  release: () => void;
}

/** Press and release, in pairs, wherever the finger goes in between. */
export function useHold(onPress: () => void, onRelease: () => void): Hold {
  const held = useRef(false);
  const latest = useRef({ onPress, onRelease });
  latest.current = { onPress, onRelease };
  const hold = useMemo(
    () => ({
      press: () => {
        if (held.current) return;
        held.current = true;
        latest.current.onPress();
      },
      release: () => {
        if (!held.current) return;
        held.current = false;
        latest.current.onRelease();
      },
    }),
    [],
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
