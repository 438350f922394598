import { useEffect, useState } from 'react';

/** Seconds that are left of so many since this appeared. */
export function useCountdown(seconds: number): number {
  const [until] = useState(() => Date.now() + seconds * 1000);
  const [left, setLeft] = useState(seconds);
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) return undefined;
    const timer = setInterval(() => setLeft(Math.max(Math.ceil((until - Date.now()) / 1000), 0)), 250);
    return () => clearInterval(timer);
  }, [until, isOver]);
  return left;
}
