import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  server: {
    port: 5173,
    // The address is part of the publishable key: another port would not do.
    strictPort: true,
    proxy: {
      // Browsers reach Keyrack on the application's own host, as they will behind a proxy later.
      '/keyrack': { target: 'http://localhost:4400', rewrite: (path) => path.replace('/keyrack', '') },
    },
  },
});
