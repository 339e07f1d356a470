/** How the parts of the page lie. */
export const pageLayout = `
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; max-width: 78rem; margin: 0 auto; padding: 1.25rem; }

.panel {
  min-width: 0;
  padding: 1.15rem 1.25rem 1.25rem;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--surface);
  box-shadow: var(--shadow);
}

.panel > h2 { margin-bottom: 0.75rem; }

.headline { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 27rem); gap: 1.1rem 2rem; }
.headline-said { display: grid; gap: 0.5rem; align-content: start; }
.kind { font-size: 0.82rem; font-weight: 600; color: var(--ink-quiet); }
.verdict .badge { font-size: 0.95rem; padding: 0.2rem 0.75rem; margin-right: 0.35rem; }
.remark { max-width: 75ch; padding-left: 0.75rem; border-left: 3px solid var(--line-strong); font-size: 0.9rem; color: var(--ink-quiet); overflow-wrap: anywhere; }
.facts { display: grid; gap: 0.3rem; align-content: start; padding-left: 1.5rem; border-left: 1px solid var(--line); font-size: 0.87rem; }
.facts > div { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: 0.75rem; }
.facts dt { color: var(--ink-quiet); }
.facts dd { overflow-wrap: anywhere; }

.requirement {
  display: grid;
  grid-template-columns: 7.5rem minmax(0, 1fr) minmax(0, 19rem);
  gap: 0.4rem 1rem;
  padding-block: 0.75rem;
  border-top: 1px solid var(--line);
}
.requirement:first-child { border-top: 0; padding-top: 0; }
.requirement:last-child { padding-bottom: 0; }
.requirement-text { font-weight: 600; overflow-wrap: anywhere; }
.requirement-said .quiet { font-size: 0.87rem; overflow-wrap: anywhere; }

.chart { position: relative; display: block; height: 24px; border-radius: 5px; background: var(--sunken); overflow: hidden; }
.chart > span { position: absolute; }
.chart .bar { top: 9px; height: 6px; min-width: 3px; border-radius: 3px; }
.chart .dot { top: 7px; width: 10px; height: 10px; margin-left: -5px; border-radius: 50%; border: 2px solid var(--sunken); }
.chart-2 .bar-0.bar { top: 5px; height: 5px; }
.chart-2 .bar-0.dot { top: 2px; }
.chart-2 .bar-1.bar { top: 15px; height: 5px; }
.chart-2 .bar-1.dot { top: 12px; }
.chart .zero { top: 0; bottom: 0; border-left: 2px solid var(--line-strong); }
.chart .limit { top: 0; bottom: 0; border-left: 2px dashed var(--bad); }
.chart-ends { display: flex; justify-content: space-between; gap: 0.5rem; font-size: 0.78rem; color: var(--ink-quiet); white-space: nowrap; }
.of-candidate { background: var(--track-candidate); }
.of-baseline { background: var(--track-stable); }
.key { display: flex; flex-wrap: wrap; align-items: center; margin-bottom: 0.5rem; font-size: 0.87rem; overflow-wrap: anywhere; }
.key-mark { flex: none; display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.4em; border-radius: 3px; }
.key .key-mark + .key-mark, .key .of-baseline { margin-left: 1.1em; }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; text-align: left; }
th, td { padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { padding-block: 0.2rem; font-size: 0.82rem; font-weight: 600; color: var(--ink-quiet); white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 7rem; }
.method, .limits { display: block; font-size: 0.8rem; font-weight: 400; color: var(--ink-quiet); }
.cell-chart { width: 34%; min-width: 11rem; }
.slices { margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.notes { display: grid; gap: 0.25rem; margin-top: 1rem; padding-left: 1.1rem; font-size: 0.87rem; list-style: disc; overflow-wrap: anywhere; }
.slices-head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; gap: 0.5rem 1rem; margin-bottom: 0.5rem; }

.looking { display: grid; gap: 0.75rem; }
.chips { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.fields { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; }
.field-search { flex: 1 1 16rem; }
.field-search input { width: 100%; }
.status { margin-block: 0.75rem 0.4rem; font-size: 0.87rem; }
.looking + .remark { margin-top: 0.75rem; }
.more { margin-top: 0.75rem; }
.more[hidden] { display: none; }
.keys { margin-top: 1rem; font-size: 0.82rem; white-space: pre-wrap; line-height: 2; }

.case { border-top: 1px solid var(--line); }
.case-head {
  display: grid;
  grid-template-columns: 1rem minmax(6rem, 11rem) minmax(0, 13rem) minmax(0, 1fr);
  gap: 0.3rem 0.75rem;
  align-items: baseline;
  width: 100%;
  padding: 0.5rem 0.25rem;
  border: 0;
  background: none;
  font-weight: 400;
  text-align: left;
  cursor: pointer;
}
.case-head:hover { background: var(--sunken); }
.case-head::before { content: ""; width: 0.45em; height: 0.45em; align-self: center; justify-self: center; border: solid var(--ink-quiet); border-width: 0 2px 2px 0; transform: rotate(-45deg); }
.case-head[aria-expanded="true"]::before { transform: rotate(45deg); }
.case-id { unicode-bidi: isolate; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.case-flags { display: flex; flex-wrap: wrap; gap: 0.3rem; }
.case-gist { unicode-bidi: isolate; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--ink-quiet); }
.case-body { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; padding: 0.25rem 0.25rem 1.25rem 2rem; }
.asked, .sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
.asked > div, .side { min-width: 0; }
.repeat { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; }
.side { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; align-content: start; padding: 0.75rem 0.9rem; border: 1px solid var(--line); border-radius: 8px; }
.text { max-height: 26rem; overflow: auto; margin-top: 0.25rem; padding: 0.5rem 0.75rem; border-radius: 6px; background: var(--sunken); white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
ins { background: var(--good-ground); color: var(--good); text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 0.2em; }
del { background: var(--bad-ground); color: var(--bad); text-decoration: line-through; text-decoration-thickness: 2px; }
.scores { display: grid; gap: 0.15rem; font-size: 0.87rem; }
.scores > div { display: grid; grid-template-columns: minmax(5rem, auto) minmax(0, 1fr); gap: 0.75rem; justify-content: start; }
.scores dt { color: var(--ink-quiet); overflow-wrap: anywhere; }
.scores dd, .why { overflow-wrap: anywhere; }
.why { color: var(--ink-quiet); }
.used { font-size: 0.82rem; }
.about { display: grid; gap: 0.5rem; font-size: 0.87rem; }
.tag { display: inline-block; margin: 0 0.3rem 0.2rem 0; padding: 0 0.5rem; border: 1px solid var(--line); border-radius: 999px; font-size: 0.82rem; overflow-wrap: anywhere; }
.metadata { white-space: pre-wrap; overflow-wrap: anywhere; color: var(--ink-quiet); }
footer { max-width: 78rem; margin: 0 auto; padding: 0 1.25rem 2rem; font-size: 0.82rem; color: var(--ink-quiet); overflow-wrap: anywhere; }

@media (max-width: 900px) {
  .headline { grid-template-columns: minmax(0, 1fr); }
  .facts { padding: 1rem 0 0; border-left: 0; border-top: 1px solid var(--line); }
  .requirement { grid-template-columns: minmax(0, 1fr); }
  .case-head { grid-template-columns: 1rem minmax(0, 1fr) auto; }
  .case-gist { grid-column: 2 / -1; }
  .case-body { padding-left: 0.25rem; }
}

@media (max-width: 560px) {
  main { padding: 0.6rem; gap: 0.6rem; }
  .panel { padding: 0.9rem; }
  .case-head { grid-template-columns: 1rem minmax(0, 1fr); }
  .case-flags { grid-column: 2; }
  /* Each row is a small card: name and value, the chart below, then the comparison. */
  thead { display: none; }
  tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.2rem 0.75rem; padding-block: 0.6rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  tbody th, tbody td { padding: 0; border: 0; }
  td.cell-chart { grid-column: 1 / -1; width: auto; }
  td[data-label] { grid-column: 1 / -1; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; text-align: left; }
  td[data-label] .limits { flex-basis: 100%; text-align: right; }
  td[data-label]::before { content: attr(data-label); font-size: 0.82rem; color: var(--ink-quiet); }
  /* What is read by row and column stays a table, and scrolls. */
  .matrix thead { display: table-header-group; }
  .matrix tbody tr { display: table-row; }
  .matrix tbody th, .matrix tbody td { padding: 0.3rem 0.7rem 0.3rem 0; border-bottom: 1px solid var(--line); }
}

@media print {
  .looking, .keys, .more { display: none; }
  .panel { break-inside: auto; box-shadow: none; }
}
`;
