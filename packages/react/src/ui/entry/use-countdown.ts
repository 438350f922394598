import { useEffect, useState } from 'react';

/**
 * Seconds that are left of so many since this appeared, or since `round` became another one.
 *
 * @param round Begins it anew whenever it changes.
 */
export function useCountdown(seconds: number, round = 0): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const until = Date.now() + seconds * 1000;
    setLeft(seconds);
    const timer = setInterval(() => {
      const rest = Math.max(Math.ceil((until - Date.now()) / 1000), 0);
      setLeft(rest);
      if (rest === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [seconds, round]);
  return left;
}
