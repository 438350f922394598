import type { NextConfig } from 'next';

const config: NextConfig = {
  // Browsers reach Keyrack on this application's own host: its cookie is theirs and ours.
  rewrites: async () => [{ source: '/keyrack/:path*', destination: `${process.env.KEYRACK_URL}/:path*` }],
};

export default config;
