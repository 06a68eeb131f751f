/** How every chart shows what is under the pointer. */
export const tooltipStyle = {
  cursor: { fill: "var(--sunken)" },
  contentStyle: {
    background: "var(--raised)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius-s)",
    color: "var(--ink)",
  },
};
