const PATHS = {
  shown: ['M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z', 'M12 9.25a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5'],
  hidden: ['M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z', 'M4 4l16 16'],
  leave: ['M10 4.5H5.5v15H10', 'M15 8l4 4-4 4', 'M19 12H9.5'],
  remove: ['M6.5 6.5l11 11', 'M17.5 6.5l-11 11'],
} as const;

/** A picture that says the same as the name of the button around it. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      {PATHS[name].map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
