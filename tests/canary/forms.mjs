// The forms in which a secret may lie somewhere: as it is, percent-encoded in either case, in base64 at each offset, in
// either order of UTF-16, or escaped in JSON.

const percent = (byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`;

/** Each form of a secret once, with its name and bytes. */
export function forms(secret) {
  const bytes = Buffer.from(secret);
  const encoded = {
    raw: bytes,
    percent: encodeURIComponent(secret),
    // What a URL must not have in it, and nothing else.
    "percent, strict": [...bytes].map((byte) => (/[\w.~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : percent(byte))).join(""),
    "percent, every byte": [...bytes].map(percent).join(""),
    json: JSON.stringify(secret).slice(1, -1),
    "utf-16 le": Buffer.from(secret, "utf16le"),
    "utf-16 be": Buffer.from(secret, "utf16le").swap16(),
  };
  const found = new Map();
  const add = (form, text) => {
    const key = Buffer.from(text).toString("hex");
    if (!found.has(key)) found.set(key, { form, bytes: Buffer.from(text) });
  };
  for (const [form, text] of Object.entries(encoded)) {
    add(form, text);
    if (form.startsWith("percent")) add(`${form}, lower case`, text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()));
  }
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    // The characters at either end depend on what stands beside it.
    const certain = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    add(`base64 at ${offset}`, certain);
    add(`base64url at ${offset}`, certain.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return [...found.values()];
}
