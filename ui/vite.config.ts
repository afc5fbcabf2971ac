import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { guide } from './vite.guide.ts';
import { icons } from './vite.icons.ts';

export default defineConfig(({ mode }) => ({
  plugins: [react({ compiler: true }), guide(), icons()],
  clearScreen: false,
  // The guide's pictures are beside this folder.
  server: { port: 5173, strictPort: true, host: '127.0.0.1', fs: { allow: ['..'] } },
  build: {
    target: ['safari16', 'chrome110'],
    // The CSP allows neither data: fonts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssMinify: true,
    sourcemap: false,
    chunkSizeWarningLimit: 650,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What the first frame needs is one file: each file more is a request more before it. The fake core, which
            // is waited for at the top of a module, can't be waited for by the file that it imports from.
            ...(mode === 'fake' ? [] : [{ name: 'first', tags: ['$initial' as const] }]),
            { name: 'editor', test: /node_modules[\\/](@codemirror|@lezer)[\\/]/ },
            // What several later parts need, in one file rather than in forty of some hundred bytes.
            ...(mode === 'fake' ? [] : [{ name: 'later', minShareCount: 2 }]),
          ],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: { modules: { classNameStrategy: 'non-scoped' } },
    restoreMocks: true,
    testTimeout: 60_000,
  },
}));
