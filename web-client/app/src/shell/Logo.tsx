/** Two speech bubbles that answer each other. */
export function Logo() {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
      <path
        d="M6 3h12a5 5 0 0 1 5 5v4a5 5 0 0 1-5 5h-5l-6 5v-5.1A5 5 0 0 1 1 12V8a5 5 0 0 1 5-5z"
        fill="var(--persona-strong)"
      />
      <path
        d="M25 12.500a5 5 0 0 1 6 4.900V21a5 5 0 0 1-4 4.900V30l-5-4h-6a5 5 0 0 1-4.600-3l3-2.600H18a7.400 7.400 0 0 0 7-5.300z"
        fill="var(--you-strong)"
      />
    </svg>
  );
}
