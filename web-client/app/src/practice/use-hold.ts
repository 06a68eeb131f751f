import { useEffect, useMemo, useRef } from "react";

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

/** The space bar holds too, unless it already means something where the focus is. */
export function useSpaceBar(hold: Hold): void {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.code !== "Space" || event.repeat || hasItsOwnSpace(event.target)) return;
      event.preventDefault();
      hold.press();
    };
    const up = (event: KeyboardEvent) => {
      if (event.code === "Space") hold.release();
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
    };
  }, [hold]);
}

function hasItsOwnSpace(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, button, a, [role]:not(main)") !== null;
}
