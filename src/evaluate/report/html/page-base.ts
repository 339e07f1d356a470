/** Colours, letters and controls of the page: those of the control plane's page, so that both feel like one product. */
export const pageBase = `
:root {
  color-scheme: light dark;
  --ground: #f3f6f7;
  --surface: #ffffff;
  --sunken: #edf2f4;
  --line: #d5dfe3;
  --line-strong: #7d8f98;
  --ink: #0f2029;
  --ink-quiet: #4a5c66;
  --accent: #006173;
  --accent-ground: #e0f2f5;
  --on-accent: #ffffff;
  --good: #136236;
  --good-ground: #e2f3e8;
  --busy: #0b5a86;
  --busy-ground: #e1eff8;
  --warn: #7a4a00;
  --warn-ground: #fcf0d8;
  --bad: #a3211b;
  --bad-ground: #fce8e6;
  --quiet-ground: #e9eef0;
  --track-stable: #5b7583;
  --track-candidate: #0f8a9f;
  --track-shadow: #8d6fc0;
  --shadow: 0 1px 2px rgb(15 32 41 / 6%);
}

@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0b1418;
    --surface: #121e24;
    --sunken: #0e181d;
    --line: #26363e;
    --line-strong: #6b808a;
    --ink: #e4edf1;
    --ink-quiet: #a2b4bd;
    --accent: #6fd3e2;
    --accent-ground: #0f333b;
    --on-accent: #06222a;
    --good: #7bd8a0;
    --good-ground: #12301f;
    --busy: #86c5ee;
    --busy-ground: #10293a;
    --warn: #f0bd6a;
    --warn-ground: #33260f;
    --bad: #ff9f96;
    --bad-ground: #3a1715;
    --quiet-ground: #1d2b32;
    --track-stable: #8aa3b0;
    --track-candidate: #35b6cb;
    --track-shadow: #b199e0;
    --shadow: none;
  }
}

*, *::before, *::after { box-sizing: border-box; }

html {
  background: var(--ground);
  color: var(--ink);
  font: 15px / 1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
  -webkit-text-size-adjust: 100%;
}

body { margin: 0; }
h1, h2, h3, h4, h5, p, ul, ol, dl, dd, pre { margin: 0; }
ul, ol { padding: 0; list-style: none; }
h1 { font-size: 1.6rem; line-height: 1.25; letter-spacing: -0.015em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; line-height: 1.4; }
h3 { font-size: 0.95rem; line-height: 1.4; }
h4 { font-size: 0.82rem; font-weight: 600; color: var(--ink-quiet); }
h5 { display: flex; align-items: center; font-size: 0.87rem; font-weight: 600; overflow-wrap: anywhere; }

.text, .metadata, kbd, .case-id {
  font: 0.87rem / 1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}

:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }

.quiet { color: var(--ink-quiet); }
.strong { font-weight: 600; }
.is-good { color: var(--good); }
.is-bad { color: var(--bad); }
.failure { color: var(--bad); overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }

.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

button, input, select { font: inherit; color: inherit; }

input[type="search"], select {
  padding: 0.35rem 0.6rem;
  border: 1px solid var(--line-strong);
  border-radius: 6px;
  background: var(--surface);
  max-width: 100%;
}

.field { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.2rem; min-width: 0; max-width: 100%; }
.field-beside { grid-template-columns: auto minmax(0, 1fr); align-items: center; gap: 0.5rem; }
.field > label { font-size: 0.82rem; font-weight: 600; color: var(--ink-quiet); }
.field > select { font-size: 0.93rem; min-width: 0; }

.badge {
  display: inline-flex;
  align-items: center;
  gap: 0.35em;
  padding: 0.1rem 0.5rem;
  border-radius: 999px;
  font-size: 0.82rem;
  font-weight: 600;
  line-height: 1.5;
  white-space: nowrap;
}

.badge-good { background: var(--good-ground); color: var(--good); }
.badge-busy { background: var(--busy-ground); color: var(--busy); }
.badge-warn { background: var(--warn-ground); color: var(--warn); }
.badge-bad { background: var(--bad-ground); color: var(--bad); }
.badge-quiet { background: var(--quiet-ground); color: var(--ink-quiet); }

.button-small {
  padding: 0.3rem 0.8rem;
  border: 1px solid var(--line-strong);
  border-radius: 6px;
  background: var(--surface);
  font-size: 0.87rem;
  cursor: pointer;
}

.button-small:hover { background: var(--sunken); }

.chip {
  display: inline-flex;
  align-items: center;
  gap: 0.45em;
  padding: 0.25rem 0.7rem;
  border: 1px solid var(--line-strong);
  border-radius: 999px;
  background: var(--surface);
  font-size: 0.87rem;
  cursor: pointer;
}

.chip:hover { background: var(--sunken); }
.chip-count { color: var(--ink-quiet); }
.chip[aria-pressed="true"] { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.chip[aria-pressed="true"] .chip-count { color: var(--on-accent); }

kbd {
  padding: 0.05rem 0.35rem;
  border: 1px solid var(--line);
  border-bottom-width: 2px;
  border-radius: 4px;
  background: var(--surface);
  font-size: 0.78rem;
}
`;
