import type { Looks } from "./looks";

/** The parts of a persona that do not move by themselves, on a square of 200. */

export function Shoulders({ looks }: { looks: Looks }) {
  return (
    <>
      <path d="M14 214c3-42 38-58 86-58s83 16 86 58z" fill={looks.clothes} />
      <path d="M74 158q26 22 52 0l-9 14q-17 13-34 0z" fill="#fff" opacity="0.8" />
      <path d="M82 130h36v26q-18 18-36 0z" fill={looks.shade} />
    </>
  );
}

export function Head({ looks }: { looks: Looks }) {
  return (
    <>
      <ellipse cx="53" cy="96" rx="8" ry="12" fill={looks.shade} />
      <ellipse cx="147" cy="96" rx="8" ry="12" fill={looks.shade} />
      <rect x="53" y="38" width="94" height="110" rx="46" fill={looks.skin} />
      <ellipse cx="70" cy="109" rx="9" ry="6" fill={looks.shade} opacity="0.35" />
      <ellipse cx="130" cy="109" rx="9" ry="6" fill={looks.shade} opacity="0.35" />
      <path d="M99 92q-5 10 3 12" fill="none" stroke={looks.shade} strokeWidth="3" strokeLinecap="round" />
      <Hair looks={looks} />
    </>
  );
}

function Hair({ looks: { hair, haircut } }: { looks: Looks }) {
  if (haircut === 0) {
    return (
      <path
        d="M50 88C42 44 68 26 102 26c36 0 56 22 48 62-3-14-9-22-21-26-18 8-42 6-58-6-10 8-17 18-21 32z"
        fill={hair}
      />
    );
  }
  if (haircut === 1) {
    return (
      <path
        d="M45 108C36 48 62 24 100 24s64 24 55 84c-2 10-13 9-13-2V84c-12-4-22-12-28-24-12 16-34 22-56 24v22c0 11-11 12-13 2z"
        fill={hair}
      />
    );
  }
  return (
    <g fill={hair}>
      {CURLS.map(([x, y, r]) => (
        <circle key={x} cx={x} cy={y} r={r} />
      ))}
    </g>
  );
}

const CURLS = [
  [53, 70, 13],
  [61, 50, 16],
  [79, 37, 18],
  [101, 32, 19],
  [122, 38, 18],
  [139, 51, 16],
  [147, 70, 13],
] as const;
