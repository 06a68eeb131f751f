import type { Roleplay } from "@repartee/client";
import { useEffect, useId, useRef } from "react";
import { FaceMotion } from "./face-motion";
import { paletteOf } from "./palette";
import type { Scene } from "./scene";

interface AvatarProps {
  roleplay: Roleplay;
  name: string;
  scene: Scene;
}

const EYE = 4.3;

/** A face whose mouth follows the sound that really plays, and that is alive while it listens. */
export function Avatar({ roleplay, name, scene }: AvatarProps) {
  const { face, shade, backdrop, clothes } = paletteOf(name);
  const clip = useId();
  const body = useRef<SVGGElement>(null);
  const head = useRef<SVGGElement>(null);
  const eyes = useRef<SVGGElement>(null);
  const brows = useRef<SVGGElement>(null);
  const lips = useRef<SVGPathElement>(null);
  const inside = useRef<SVGPathElement>(null);
  const now = useRef(scene);
  now.current = scene;

  useEffect(() => {
    const motion = new FaceMotion();
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let frame = requestAnimationFrame(function draw(time) {
      frame = requestAnimationFrame(draw);
      const { playing } = roleplay.signals.get();
      const line =
        playing && roleplay.conversation.get().lines.findLast((line) => line.turnId === playing.turnId && line.face);
      const pose = motion.pose(time, now.current, playing, line?.face?.visemes ?? [], calm.matches);
      head.current?.setAttribute("transform", `translate(${pose.headX} ${pose.headY}) rotate(${pose.tilt} 100 120)`);
      body.current?.setAttribute("transform", `translate(0 ${pose.breath})`);
      eyes.current?.setAttribute("transform", `translate(${pose.gazeX} ${pose.gazeY})`);
      for (const eye of eyes.current?.children ?? [])
        eye.setAttribute("ry", String(Math.max(0.5, EYE * 1.35 * pose.eyesOpen)));
      brows.current?.setAttribute("transform", `translate(0 ${pose.brows})`);
      lips.current?.setAttribute("d", pose.lips);
      inside.current?.setAttribute("d", pose.inside);
    });
    return () => cancelAnimationFrame(frame);
  }, [roleplay]);

  return (
    <svg viewBox="0 0 200 200" width="100%" height="100%" aria-hidden="true">
      <clipPath id={clip}>
        <path ref={inside} />
      </clipPath>
      <rect width="200" height="200" fill={backdrop} />
      <g ref={body}>
        <path d="M14 214c3-44 38-62 86-62s83 18 86 62z" fill={clothes} />
        <path d="M76 152q24 20 48 0l-6 18q-18 12-36 0z" fill="#fff" opacity="0.85" />
        <path d="M82 128h36v24q-18 18-36 0z" fill={shade} />
      </g>
      <g ref={head}>
        <rect x="53" y="40" width="94" height="106" rx="45" fill={face} />
        <ellipse cx="70" cy="108" rx="9" ry="6" fill={shade} opacity="0.35" />
        <ellipse cx="130" cy="108" rx="9" ry="6" fill={shade} opacity="0.35" />
        <path d="M98 92q-5 9 3 11" fill="none" stroke={shade} strokeWidth="3" strokeLinecap="round" />
        <g ref={brows} fill="none" stroke={clothes} strokeWidth="4" strokeLinecap="round">
          <path d="M72 72q8-5 16-1" />
          <path d="M112 71q8-4 16 1" />
        </g>
        <g ref={eyes} fill="#2b2028">
          <ellipse cx="81" cy="87" rx={EYE} ry={EYE * 1.35} />
          <ellipse cx="119" cy="87" rx={EYE} ry={EYE * 1.35} />
        </g>
        <g clipPath={`url(#${clip})`}>
          <rect x="70" y="105" width="60" height="40" fill="#5d1f2a" />
          <rect x="78" y="108" width="44" height="9" rx="4" fill="#fffaf4" />
          <ellipse cx="100" cy="136" rx="15" ry="8" fill="#d0606b" />
        </g>
        <path
          ref={lips}
          fill="none"
          stroke="#a84a45"
          strokeWidth="3.400"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      </g>
    </svg>
  );
}
