import { paletteOf } from "./palette";

/** The persona at rest, for lists. */
export function Portrait({ name, size = 52 }: { name: string; size?: number }) {
  const { face, shade, backdrop, clothes } = paletteOf(name);
  return (
    <svg width={size} height={size} viewBox="0 0 100 100" aria-hidden="true">
      <defs>
        <clipPath id="portrait">
          <circle cx="50" cy="50" r="50" />
        </clipPath>
      </defs>
      <g clipPath="url(#portrait)">
        <rect width="100" height="100" fill={backdrop} />
        <path d="M8 104c2-22 20-32 42-32s40 10 42 32z" fill={clothes} />
        <path d="M40 62h20v10q-10 9-20 0z" fill={shade} />
        <rect x="27" y="20" width="46" height="52" rx="22" fill={face} />
        <ellipse cx="41" cy="44" rx="2.800" ry="3.800" fill="#2b2028" />
        <ellipse cx="59" cy="44" rx="2.800" ry="3.800" fill="#2b2028" />
        <path d="M43 58q7 5 14 0" fill="none" stroke="#2b2028" strokeWidth="2.600" strokeLinecap="round" />
      </g>
    </svg>
  );
}
