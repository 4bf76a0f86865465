/** The report's style sheet: light and dark by the reader's system, light on paper; no font and no file from elsewhere. */
export const styles = `
:root{color-scheme:light dark;--bg:#fbfaf8;--card:#fff;--ink:#1d1f24;--soft:#5d6470;--rule:#e4e1da;--wash:#f3f0ea;
--accent:#2f5fd0;--second:#c2571a;--pos:#c2571a;--neg:#2f5fd0;--good:#1a7f4b;--fair:#9a6700;--poor:#c0362c;--cell:47,95,208;--most:.75}
@media (prefers-color-scheme:dark){:root{--bg:#14161a;--card:#1c1f25;--ink:#e8e6e1;--soft:#9aa3b0;--rule:#31353d;--wash:#23272e;
--accent:#8fb0ff;--second:#f2a36b;--pos:#f2a36b;--neg:#8fb0ff;--good:#5fd39a;--fair:#e3b341;--poor:#ff8a80;--cell:143,176,255;--most:.47}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans","PingFang SC","Microsoft YaHei",sans-serif;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main,header,footer{max-width:980px;margin:0 auto;padding:0 24px}
header{padding-top:52px;padding-bottom:8px}
.kicker{font-size:12px;letter-spacing:.14em;text-transform:uppercase;color:var(--accent);font-weight:600;margin:0 0 6px}
h1{font:600 40px/1.1 ui-serif,Charter,"Iowan Old Style",Georgia,"Times New Roman",serif;margin:0 0 8px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font:600 23px/1.2 ui-serif,Charter,"Iowan Old Style",Georgia,"Times New Roman",serif;margin:0 0 4px}
h3{font-size:13.5px;margin:22px 0 8px;color:var(--soft);font-weight:600}
p{margin:8px 0;max-width:70ch}
.lead{font-size:17px;color:var(--soft);max-width:64ch}
section{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:24px 28px;margin:20px 0}
section>p:first-of-type{color:var(--soft);margin-top:2px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:1px;background:var(--card);border:1px solid var(--rule);border-radius:14px;overflow:hidden;margin:24px 0 20px;padding:0}
.facts div{outline:1px solid var(--rule);padding:14px 18px}
.facts dt{font-size:12px;color:var(--soft)}
.facts dd{margin:2px 0 0;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.facts small{display:block;font-size:12px;font-weight:400;color:var(--soft)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));gap:12px 30px;align-items:start}
.scroll{overflow-x:auto}.scroll.apart{margin-top:22px}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:6px 10px;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:12px;white-space:nowrap}
td.r,th.r{text-align:right}
tr:last-child td{border-bottom:0}
tr.all td{font-weight:600;border-top:1px solid var(--rule)}
tr.faint td{color:var(--soft)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12.5px}
td code{overflow-wrap:anywhere}td:first-child:has(code),td:nth-child(3):has(code){min-width:10em}
pre{background:var(--wash);border-radius:10px;padding:14px 16px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;margin:8px 0}
small{color:var(--soft);font-size:12px}
figure{margin:0}
figcaption{font-size:12.5px;color:var(--soft);display:flex;gap:16px;flex-wrap:wrap;margin-left:52px}
.key{display:inline-flex;gap:6px;align-items:center}.key svg{width:24px;height:6px}
.chart{width:100%;height:auto;display:block}
.chart .grid{stroke:var(--rule)}.chart .axis{stroke:var(--soft)}
.chart text{fill:var(--soft);font-size:11px}.chart text.name{fill:var(--ink);font-size:12px}
.line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.line.s0{stroke:var(--accent)}.line.s1{stroke:var(--second);stroke-dasharray:5 4}
.dot.s0{fill:var(--accent)}.dot.s1{fill:var(--second)}
.ideal{stroke:var(--soft);stroke-dasharray:3 4}.point{fill:var(--accent);opacity:.5}
.range{stroke:var(--accent);stroke-width:3;stroke-linecap:round;opacity:.35}.faint{opacity:.45}
.matrix{width:auto}.matrix td{text-align:center;min-width:44px;border:2px solid var(--card);border-radius:6px}
.matrix td.c{background:rgba(var(--cell),calc(var(--v)*var(--most)));color:var(--ink)}.matrix td.d{font-weight:600}
.matrix th{max-width:120px;overflow:hidden;text-overflow:ellipsis;border:0}
.bars{display:grid;gap:5px;margin:10px 0}
.bar{display:grid;grid-template-columns:minmax(110px,190px) 1fr 76px;gap:12px;align-items:center;font-size:13px}
.bar .name{overflow-wrap:anywhere}.bar .value{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft)}
.track{position:relative;height:14px;background:var(--wash);border-radius:4px;overflow:hidden}
.signed .track::after{content:"";position:absolute;left:50%;top:0;bottom:0;width:1px;background:var(--soft);opacity:.5}
.track i{position:absolute;top:0;bottom:0;border-radius:2px}.track i.pos{background:var(--pos)}.track i.neg{background:var(--neg)}
.share{display:inline-block;height:8px;border-radius:3px;background:var(--accent);min-width:1px;vertical-align:middle}
.picture{width:150px}.picture svg{width:100%;border:1px solid var(--rule);border-radius:8px;display:block;image-rendering:pixelated}
.picture.wide{width:420px}.picture figcaption{margin:4px 0 0}.pictures{display:flex;gap:16px;flex-wrap:wrap;margin:10px 0}
.back{fill:var(--wash)}.ink{fill:var(--ink)}rect.pos{fill:var(--pos)}rect.neg{fill:var(--neg)}
.badge{display:inline-block;border-radius:99px;padding:1px 10px;font-size:12.5px;font-weight:600;border:1.5px solid currentColor;white-space:nowrap}
.good{color:var(--good)}.fair{color:var(--fair)}.poor{color:var(--poor)}
.tokens{max-width:none;line-height:2.1}.tokens span{padding:2px 4px;border-radius:4px}.tokens.letters span{padding:2px 0;border-radius:0;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.tokens .pos{background:color-mix(in srgb,var(--pos) calc(var(--v)*var(--most)),transparent)}.tokens .neg{background:color-mix(in srgb,var(--neg) calc(var(--v)*var(--most)),transparent)}
.drawn{overflow-x:auto}.drawn svg{max-width:100%;height:auto}
ul.measures{list-style:none;padding:0;margin:8px 0;font-size:13px}ul.measures li{padding:3px 0 3px 18px;position:relative;max-width:76ch}
ul.measures li::before{content:"●";position:absolute;left:0;font-size:10px;top:6px}ul.measures li span{color:var(--ink)}
.case{border-top:1px solid var(--rule);padding-top:6px;margin-top:18px}
.flow{display:flex;flex-wrap:wrap;gap:6px 0;align-items:center;margin:12px 0}
.flow span{border:1px solid var(--rule);background:var(--wash);border-radius:8px;padding:4px 10px;font-size:12.5px}
.flow span b{font-weight:600}.flow i{color:var(--soft);font-style:normal;padding:0 7px}
.flow .w{border-color:var(--accent)}
ul.notes{padding-left:18px;margin:8px 0;font-size:13.5px;color:var(--soft)}
footer{padding-top:6px;padding-bottom:48px;font-size:12.5px;color:var(--soft)}
@page{margin:16mm 14mm}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#16181d;--soft:#555c66;--rule:#d9d6cf;--wash:#f4f2ed;--accent:#2f5fd0;--second:#c2571a;--pos:#c2571a;--neg:#2f5fd0;--good:#1a7f4b;--fair:#9a6700;--poor:#c0362c;--cell:47,95,208;--most:.75}
body{font-size:10.5pt}header{padding-top:0}main,header,footer{max-width:none;padding-left:0;padding-right:0}section{border:0;border-top:1px solid var(--rule);border-radius:0;padding:14px 0;margin:10px 0}
figure,table,.bars,.case,.facts,.matrix{break-inside:avoid}.two{grid-template-columns:1fr 1fr;break-inside:avoid}.facts{grid:auto/auto-flow 1fr}.facts div{padding:9px 11px}.facts dd{font-size:13pt}
.scroll,.drawn{overflow:visible}section>p:first-of-type,section>small,.flow{break-after:avoid;break-inside:avoid}p{orphans:3;widows:3}h2,h3,h3+small{break-after:avoid}pre{font-size:8.5pt}}
`;
