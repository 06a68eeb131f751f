/** Every persona keeps its looks, from nothing but its name. */
export interface Looks {
  skin: string;
  shade: string;
  hair: string;
  haircut: number;
  backdrop: string;
  clothes: string;
}

const skins = [
  { skin: "#f6cfb2", shade: "#e2a582" },
  { skin: "#eebb95", shade: "#d4926a" },
  { skin: "#d79c6f", shade: "#b7794d" },
  { skin: "#a8714b", shade: "#875535" },
];
const hairs = ["#2c2229", "#4b3225", "#7c4a2a", "#8d8789"];
const dresses = [
  { backdrop: "#fbe3d3", clothes: "#8a4427" },
  { backdrop: "#f7dfe3", clothes: "#84344e" },
  { backdrop: "#fbecc9", clothes: "#76591a" },
  { backdrop: "#e9e1f6", clothes: "#4e3880" },
  { backdrop: "#dde8f7", clothes: "#294d7a" },
  { backdrop: "#e3eeda", clothes: "#44602c" },
];

export const HAIRCUTS = 3;
/** Chosen so that the grandmother among the people who ship looks like one. */
const BEGINNING = 53_616;

export function looksOf(name: string): Looks {
  let sum = [...name].reduce(
    (sum, character) => (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) >>> 0,
    BEGINNING,
  );
  const pick = (count: number) => {
    sum = (Math.imul(sum, 1_103_515_245) + 12_345) >>> 0;
    return (sum >>> 16) % count;
  };
  const [skin, hair, dress] = [skins[pick(skins.length)], hairs[pick(hairs.length)], dresses[pick(dresses.length)]];
  if (!skin || !hair || !dress) throw new Error("a pick is always within its list");
  return { ...skin, ...dress, hair, haircut: pick(HAIRCUTS) };
}
