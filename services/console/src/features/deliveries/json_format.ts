const indent = "  ";
const max_depth = 40;

const isSpace = (char: string) => char === " " || char === "\n" || char === "\r" || char === "\t";

export interface FormattedText {
  text: string;
  /** Nothing is missing at the end. */
  isComplete: boolean;
}

/** The index after the string literal that begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charAt(at) !== '"') at += json.charAt(at) === "\\" ? 2 : 1;
  return at + 1;
}

/** The index after the bracket that closes the one at `start`, if there is only space between them. */
function endOfEmpty(json: string, start: number): number | undefined {
  const close = json.charAt(start) === "{" ? "}" : "]";
  let at = start + 1;
  while (isSpace(json.charAt(at))) at += 1;
  return json.charAt(at) === close ? at + 1 : undefined;
}

/**
 * Formats JSON without parsing it into values: every token stays as it was sent, so that long numbers keep their digits.
 * Text that is not JSON only gets line breaks at brackets and commas. Stops at `max_length` characters, because formatting
 * may multiply the length of a body.
 */
export function formatJson(json: string, max_length = Number.POSITIVE_INFINITY): FormattedText {
  const parts: string[] = [];
  let depth = 0;
  let at = 0;
  let length = 0;
  const append = (part: string, next: number) => {
    parts.push(part);
    length += part.length;
    at = next;
  };
  const newLine = () => `\n${indent.repeat(Math.min(depth, max_depth))}`;
  while (at < json.length && length < max_length) {
    const char = json.charAt(at);
    if (char === '"') {
      const end = endOfString(json, at);
      append(json.slice(at, end), end);
    } else if (char === "{" || char === "[") {
      const end = endOfEmpty(json, at);
      if (end === undefined) {
        depth += 1;
        append(char + newLine(), at + 1);
      } else append(char === "{" ? "{}" : "[]", end);
    } else if (char === "}" || char === "]") {
      depth = Math.max(0, depth - 1);
      append(newLine() + char, at + 1);
    } else if (char === ",") append(char + newLine(), at + 1);
    else if (char === ":") append(": ", at + 1);
    else append(isSpace(char) ? "" : char, at + 1);
  }
  const text = parts.join("");
  return {
    text: text.length > max_length ? text.slice(0, max_length) : text,
    isComplete: at >= json.length && text.length <= max_length,
  };
}

export const looksLikeJson = (text: string) => /^\s*[{[]/.test(text);

/** Chunks that a browser can lay out one by one, split between lines where possible. */
export function splitIntoChunks(text: string, size = 16_384): string[] {
  const chunks: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(text.length, start + size);
    const line_break = text.lastIndexOf("\n", end - 1);
    if (end < text.length && line_break > start) end = line_break + 1;
    chunks.push(text.slice(start, end));
    start = end;
  }
  return chunks;
}
