// How every page looks: text first, no script, no font, no picture; it fits 320 pixels and four times the size.
// https://www.w3.org/TR/WCAG22/#reflow, https://www.w3.org/TR/WCAG22/#contrast-minimum
export const style = `
*{box-sizing:border-box}
body{margin:0;font:1.125rem/1.5 system-ui,sans-serif;color:#161616;background:#fff;overflow-wrap:anywhere}
header,main{max-width:38rem;margin:0 auto;padding:1rem}
header{font-weight:700;border-bottom:1px solid #6a6a6a}
h1{font-size:1.6rem;line-height:1.25;margin:1rem 0}
label,legend{display:block;font-weight:700;margin-top:1.25rem}
.hint{margin:.15rem 0;color:#3a3a3a}
input{width:100%;font:inherit;padding:.6rem;border:2px solid #3a3a3a;border-radius:.25rem;background:#fff;color:#161616}
input[aria-invalid=true]{border-color:#ce0500}
.fault{margin:.15rem 0;color:#b80400;font-weight:700}
.alert{border:2px solid #b80400;border-left-width:.6rem;padding:.75rem;margin:1rem 0}
.told{border:2px solid #18753c;border-left-width:.6rem;padding:.75rem;margin:1rem 0}
button{font:inherit;font-weight:700;margin-top:1.5rem;padding:.75rem 1.25rem;min-height:2.75rem;border:2px solid #000091;border-radius:.25rem;background:#000091;color:#fff;cursor:pointer}
button.second{background:#fff;color:#000091}
a{color:#000091}
:focus-visible{outline:3px solid #0a76f6;outline-offset:2px}
code{font:1.25rem/1.6 ui-monospace,monospace}
svg{display:block;width:100%;max-width:15rem;height:auto;background:#fff}
`;
