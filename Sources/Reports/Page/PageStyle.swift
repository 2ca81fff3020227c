/// The style of the page: one column of text, each figure beside its numbers where there is room, no request to anywhere.
enum PageStyle {
  /// - Parameter recommended: the word beside the row that the verdict names; one of ours, without quotes in it.
  static func sheet(recommended: String) -> String {
    ":root{--recommended:\"\(recommended)\"}\n" + rules
  }

  private static let rules = """
    :root{color-scheme:light dark;--ground:#f7f8f9;--accent:#1c7c54;--accent-soft:#e8f3ee;\(ChartStyle.variables(dark: false))}
    @media (prefers-color-scheme:dark){:root{--ground:#0e1216;--accent:#4fc38d;--accent-soft:#14261f;\
    \(ChartStyle.variables(dark: true))}}
    @media print{:root{color-scheme:light;--ground:#ffffff;--accent:#1c7c54;--accent-soft:#f2f7f4;\
    \(ChartStyle.variables(dark: false))}}
    *{box-sizing:border-box}
    a.skip{position:absolute;left:-9999px;top:8px;padding:8px 14px;background:var(--paper);color:var(--ink);\
    border:1px solid var(--axis);border-radius:4px;z-index:2}
    a.skip:focus{left:16px}
    section:focus{outline:none}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--ground);color:var(--ink);\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"PingFang SC",\
    "Microsoft YaHei","Noto Sans CJK SC",sans-serif}
    main,header.top,footer{max-width:1180px;margin:0 auto;padding:0 24px}
    header.top{padding-top:48px}
    h1{font-size:30px;line-height:1.2;letter-spacing:-.015em;margin:0 0 6px;font-weight:650}
    h2{font-size:20px;line-height:1.3;margin:48px 0 12px;font-weight:650}
    h3{font-size:16px;line-height:1.35;margin:0 0 10px;font-weight:600}
    p{margin:0 0 12px;max-width:76ch}
    .lead{color:var(--muted);margin:0}
    .kicker{font-size:13px;letter-spacing:.06em;text-transform:uppercase;color:var(--muted);margin:0 0 8px;font-weight:600}
    .verdict{margin:28px 0 0;padding:20px 24px;background:var(--accent-soft);border-left:4px solid var(--accent);\
    border-radius:4px}
    .verdict p{max-width:88ch}
    .verdict p:nth-of-type(2){font-size:19px;line-height:1.45;font-weight:500}
    .verdict p:last-child{margin-bottom:0}
    .note{color:var(--muted);font-size:14px}
    ul.note{max-width:118ch;margin:0}
    ul.note li+li{margin-top:3px}
    .scroll{overflow-x:auto;background:var(--paper);border:1px solid var(--grid);border-radius:6px;margin:0 0 12px;\
    position:relative}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    thead button{all:unset;cursor:pointer;padding-right:12px;margin-right:-12px;position:relative}
    thead button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    thead button::after{content:"";position:absolute;right:1px;bottom:.3em;border:4px solid transparent}
    thead button:hover::after{border-top-color:var(--axis);bottom:.1em}
    th[aria-sort=ascending] button::after{border-bottom-color:var(--accent);border-top-color:transparent;bottom:.45em}
    th[aria-sort=descending] button::after{border-top-color:var(--accent);bottom:.1em}
    table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums lining-nums}
    caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    th,td{padding:9px 11px;text-align:left;vertical-align:top;font-weight:400}
    :lang(zh) th,:lang(zh) td{word-break:keep-all}
    thead th{color:var(--muted);font-size:12.5px;font-weight:600;border-bottom:1px solid var(--axis);\
    vertical-align:bottom;line-height:1.3}
    tbody tr+tr th,tbody tr+tr td{border-top:1px solid var(--grid)}
    tbody th{font-weight:550;min-width:150px}
    .scroll tbody th.number{min-width:0}
    th.number,td.number{text-align:right;white-space:nowrap}
    thead th.number{white-space:normal}
    tr.role-baseline{background:var(--band)}
    tr.role-control th,tr.role-control td,tr.role-reference th,tr.role-reference td{color:var(--muted)}
    tr.beaten th,tr.beaten td{color:var(--muted)}
    th.reference,td.reference{color:var(--muted);font-style:italic}
    tr.recommended th{box-shadow:inset 4px 0 var(--accent)}
    tr.recommended th::after{content:var(--recommended);display:block;width:max-content;margin-top:2px;font-size:11.5px;\
    font-weight:600;color:var(--accent)}
    .figures{display:grid;grid-template-columns:minmax(0,1fr);gap:20px}
    figure{margin:0;padding:20px;background:var(--paper);border:1px solid var(--grid);border-radius:6px;\
    display:grid;grid-template-columns:minmax(0,576px) minmax(0,1fr);column-gap:20px;align-items:start}
    figure h3,figcaption{grid-column:1/-1}
    figure .drawing{overflow-x:auto}
    figure svg{display:block;width:100%;height:auto;max-width:640px;margin:0 auto}
    figure svg.narrow{display:none}
    figcaption{color:var(--muted);font-size:13.5px;line-height:1.5;margin:12px 0 0;max-width:110ch}
    h3.later{margin-top:24px}
    details{font-size:14px}
    details.wide{margin:0 0 12px}
    summary{cursor:pointer;color:var(--muted);padding:4px 0;font-weight:500}
    details[open] summary{margin-bottom:8px}
    figure .scroll table{font-size:13px}
    figure .scroll th,figure .scroll td{padding:6px 9px}
    figure .scroll tbody th{min-width:110px}
    figure .scroll table.dense{font-size:12.5px}
    figure .scroll .dense th,figure .scroll .dense td{padding:5px}
    figure .scroll .dense tbody th{min-width:120px}
    figure .scroll .dense th:first-child{padding-left:9px}
    .disagreements td.name{min-width:110px}
    .disagreements td.name:nth-child(2){min-width:180px}
    figure .scroll tbody th.number{min-width:0}
    @media (max-width:1000px){figure{grid-template-columns:minmax(0,1fr)}figure .numbers{margin-top:12px}}
    dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:6px 24px;margin:0;font-size:14px}
    dl.facts dt{color:var(--muted)}
    dl.facts dd{margin:0;overflow-wrap:anywhere}
    pre{background:var(--paper);border:1px solid var(--grid);border-radius:6px;padding:14px 16px;overflow-x:auto;margin:0 0 12px;\
    font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
    code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
    .matrices{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:16px}
    ul{padding-left:20px;max-width:76ch}
    footer{color:var(--muted);font-size:13px;padding-top:40px;padding-bottom:48px}
    @media screen and (max-width:640px){figure svg.narrow{display:block}figure svg.wide{display:none}\
    .scroll tbody th,.scroll thead th:first-child{position:sticky;left:0;background:var(--paper);z-index:1}\
    tr.role-baseline th{background:var(--band)}.scroll tbody th{min-width:112px;max-width:150px}\
    .scroll th,.scroll td{padding:8px 10px}}
    @media (max-width:640px){main,header.top,footer{padding-left:16px;padding-right:16px}header.top{padding-top:28px}\
    h1{font-size:24px}dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:8px}figure{padding:14px}}
    @media print{a.skip{display:none}body{font-size:11pt}main,header.top,footer{max-width:none;padding:0}figure,.scroll,.verdict,pre{break-inside:avoid}\
    .scroll{overflow:visible}table,figure .scroll table{font-size:7.5pt}th,td,figure .scroll th,figure .scroll td{padding:2px 5px}\
    tbody th,figure .scroll tbody th{min-width:0}h2{margin-top:20px}figure{grid-template-columns:minmax(0,1fr);padding:12px}\
    figure svg{max-width:125mm}tr{break-inside:avoid}\
    details:not(.disagreements)::details-content{content-visibility:visible;block-size:auto}h2,h3,summary{break-after:avoid}}
    \(ChartStyle.rules)
    """
}
