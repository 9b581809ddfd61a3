const indent = "  ";

const isSpace = (char: string) => char === " " || char === "\n" || char === "\r" || char === "\t";

export interface LaidOut {
  text: string;
  /** Nothing was left out at the end. */
  whole: boolean;
}

/**
 * Lays JSON out over lines without reading it into values: every token stays as it was sent, so that long numbers
 * keep their digits. Text that is not JSON comes back with its line breaks where brackets and commas stand, no worse.
 * Ends once there are `most` characters: laid out, a body may grow many times over.
 */
export function layOut(json: string, most = Number.POSITIVE_INFINITY): LaidOut {
  const parts: string[] = [];
  let depth = 0;
  let at = 0;
  let length = 0;
  const put = (part: string) => {
    parts.push(part);
    length += part.length;
  };
  const line = () => `\n${indent.repeat(Math.min(depth, 40))}`;
  while (at < json.length && length < most) {
    const char = json.charAt(at);
    if (char === '"') {
      const start = at;
      at += 1;
      while (at < json.length && json.charAt(at) !== '"') at += json.charAt(at) === "\\" ? 2 : 1;
      at += 1;
      put(json.slice(start, at));
      continue;
    }
    if (char === "{" || char === "[") {
      const close = char === "{" ? "}" : "]";
      let next = at + 1;
      while (isSpace(json.charAt(next))) next += 1;
      if (json.charAt(next) === close) {
        put(char + close);
        at = next + 1;
        continue;
      }
      depth += 1;
      put(char + line());
    } else if (char === "}" || char === "]") {
      depth = Math.max(0, depth - 1);
      put(line() + char);
    } else if (char === ",") put(char + line());
    else if (char === ":") put(": ");
    else if (!isSpace(char)) put(char);
    at += 1;
  }
  const text = parts.join("");
  return {
    text: text.length > most ? text.slice(0, most) : text,
    whole: at >= json.length && text.length <= most,
  };
}

export const canLayOut = (text: string) => /^\s*[{[]/.test(text);

/** Pieces that a browser lays out one by one, broken between lines where there are lines. */
export function pieces(text: string, size = 16_384): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end = Math.min(text.length, at + size);
    const line = text.lastIndexOf("\n", end - 1);
    if (end < text.length && line > at) end = line + 1;
    found.push(text.slice(at, end));
    at = end;
  }
  return found;
}
