const indent = "  ";
// Laid out, a body may grow many times over; beyond this it is shown as it came.
const largest = 256 * 1024;

const isSpace = (char: string) => char === " " || char === "\n" || char === "\r" || char === "\t";

/**
 * Lays JSON out over lines without reading it into values: every token stays as it was sent, so that long numbers
 * keep their digits. Text that is not JSON comes back with its line breaks where brackets and commas stand, no worse.
 */
export function layOut(json: string): string {
  const parts: string[] = [];
  let depth = 0;
  let at = 0;
  const line = () => `\n${indent.repeat(Math.min(depth, 40))}`;
  while (at < json.length) {
    const char = json.charAt(at);
    if (char === '"') {
      const start = at;
      at += 1;
      while (at < json.length && json.charAt(at) !== '"') at += json.charAt(at) === "\\" ? 2 : 1;
      at += 1;
      parts.push(json.slice(start, at));
      continue;
    }
    if (char === "{" || char === "[") {
      const close = char === "{" ? "}" : "]";
      let next = at + 1;
      while (isSpace(json.charAt(next))) next += 1;
      if (json.charAt(next) === close) {
        parts.push(char + close);
        at = next + 1;
        continue;
      }
      depth += 1;
      parts.push(char, line());
    } else if (char === "}" || char === "]") {
      depth = Math.max(0, depth - 1);
      parts.push(line(), char);
    } else if (char === ",") parts.push(char, line());
    else if (char === ":") parts.push(": ");
    else if (!isSpace(char)) parts.push(char);
    at += 1;
  }
  return parts.join("");
}

export const canLayOut = (text: string) => text.length <= largest && /^\s*[{[]/.test(text);
