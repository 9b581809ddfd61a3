/** What the stored body of a delivery says about an event. Everything in it is optional, and anyone can have sent it. */
export interface StoredEvent {
  exceptions: StoredException[];
  tags: { key: string; value: string }[];
}

export interface StoredException {
  type: string;
  value: string;
  /** The newest call first; application frames if there are any, else all. */
  frames: { name: string; place: string; code: string }[];
}

const max_exceptions = 3;
const max_frames = 6;
const max_tags = 12;
const max_text = 300;

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value).slice(0, max_text) : "";

function frameOf(value: unknown) {
  const frame = fieldsOf(value);
  const file = textOf(frame.filename) || textOf(frame.module) || textOf(frame.abs_path);
  const line = textOf(frame.lineno);
  return {
    isOwn: frame.in_app === true,
    name: textOf(frame.function) || "(anonymous)",
    place: line ? `${file}:${line}` : file,
    code: textOf(frame.context_line).trim(),
  };
}

function exceptionOf(value: unknown): StoredException {
  const exception = fieldsOf(value);
  const frames = listOf(fieldsOf(exception.stacktrace).frames).map(frameOf).reverse();
  const own = frames.filter(({ isOwn }) => isOwn);
  return {
    type: textOf(exception.type) || "Error",
    value: textOf(exception.value),
    frames: (own.length > 0 ? own : frames)
      .slice(0, max_frames)
      .map(({ name, place, code }) => ({ name, place, code })),
  };
}

/** Sentry writes a tag as a pair, or as an object. */
function tagOf(value: unknown) {
  const [key, text] = Array.isArray(value) ? value : [fieldsOf(value).key, fieldsOf(value).value];
  return { key: textOf(key), value: textOf(text) };
}

/** The event in the body of a webhook; undefined if the body has none, or nothing to show of it. */
export function readStoredEvent(body: string | null): StoredEvent | undefined {
  let data: Fields;
  try {
    data = fieldsOf(fieldsOf(JSON.parse(body ?? "")).data);
  } catch {
    return undefined;
  }
  const event = fieldsOf(data.event ?? data.error);
  const exceptions = listOf(fieldsOf(event.exception).values);
  const stored = {
    // The last one was raised last.
    exceptions: exceptions.map(exceptionOf).reverse().slice(0, max_exceptions),
    tags: listOf(event.tags)
      .map(tagOf)
      .filter(({ key, value }) => key !== "" && value !== "")
      .slice(0, max_tags),
  };
  return stored.exceptions.length + stored.tags.length > 0 ? stored : undefined;
}
