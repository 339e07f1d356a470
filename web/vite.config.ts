import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` sends what is not the page. The built page is served by the control plane itself. */
const control = process.env.TIDEGATE_SERVER ?? 'http://127.0.0.1:7070';

export default defineConfig({
  // Relative, so that the page also works behind a proxy under a path of its own.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // The control plane forbids inline code and data: addresses are one more thing to allow; files cost nothing here.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1', proxy: { '/api': control, '/login': control, '/logout': control } },
});
