/** Every persona keeps its colours, from nothing but its name. */
export interface Palette {
  face: string;
  shade: string;
  backdrop: string;
  clothes: string;
}

const palettes: Palette[] = [
  { face: "#f2b48f", shade: "#dc8f66", backdrop: "#fbe3d3", clothes: "#7a3b23" },
  { face: "#e9b9a6", shade: "#cf8f7c", backdrop: "#f7dfe0", clothes: "#7d3147" },
  { face: "#f0c27f", shade: "#d79f50", backdrop: "#fbecc9", clothes: "#6d5214" },
  { face: "#c9b3e6", shade: "#a58ad0", backdrop: "#ebe3f7", clothes: "#473072" },
  { face: "#a9c3e8", shade: "#7fa2d4", backdrop: "#dfe9f8", clothes: "#23456f" },
  { face: "#b7cfa0", shade: "#8fb074", backdrop: "#e7f0dc", clothes: "#3c5526" },
];

export function paletteOf(name: string): Palette {
  const sum = [...name].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0, 7);
  return palettes[sum % palettes.length] as Palette;
}
