import type { Roleplay } from "@repartee/client";
import { useEffect, useId, useRef } from "react";
import { Head, Shoulders } from "./Figure";
import { FaceMotion } from "./face-motion";
import { looksOf } from "./looks";
import type { Scene } from "./scene";

interface AvatarProps {
  roleplay: Roleplay;
  name: string;
  scene: Scene;
}

const EYE = 4.3;

/** A face whose mouth follows the sound that really plays, and that is alive while it listens. */
export function Avatar({ roleplay, name, scene }: AvatarProps) {
  const looks = looksOf(name);
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
      <rect width="200" height="200" fill={looks.backdrop} />
      <g ref={body}>
        <Shoulders looks={looks} />
      </g>
      <g ref={head}>
        <Head looks={looks} />
        <g ref={brows} fill="none" stroke={looks.hair} strokeWidth="4" strokeLinecap="round">
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
