/** The one style sheet of a page. Charts take their colours from these properties, so they follow the reader's theme and paper. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c1f23;--faint:#6b7280;--grid:#e3e6ea;--card:#f5f7f9;--accent:#0b63b5;
--c1:#0b63b5;--c2:#c2410c;--c3:#15803d;--c4:#7e22ce;--c5:#a16207;--c6:#be185d;--c7:#0e7490;--c8:#52525b}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e8ea;--faint:#9aa3ad;--grid:#2c3238;--card:#1c2126;--accent:#6cb6ff;
--c1:#6cb6ff;--c2:#ff9d5c;--c3:#5fd38d;--c4:#cfa3ff;--c5:#e5c558;--c6:#ff8ac0;--c7:#5ad4e6;--c8:#b8bec6}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1160px;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.05rem;font-weight:600;color:var(--faint);margin:0 0 .3rem;overflow-wrap:anywhere}
.verdict{font-size:1.5rem;line-height:1.35;font-weight:600;margin:.2rem 0 .8rem;max-width:52rem;overflow-wrap:anywhere}
.answer{display:inline-block;background:var(--accent);color:var(--paper);border-radius:.3rem;padding:0 .5rem;margin-right:.4rem}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-top:1px solid var(--grid);padding-top:1rem}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{max-width:52rem;margin:.4rem 0}
.note,figcaption,caption{color:var(--faint);font-size:.875rem;text-align:left}
.facts{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0;padding:0;list-style:none}
.facts li{background:var(--card);border-radius:.4rem;padding:.45rem .8rem;font-variant-numeric:tabular-nums}
.facts b{display:block;font-size:1.1rem}
.facts span{color:var(--faint);font-size:.85rem}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.2rem 2rem;align-items:start}
.row>*{min-width:0}
@media(min-width:60rem){.wide{grid-template-columns:minmax(0,27rem) minmax(0,1fr)}.three{grid-template-columns:repeat(3,minmax(0,1fr))}}
figure{margin:.6rem 0}
figure svg{display:block;max-width:100%;height:auto}
.patterns{display:flex;flex-wrap:wrap;gap:.4rem 1.4rem}
.patterns svg.pattern{fill:var(--ink);background:var(--paper);border:1px solid var(--grid);width:192px;height:192px}
.scroll{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.22rem .7rem .22rem 0;text-align:right;white-space:nowrap;vertical-align:top}
th{font-weight:600;border-bottom:1px solid var(--faint);color:var(--faint)}
td{border-bottom:1px solid var(--grid)}
th.text,td.text{text-align:left}
td.wrap{white-space:normal;min-width:20rem;max-width:44rem;overflow-wrap:anywhere}
pre{background:var(--card);border-radius:.4rem;padding:.7rem .9rem;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem}
code{font-family:ui-monospace,"DejaVu Sans Mono",monospace}
a{color:var(--accent)}
footer{margin-top:2.5rem;border-top:1px solid var(--grid);padding-top:.8rem;color:var(--faint);font-size:.875rem}
@media(max-width:34rem){body{font-size:15px}.verdict{font-size:1.2rem}main{padding-top:1rem}}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--faint:#555;--grid:#ddd;--card:#f4f4f4;--accent:#0b4f8f;
--c1:#0b63b5;--c2:#c2410c;--c3:#15803d;--c4:#7e22ce;--c5:#a16207;--c6:#be185d;--c7:#0e7490;--c8:#52525b}
body{font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}
.verdict{font-size:14pt}h2{break-after:avoid}figure,tr,.facts li{break-inside:avoid}.scroll{overflow:visible}
table{font-size:8pt}th,td{padding-right:.4rem}.row{grid-template-columns:1fr 1fr}.wide,.three{grid-template-columns:1fr}}
@page{margin:16mm}
`;
