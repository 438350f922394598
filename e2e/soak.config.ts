import { defineConfig } from '@playwright/test';
import usual from './playwright.config.js';

/** What takes minutes and packages from a registry: `cargo xtask soak --only examples`. */
export default defineConfig({ ...usual, testDir: 'soak', timeout: 300_000, projects: [{ name: 'chromium' }] });
