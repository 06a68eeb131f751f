import { Head, Shoulders } from "./Figure";
import { looksOf } from "./looks";

/** The persona at rest, for lists. */
export function Portrait({ name, size = 52 }: { name: string; size?: number }) {
  const looks = looksOf(name);
  return (
    <svg width={size} height={size} viewBox="0 0 200 200" style={{ borderRadius: "50%" }} aria-hidden="true">
      <rect width="200" height="200" fill={looks.backdrop} />
      <Shoulders looks={looks} />
      <Head looks={looks} />
      <ellipse cx="81" cy="87" rx="4.600" ry="6.200" fill="#2b2028" />
      <ellipse cx="119" cy="87" rx="4.600" ry="6.200" fill="#2b2028" />
      <path d="M85 121q15 9 30 0" fill="none" stroke="#8c3f38" strokeWidth="4" strokeLinecap="round" />
    </svg>
  );
}
