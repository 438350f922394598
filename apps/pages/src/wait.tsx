import { useEffect, useState } from 'react';
import { duration, say } from './say.js';

interface Props {
  readonly seconds: number;
  readonly onOver: () => void;
}

/** Counts down for the eye; whoever hears the page is told once how long it takes, and once that it is over. */
export function Wait({ seconds, onOver }: Props) {
  const [until] = useState(() => Date.now() + seconds * 1000);
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.ceil((until - Date.now()) / 1000)), 250);
    return () => clearInterval(timer);
  }, [until]);
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) onOver();
  }, [isOver, onOver]);
  return (
    <>
      <p className="alert alert-shown" aria-hidden="true">
        {say('wait', { time: duration(Math.max(left, 1)) })}
      </p>
      <p className="unseen" role="alert">
        {say('wait', { time: duration(seconds) })}
      </p>
    </>
  );
}
